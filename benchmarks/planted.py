"""Each planted bug is hunted by the swarm: found, made small, and run again from its artefact.

One trial is one bug, in a process of its own. A bug that no seed finds, that needs more faults than
it should, or whose replay comes to something else, is a violation.

    python -m benthic.benchmarks.planted NAME FIRST SEEDS FOLDER TRIES     (a line of JSON)
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import attrs
import msgspec

from ..runtime import BenthicError
from ..scenarios.planted import BUGS, Bug, find_bug
from ..scenarios.running.hunting import Catch, hunt
from ..scenarios.running.script import find_script
from .children import Children
from .chunks import Chunk, Plan, Report, sweep
from .progress import Watch, unwatched

SCRIPT: Final = "swarm"
SEEDS: Final = 300
TRIES: Final = 40  # runs that may be spent to make a failure smaller
FOLDER: Final = Path("scenario-artefacts")
CAUGHT: Final = "caught "


class HunterEnded(BenthicError):
    """A process that hunts for a bug ended without its answer."""

    def __init__(self, bug: str, words: str) -> None:
        super().__init__(f"the process that hunts for {bug} {words}")


@attrs.frozen(kw_only=True)
class Hunt:
    """Which bugs, and how hard they are looked for."""

    bugs: Sequence[Bug] = BUGS
    seeds: int = SEEDS
    first: int = 0
    tries: int = TRIES
    folder: Path = FOLDER


USUAL: Final = Hunt()


def run_planted(
    chosen: Hunt = USUAL, *, resume: Path | None = None, watch: Watch = unwatched, jobs: int = 1
) -> Report:
    """Hunt for the bugs, `jobs` at a time. Raises HunterEnded, and OSError for a bad folder."""
    chosen.folder.mkdir(parents=True, exist_ok=True)  # before an hour is spent
    names = " ".join(bug.name for bug in chosen.bugs)
    plan = Plan(f"planted, {chosen.seeds} seeds: {names}", chosen.first, 1)
    children = Children()
    run = partial(_chunk, chosen, children)
    count = len(chosen.bugs)
    return sweep(plan, count, run, resume=resume, watch=watch, jobs=jobs, stop=children.end)


def _chunk(chosen: Hunt, children: Children, number: int, count: int) -> Chunk:
    catch = _in_child(chosen, children, chosen.bugs[number])
    told = msgspec.json.encode(catch).decode()
    problems = (catch.problem,) if catch.problem else ()
    return Chunk(number, count, problems, {CAUGHT + told: 1.0})


def catches(report: Report) -> list[Catch]:
    """What came of each hunt, in the order of the bugs."""
    told = [
        msgspec.json.decode(name.removeprefix(CAUGHT), type=Catch)
        for name in report.figures
        if name.startswith(CAUGHT)
    ]
    order = {bug.name: number for number, bug in enumerate(BUGS)}
    return sorted(told, key=lambda catch: order.get(catch.bug, len(order)))


def _in_child(chosen: Hunt, children: Children, bug: Bug) -> Catch:
    words = [bug.name, str(chosen.first), str(chosen.seeds), str(chosen.folder), str(chosen.tries)]
    ended = children.run(f"{__package__}.planted", words)
    if ended.code:
        raise HunterEnded(bug.name, ended.words)
    return msgspec.json.decode(ended.out, type=Catch)


def main(name: str, first: str, seeds: str, folder: str, tries: str) -> None:
    """Hunt for one bug."""
    catch = hunt(
        find_script(SCRIPT),
        find_bug(name),
        first=int(first),
        seeds=int(seeds),
        folder=Path(folder),
        tries=int(tries),
    )
    sys.stdout.write(msgspec.json.encode(catch).decode() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
