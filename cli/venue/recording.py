"""What `benthic venue record` does: a venue in virtual time, and files of what happened in it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Literal

import msgspec

from ...runtime import Millis, UsageError
from ...scenarios.venue.faults.span import span
from ...scenarios.venue.faults.state import put_in_force
from ...scenarios.venue.market.recorder import Recorder
from ...scenarios.venue.venue import Venue
from ..output import console, grouped, print_json, table
from ..progress import progress
from .house import House, family_name

STEP: Final = 600_000  # ms of the venue between two looks at the progress
MINUTE: Final = 60_000


OldFiles = Literal["keep", "replace"]


class AlreadyRecorded(UsageError):
    """A recording would be written over files that are there, or over what it reads."""

    def __init__(self, files: Sequence[Path], remedy: str) -> None:
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        super().__init__(f"--out: {files[0]}{more} would be written over; {remedy}")
        self.files = tuple(files)


class Written(msgspec.Struct, frozen=True):
    """What was written."""

    begin: Millis
    end: Millis
    candles: int
    trades: int
    fired: int  # faults
    files: list[Path]


def length_of(text: str) -> Millis:
    """The duration that an option says."""
    try:
        length = span(int(text) if text.isascii() and text.isdecimal() else text)
    except ValueError as error:
        raise UsageError(f"--for: {error}") from error
    if length <= 0:
        raise UsageError(f"--for {text}: nothing happens in it; give a longer time")
    return Millis(length)


def record_venue(house: House, folder: Path, length: Millis, old: OldFiles = "keep") -> Written:
    """Run the house's venue for so long in virtual time. Raises AlreadyRecorded or Unwritable.

    The files of spot lie in the folder itself, those of each other family in a folder below it.
    old: what becomes of files that are there already: without "replace" nothing is written.
    """
    venue = Venue(house.config)
    faults = put_in_force(house.plan(venue), venue)
    begin = venue.now
    end = Millis(begin + length)
    recorders = [
        Recorder(folder if family == "spot" else folder / family_name(family), [feeds])
        for family, feeds in venue.feeds.items()
    ]
    _require_room([path for each in recorders for path in each.paths], house.inputs, old)
    with ExitStack() as files, progress("recording", "min") as told:
        for recorder in recorders:
            files.enter_context(recorder)
        venue.start()
        for moment in range(begin + STEP, end + STEP, STEP):
            venue.run_to(Millis(min(moment, end)))
            told((venue.now - begin) // MINUTE, length // MINUTE)
    return Written(
        begin=begin,
        end=end,
        candles=sum(each.candles for each in recorders),
        trades=sum(each.trades for each in recorders),
        fired=faults.log.total,
        files=[file for each in recorders for file in each.files],
    )


def _require_room(files: Sequence[Path], inputs: Sequence[Path], old: OldFiles) -> None:
    there = [file for file in files if file.exists()]
    read = [file for file in there if any(each.exists() and file.samefile(each) for each in inputs)]
    if read:
        raise AlreadyRecorded(read, "it is read by this very run: give another folder")
    if there and old == "keep":
        raise AlreadyRecorded(there, "give another folder, or --replace")


def show(written: Written, *, json: bool) -> None:
    """Print it for people, or for scripts."""
    if json:
        print_json({**msgspec.structs.asdict(written), "files": [str(f) for f in written.files]})
        return
    drawn = table("file", "bytes", title="recorded", numbers=(1,))
    for file in written.files:
        drawn.add_row(str(file), grouped(file.stat().st_size))
    console().print(drawn)
    console().print(
        f"{grouped(written.candles)} candles, {grouped(written.trades)} trades, "
        f"{grouped(written.fired)} faults",
        markup=False,
    )
