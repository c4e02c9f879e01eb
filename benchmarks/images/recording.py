"""What one run of the writer did to its file, in order; made once, cut at many moments."""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import attrs

from ...runtime.errors import BenthicError
from ...storage.environment import Durability
from .shim import recorded
from .writer import ACK

_HEAD: Final = struct.Struct("<QIcBxx")


class RecordingFailed(BenthicError):
    """The recorded writer did not end well; nothing was checked."""


@attrs.frozen
class Event:
    """One call that was over. `acked` is an answer that a writer had."""

    kind: Literal["write", "sync", "acked"]
    offset: int = 0  # of a write, bytes
    content: bytes = b""
    is_durable: bool = False  # a write that waited for the disk by itself


def record(folder: Path, shim: Path, seed: int, durability: Durability) -> Path:
    """Run the writer in `folder` under the recorder; the file with its events."""
    log = folder / "events"
    child = subprocess.run(
        [
            sys.executable,
            "-m",
            "benthic.benchmarks.images.writer",
            "store",
            str(seed),
            durability.value,
        ],
        cwd=folder,
        env=recorded(shim, log),
        capture_output=True,
        text=True,
        check=False,
    )
    if child.returncode:
        raise RecordingFailed(f"the writer of seed {seed} failed: {child.stderr.strip()[-2000:]}")
    return log


def read_events(log: Path) -> Iterator[Event]:
    """The events in their order."""
    record = log.read_bytes()
    position = 0
    while position < len(record):
        offset, length, kind, durable = _HEAD.unpack_from(record, position)
        position += _HEAD.size
        content = record[position : position + length]
        position += length
        match kind:
            case b"W":
                yield Event("write", offset, content, bool(durable))
            case b"S":
                yield Event("sync")
            case b"A":
                yield Event("acked", content=content)
            case _:
                raise RecordingFailed(f"{log} has an event {kind!r} at byte {position}")


def acked_by(event: Event) -> tuple[int, int]:
    """The writer that had an answer, and the number of its commit."""
    writer, number = ACK.unpack(event.content)
    return writer, number
