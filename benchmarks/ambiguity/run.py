"""The sweep itself: worlds of some hundred orders each, several processes at a time.

    python -m benthic.benchmarks.ambiguity.run SEED ORDERS      (one line of JSON)

A world is known by its seed: that of the sweep and the world's number together.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from math import ceil
from pathlib import Path
from typing import Final

import attrs
import msgspec

from ...runtime import BenthicError
from ...scenarios.invariants import CHECKERS
from ...scenarios.running.run import SEEDS, Options, run_script
from ...scenarios.running.script import Script
from ...scenarios.world import Checker
from ..children import Children
from ..chunks import Chunk, Plan, Report, sweep
from ..progress import Watch, unwatched
from .cards import OPEN
from .compare import SORTS, Flaw, Sort
from .draw import CODES, steps
from .play import Play, Played

PER_WORLD: Final = 400  # orders
PATIENCE: Final = 1_800.0  # s for one process
CERTAIN: Final = "certain "
SETTLED: Final = "settled "
STREAM: Final = "stream "
COUNTED: Final = ("orders", "struck", "filled", "partly", "cancelled", "refused", *SORTS)
IN_DOUBT: Final = ("A1", "A2", "A3", "A4", "A5", "A8", "A12")
"""Codes of a create that is not answered, or not with what became of it, and nothing else."""
NAME: Final = "ambiguity"


class WorldEnded(BenthicError):
    """A process that plays a world ended without its answer."""

    def __init__(self, seed: int, words: str) -> None:
        super().__init__(f"the process of the world of seed {seed} {words}")


class WorldRun(msgspec.Struct, frozen=True):
    """What one world came to. figures: sums by code; how often each time was taken, in ms."""

    violations: tuple[str, ...]
    figures: dict[str, float]


@attrs.frozen
class Took:
    """How long it took, ms of virtual time."""

    median: int
    most_of_95: int  # the longest of 95 in a hundred
    longest: int


@attrs.frozen(kw_only=True)
class Certainty:
    """What came of the orders that met the faults of one code, or all."""

    orders: int
    struck: int  # of them; the others ended before the fault found anything
    filled: int
    partly: int  # filled in part, and cancelled
    cancelled: int
    refused: int  # never taken by the exchange
    duplicated: int
    forgotten: int
    wrong: int  # in a state or an amount that the exchange does not know
    certain: Took  # from the create until its outcome was in the books
    settled: Took  # from the last thing done to it until the books had it


@attrs.frozen(kw_only=True)
class AmbiguityReport:
    """What a sweep found. Violations are what it should not find."""

    sweep: str = NAME
    orders: int
    codes: dict[str, Certainty]  # by code, and "all"
    streams: dict[str, Certainty]  # of creates in doubt, by what became of the account's stream
    violations: tuple[str, ...]
    virtual_hours: float
    seconds: float  # of this run; of an earlier one that was resumed nothing is counted

    @property
    def ok(self) -> bool:
        """Whether every order ended as the exchange says."""
        return not self.violations


def run_ambiguity(
    orders: int,
    *,
    resume: Path | None = None,
    watch: Watch = unwatched,
    seed: int = 0,
    jobs: int = 2,
) -> AmbiguityReport:
    """Let so many orders meet the faults, `jobs` worlds at a time. Raises WorldEnded."""
    children = Children()
    run = partial(_in_child, children, seed)
    plan = Plan(NAME, seed, PER_WORLD)
    return told(sweep(plan, orders, run, resume=resume, watch=watch, jobs=jobs, stop=children.end))


def _in_child(children: Children, seed: int, number: int, orders: int) -> Chunk:
    own = (seed + number) % SEEDS
    ended = children.run(f"{__package__}.run", [str(own), str(orders)], timeout=PATIENCE)
    if ended.code:
        raise WorldEnded(own, ended.words)
    run = msgspec.json.decode(ended.out, type=WorldRun)
    return Chunk(number, orders, run.violations, run.figures)


# -- in the child


def play_world(
    seed: int, orders: int, *, planted: str = "", checkers: Sequence[Checker] = CHECKERS
) -> WorldRun:
    """One world, in this process. planted: a bug that is put into its bot, by name."""
    play = Play(steps(seed, orders))
    script = Script(name=NAME, file=str(__file__), story="", faults=CODES, play=play.scenario)
    options = Options(seed=seed, planted=planted)
    outcome = run_script(script, options, checkers=(*checkers, play.witness.look))
    codes = {each.client_id: each.trial.code for each in play.played}
    violations = [f"seed {seed}, {codes.get(flaw.client_id, '-')}: {flaw}" for flaw in play.flaws]
    violations += (f"seed {seed}: {finding}" for finding in outcome.findings)
    unsent = [each.trial.code for each in play.played if not each.client_id]
    violations += (f"seed {seed}, {code}: a create was never let out" for code in unsent)
    missing = orders - len(play.played)
    if missing and not outcome.findings:
        violations.append(f"seed {seed}: {missing} orders were not placed")
    figures = dict(Counter(_figures(play.played, play.flaws)))
    return WorldRun(
        tuple(violations),
        {name: float(count) for name, count in figures.items()} | {"virtual": outcome.virtual},
    )


def _figures(played: Sequence[Played], flaws: Sequence[Flaw]) -> Iterator[str]:
    """What is to be counted, once each; of creates in doubt by their stream as well."""
    sorts: set[tuple[Sort, str]] = {(flaw.sort, flaw.client_id) for flaw in flaws}
    for each in played:
        mine = list(_counted(each, sorts))
        yield from (f"{each.trial.code}/{name}" for name in mine)
        if each.trial.code in IN_DOUBT:
            yield from (f"{STREAM}{each.stream}/{name}" for name in mine)


def _counted(each: Played, sorts: Collection[tuple[Sort, str]]) -> Iterator[str]:
    yield "orders"
    if each.struck:
        yield "struck"
    if each.status:
        is_partly = each.status == "cancelled" and each.filled
        yield "partly" if is_partly else each.status
    yield from (sort for sort in SORTS if (sort, each.client_id) in sorts)
    if each.certain is not None:
        yield f"{CERTAIN}{each.certain}"
    if each.settled is not None:
        yield f"{SETTLED}{each.settled}"


# -- what is told


def told(report: Report) -> AmbiguityReport:
    """The sums by code, and of all."""
    figures = report.figures
    codes = {code: _certainty(figures, [code]) for code in CODES if f"{code}/orders" in figures}
    if codes:
        codes["all"] = _certainty(figures, CODES)
    streams = {stream: _certainty(figures, [f"{STREAM}{stream}"]) for stream in OPEN}
    return AmbiguityReport(
        orders=report.trials,
        codes=codes,
        streams={stream: each for stream, each in streams.items() if each.orders},
        violations=report.violations,
        virtual_hours=figures.get("virtual", 0.0) / 3_600,
        seconds=report.seconds,
    )


def _certainty(figures: Mapping[str, float], of: Collection[str]) -> Certainty:
    """What the figures tell of some codes together, or of a stream."""
    sums = Counter[str]()
    for key, value in figures.items():
        whose, _, name = key.partition("/")
        if whose in of:
            sums[name] += int(value)
    return Certainty(
        **{name: sums[name] for name in COUNTED},
        certain=_took(sums, CERTAIN),
        settled=_took(sums, SETTLED),
    )


def _took(sums: Mapping[str, int], word: str) -> Took:
    times = Counter(
        {int(key.removeprefix(word)): n for key, n in sums.items() if key.startswith(word)}
    )
    return Took(*(quantile(times, share) for share in (0.5, 0.95, 1.0)))


def quantile(times: Mapping[int, int], share: float) -> int:
    """What that share of all are at most, of how often each time came; 0 where there are none.

    >>> quantile({10: 18, 500: 1, 900: 1}, 0.95)
    500
    """
    wanted, seen = ceil(share * sum(times.values())), 0
    for time in sorted(times):
        seen += times[time]
        if seen >= wanted:
            return time
    return 0


def main(seed: str, orders: str) -> None:
    """Play one world."""
    run = play_world(int(seed), int(orders))
    sys.stdout.write(msgspec.json.encode(run).decode() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
