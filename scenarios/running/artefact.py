"""What a failed run leaves behind: a JSON file from which it can be run again, and read.

It holds the seed and all options, what was found, every fault that was asked for and which of them
suffice, and the newest part of the timeline. No secret comes into it: S1 is checked before.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import msgspec

from ..errors import ArtefactUnusable
from ..world import Armed, Finding, Moment
from .run import Options, Outcome
from .shrinking import Shrunk

FORMAT: Final = 1


class Header(msgspec.Struct, frozen=True):
    """What every format has."""

    format: int


class Artefact(msgspec.Struct, frozen=True, kw_only=True):
    """One failed run."""

    format: int = FORMAT
    benthic: str  # the version that ran it
    script: str
    file: str
    options: Options  # of the smallest run that fails
    hash: str  # of that run's turns, journals and bytes
    findings: tuple[Finding, ...]
    faults: tuple[Armed, ...]  # those that are muted are not needed
    asked: int  # faults before it was made smaller
    tries: int  # runs that this took
    timeline: tuple[Moment, ...]


def artefact_of(shrunk: Shrunk) -> Artefact:
    """What is kept of a failed run."""
    outcome = shrunk.outcome
    return Artefact(
        benthic=_version(),
        script=outcome.script,
        file=outcome.file,
        options=outcome.options,
        hash=outcome.hash,
        findings=outcome.findings,
        faults=outcome.armed,
        asked=shrunk.asked,
        tries=shrunk.tries,
        timeline=outcome.timeline,
    )


def write_artefact(artefact: Artefact, folder: Path) -> Path:
    """Put it into a folder, which is made; the path of the file. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    options = artefact.options
    named = (artefact.script, options.planted, str(options.seed))
    file = folder / f"{'-'.join(filter(None, named))}.json"
    file.write_bytes(msgspec.json.format(msgspec.json.encode(artefact), indent=1) + b"\n")
    return file


def read_artefact(file: Path) -> Artefact:
    """The artefact in a file. Raises ArtefactUnusable."""
    try:
        content = file.read_bytes()
        found = msgspec.json.decode(content, type=Header).format
        if found != FORMAT:
            reason = f"has format {found}, and this benthic reads {FORMAT}"
            raise ArtefactUnusable(str(file), reason)
        return msgspec.json.decode(content, type=Artefact)
    except OSError as error:
        reason = f"cannot be read ({error.strerror or error})"
        raise ArtefactUnusable(str(file), reason) from error
    except msgspec.DecodeError as error:
        raise ArtefactUnusable(str(file), f"is no artefact ({error})") from error


def comes_to_the_same(artefact: Artefact, outcome: Outcome) -> bool:
    """Whether a replay is the run that was kept, bit for bit (R5)."""
    return artefact.hash == outcome.hash


def _version() -> str:
    try:
        return version("benthic")
    except PackageNotFoundError:
        return "of a checkout that is not installed"
