"""A planted bug is hunted: seeds are run until one finds it, and the artefact must hold.

What is looked for is any finding at all; whether it is by the code that was expected is told. The
failed run is made smaller, kept, read back and run again, which must come to the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from ..invariants import CHECKERS
from ..planted import Bug
from ..world import Checker, Finding
from .artefact import Artefact, artefact_of, comes_to_the_same, read_artefact, write_artefact
from .run import Options, Outcome, run_script
from .script import Script
from .shrinking import Run, shrunk

CHANCE: Final = "R5"
MOST_FAULTS: Final = 5  # that an artefact may need
LEADING: Final = re.compile(r"[A-Z]\d{1,2}\b")


class Catch(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the hunt for one bug."""

    bug: str
    tried: int  # seeds
    seed: int | None = None  # at which it was found; None: it was not
    code: str = ""  # of what was found first
    is_expected: bool = False  # whether the bug says that this code finds it
    words: str = ""  # what was found
    at: float = 0  # s of virtual time after which
    asked: int = 0  # faults of that run
    left: int = 0  # faults that suffice
    faults: tuple[str, ...] = ()  # their codes
    tries: int = 0  # runs that it took to find that out
    is_same: bool = False  # whether the artefact, run again, came to the same
    artefact: str = ""

    @property
    def problem(self) -> str:
        """What is wrong with it; empty where it is well."""
        if self.seed is None:
            return f"{self.bug} was not found in {self.tried} seeds"
        if self.left > MOST_FAULTS:
            return f"{self.bug} needs {self.left} faults, of seed {self.seed} [{self.artefact}]"
        if not self.is_same:
            return f"{self.bug} came to something else when it was replayed [{self.artefact}]"
        return ""


def hunt(
    script: Script,
    bug: Bug,
    *,
    first: int,
    seeds: int,
    folder: Path,
    tries: int,
) -> Catch:
    """Look for a bug with so many seeds; the first that finds it is all that is asked for."""
    for number in range(seeds):
        outcome = run_of(bug)(script, Options(seed=first + number, planted=bug.name))
        if outcome.findings:
            return _caught(script, bug, outcome, number + 1, folder, tries)
    return Catch(bug=bug.name, tried=seeds)


def _caught(
    script: Script, bug: Bug, outcome: Outcome, tried: int, folder: Path, tries: int
) -> Catch:
    made = shrunk(script, outcome, most=tries, run=run_of(bug))
    file = write_artefact(artefact_of(made), folder)
    known = read_artefact(file)
    again = run_script(script, known.options)
    kept = [each for each in known.faults if not each.is_muted]
    code = code_of(known.findings[0])
    return Catch(
        bug=bug.name,
        tried=tried,
        seed=outcome.options.seed,
        code=code,
        is_expected=code in bug.codes,
        words=str(known.findings[0]),
        at=made.outcome.virtual,
        asked=made.asked,
        left=len(kept),
        faults=tuple(each.fault for each in kept),
        tries=made.tries,
        is_same=_is_same(known, again),
        artefact=str(file),
    )


def run_of(bug: Bug, checkers: Sequence[Checker] = CHECKERS) -> Run:
    """How a bug is looked for: one of chance shows only in a second run of the same seed (R5)."""
    run = partial(run_script, checkers=checkers)
    return partial(_run_twice, run) if CHANCE in bug.codes else run


def _run_twice(run: Run, script: Script, options: Options) -> Outcome:
    first = run(script, msgspec.structs.replace(options, expected_hash=""))
    if first.findings:
        return first
    return run(script, msgspec.structs.replace(options, expected_hash=first.hash))


def _is_same(known: Artefact, again: Outcome) -> bool:
    """Whether a replay has come to what was kept; to which hash it comes is R5's very question."""
    if [code_of(each) for each in known.findings] == [CHANCE]:
        return [code_of(each) for each in again.findings] == [CHANCE]
    return comes_to_the_same(known, again) and again.findings == known.findings


def code_of(finding: Finding) -> str:
    """The code of an invariant that did not hold, as far as the finding names one."""
    if finding.code:
        return finding.code
    named = LEADING.match(finding.words)
    return named[0] if named else ""
