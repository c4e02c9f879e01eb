"""One seed, one run: the same turns in two processes that agree on nothing else.

Each seed is a small whole bot on a market of its own: a mode that is all in or all out, one that
keeps limit orders on both sides, a venue at a distance, turns in shuffled order, and crashes of
connector and desk at moments drawn from the seed. It runs in two processes with `PYTHONHASHSEED`
drawn by each, and both must have the same trace of turns and the same order journal.

    python -m benthic.benchmarks.seeds FIRST COUNT      (a line of JSON for each seed)
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from heapq import merge
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any, Final

import attrs
import msgspec

from ..actors.bot.builder import Bot, ExchangeBuilder
from ..actors.bot.contexts import shuffled
from ..actors.bot.paths import Paths
from ..actors.bot.reading import parse_config
from ..actors.orders.journal import digest
from ..runtime import BenthicError, Child, Millis, Ref, Supervisor, System, Trace
from . import poison
from .chunks import Chunk, Plan, Report, sweep
from .ladder import Ladder
from .market import SYMBOL, candles, tape
from .progress import Watch, unwatched

PATHS: Final = Paths()
CHUNK: Final = 10  # seeds of one process
CANDLES: Final = 300
MOST_CRASHES: Final = 4
LIFE: Final = Millis(300_000)  # of the orders that the second mode lets rest
PATIENCE: Final = 600  # s for one process

BOT: Final = """
[bot]
name = "seeds"
seed = {seed}

[venue]
request_ms = {request_ms}
answer_ms = {answer_ms}

[market]
symbol = "BTC/USDT"
time_frame = "1m"
amount_step = "0.0001"
price_step = "0.01"
min_amount = "0.0001"
min_cost = "5"
fees = {{ maker = "0.0002", taker = "0.0006" }}

[account]
deposits = {{ USDT = 100_000, BTC = 2 }}

[mode]
name = "ema_cross"
fast = 3
slow = 8
warm_up = 10
"""


class SeedRun(msgspec.Struct, frozen=True):
    """What one seed came to in one process."""

    seed: int
    turns: int
    commits: int
    crashes: int
    trace: str  # hash of all turns
    journal: str  # hash of all commits, and of the state that they lead to


class RunFailed(BenthicError):
    """A process that runs seeds ended without its answers."""

    def __init__(self, first: int, code: int, words: str) -> None:
        super().__init__(f"the process of the seeds from {first} ended with code {code}: {words}")


def run_seeds(
    count: int,
    *,
    resume: Path | None = None,
    watch: Watch = unwatched,
    seed: int = 0,
    jobs: int = 2,
) -> Report:
    """Run `count` seeds, from `seed` on, each in two processes, `jobs` pairs at a time."""
    plan = Plan("seeds", seed, CHUNK)
    return sweep(plan, count, partial(_compare, seed), resume=resume, watch=watch, jobs=jobs)


def _compare(first: int, number: int, count: int) -> Chunk:
    """Run the seeds of a chunk twice; what differs is a violation."""
    start = first + number * CHUNK
    one, other = (_in_child(start, count) for _ in range(2))
    violations = [
        f"seed {left.seed}: {name} differs: {getattr(left, name)} and {getattr(right, name)}"
        for left, right in zip(one, other, strict=True)
        for name in ("trace", "journal")
        if getattr(left, name) != getattr(right, name)
    ]
    figures = {
        name: float(sum(getattr(run, name) for run in one))
        for name in ("turns", "commits", "crashes")
    }
    return Chunk(number, count, tuple(violations), figures)


def _in_child(first: int, count: int) -> list[SeedRun]:
    child = subprocess.run(
        [sys.executable, "-m", f"{__package__}.seeds", str(first), str(count)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONHASHSEED": "random"},
        timeout=PATIENCE,
    )
    if child.returncode:
        words = child.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise RunFailed(first, child.returncode, words or "it said nothing")
    return [msgspec.json.decode(line, type=SeedRun) for line in child.stdout.splitlines()]


# -- in the child


def run_seed(seed: int) -> SeedRun:
    """One run of one seed, in this process."""
    chance = Random(seed)  # noqa: S311 - chance that can be had again
    text = BOT.format(
        seed=seed, request_ms=chance.choice((0, 20, 300)), answer_ms=chance.choice((0, 30, 900))
    )
    market = tape(candles(CANDLES, seed=seed))
    bot = ExchangeBuilder(parse_config(text)).in_context(shuffled(market)).build()
    bot = attrs.evolve(bot, tree=_with_ladder(bot.tree))
    trace = Trace()
    crashes = _crashes(chance, market.close_times.tolist())
    bot.run(partial(_replay, bot, crashes), trace=trace)
    account, memory = bot.config.account.name, bot.memory
    hashes = digest(account, memory.commits(account) if memory is not None else ())
    journal = f"{hashes.journal} {hashes.state}"
    return SeedRun(seed, trace.turns, hashes.commits, len(crashes), trace.hash, journal)


def _with_ladder(tree: Supervisor) -> Supervisor:
    """The bot's tree with a second mode in its exchange."""

    def ladder() -> Ladder:
        return Ladder(SYMBOL, feed=PATHS.feed(SYMBOL), desk=PATHS.desk, life=LIFE)

    store, exchange = tree.children
    if not isinstance(exchange, Supervisor):
        raise TypeError("a bot's second child is its exchange")
    more = attrs.evolve(exchange, children=(*exchange.children, Child("ladder", ladder)))
    return attrs.evolve(tree, children=(store, more))


def _crashes(chance: Random, closes: list[int]) -> list[tuple[Millis, str]]:
    """When which actor crashes: soon after some closes, while requests may be on their way."""
    count = chance.randint(0, MOST_CRASHES)
    moments = sorted(close + chance.randint(0, 1_500) for close in chance.sample(closes, count))
    return [(Millis(at), chance.choice((PATHS.connector, PATHS.desk))) for at in moments]


async def _replay(bot: Bot, crashes: list[tuple[Millis, str]], system: System) -> None:
    poisons = _poisons(system, crashes)
    await system.replay(merge(bot.events(system), poisons, key=itemgetter(0)))


def _poisons(
    system: System, crashes: list[tuple[Millis, str]]
) -> Iterator[tuple[Millis, Ref, Any]]:
    for at, path in crashes:
        message = poison.for_connector() if path == PATHS.connector else poison.for_desk(SYMBOL)
        yield at, system.lookup(path), message


def main(first: str, count: str) -> None:
    """Run seeds one after the other, a line for each."""
    for seed in range(int(first), int(first) + int(count)):
        sys.stdout.write(msgspec.json.encode(run_seed(seed)).decode() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
