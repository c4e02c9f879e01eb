"""Days of market data on which everything goes wrong, held against the venue's own.

All of it in virtual time.

A connector stands before a simulated venue, over streams in memory; behind it the feeds of several
markets, their sources, the gate, and a strategy for each market. Faults of market data, of the
account's stream and of the way there strike one after the other, and each minute some topics are
told to come another way. What must hold: a book that calls itself valid is the venue's; candles and
trades are the venue's, each once and in order; no strategy has a turn behind a closed gate, and the
gate opens again after each fault; nothing crashes, grows or overflows; and a second run of the same
seed publishes the same.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial
from statistics import median
from time import perf_counter
from typing import Final

import attrs
import trio

from ...actors.feeds.messages import GetCandles
from ...actors.feeds.source_messages import TopicSource
from ...runtime import Millis, System, TreeNode, VirtualClock
from ...scenarios.determinism import run_seeded
from ...scenarios.venue.config import START
from ...scenarios.venue.network import reaching
from ..progress import Watch, unwatched
from .checks import closed_stretches, overdue, recovery, rise, turns_behind
from .hands import Hands, Sample
from .overheard import Overheard
from .plan import Blow, blows, plan, slot_of
from .setting import HOUR, MINUTE, Setting, a_venue, markets_of, name_of
from .tree import bot, feed_of
from .truth import Told, truths
from .witness import Seen

BOUND: Final = Millis(600_000)  # after a fault has ceased, until its markets are traded again
REPEATED: Final = 2 * HOUR  # of a run that is made a second time
SLACK: Final = 64 << 20  # bytes by which memory may grow in a day, the run's own notes included
WARM: Final = 12  # hours until all that the venue and the run itself remember is full
MOST_MAIL: Final = 5_000  # messages that may wait in a mailbox at a look
MEMORY: Final = 3_000  # candles that a feed is asked for in the end


@attrs.frozen
class Code:
    """What came of the faults of one code."""

    planned: int
    fired: int  # of those planned
    strikes: int  # at messages, requests, ...
    faults: int  # different ones that fired
    recovery: float  # s after it had ceased until the gate was open, the median
    longest: float


@attrs.frozen(kw_only=True)
class FeedReport:
    """What a run found. Violations are what it should not find."""

    sweep: str = "feeds"
    seed: int
    symbols: tuple[str, ...]
    frames: tuple[str, ...]
    virtual_hours: float
    seconds: float
    times: float  # real time
    violations: tuple[str, ...]
    found: int  # violations in all
    events: Mapping[str, int]  # by kind
    codes: Mapping[str, Code]
    faults: int  # different ones that fired
    unfired: tuple[str, ...]  # different ones that were planned and never met what they strike
    figures: Mapping[str, float]
    hash: str

    @property
    def ok(self) -> bool:
        """Whether everything held."""
        return not self.found


@attrs.frozen
class Ended:
    """A run that is over."""

    seen: Seen
    hands: Hands
    stretches: Mapping[str, list[tuple[Millis, Millis]]]
    sources: list[TopicSource]
    requests: int
    tree: TreeNode


def run_feeds(hours: int, *, watch: Watch = unwatched, seed: int = 0) -> FeedReport:
    """One run of so many hours of virtual time, and its beginning a second time."""
    length = Millis(hours * HOUR)
    return swept(Setting(seed, length, slot=slot_of(length)), watch=watch)


def swept(setting: Setting, *, watch: Watch = unwatched, repeated: int = REPEATED) -> FeedReport:
    """One run, and its first `repeated` ms a second time."""
    began = perf_counter()
    mark = Millis(min(repeated, setting.length))
    ended = _run(setting, setting.length, mark, watch)
    seconds = perf_counter() - began
    again = _run(setting, mark, mark, unwatched)
    one, other = ended.hands.hashes[mark], again.hands.hashes[mark]
    if one != other:
        ended.seen.blame([f"a second run published otherwise: {one[:16]}, {other[:16]}"], mark)
    return _report(setting, ended, seconds)


def _run(setting: Setting, until: Millis, mark: Millis, watch: Watch) -> Ended:
    return run_seeded(
        partial(_watched, setting, until, mark, watch), seed=setting.seed, start=START
    )


async def _watched(
    setting: Setting, until: Millis, mark: Millis, watch: Watch, clock: VirtualClock
) -> Ended:
    venue, settings, account = a_venue(setting)
    known = truths(markets_of(venue, setting))
    seen = Seen(clock.elapsed(), known, Told(), setting.frames)
    names = [name_of(symbol) for symbol in setting.symbols]
    struck = blows(setting.seed, names, setting.length, setting.slot)
    async with reaching(venue, plan=plan(setting.seed, struck), keep=20) as reached:
        overheard = Overheard(reached.record, seen.told)
        venue.use_faults(overheard)
        reached.wire.faults = overheard
        system = System(
            bot(setting, settings, reached, seen, clock), clock=clock, seed=setting.seed
        )
        hands = Hands(setting, system, reached, seen, struck)
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            hands.start(nursery, account)
            await _pass(hands, until, mark, watch)
            ended = await _ended(hands, until)
            await system.stop()
            nursery.cancel_scope.cancel()
    return ended


async def _pass(hands: Hands, until: Millis, mark: Millis, watch: Watch) -> None:
    """Let time go by, and look each minute."""
    began = trio.current_time()
    for minute in range(1, until // MINUTE + 1):
        await trio.sleep_until(began + 60 * minute)
        if minute * MINUTE == mark:
            hands.hashes[mark] = hands.seen.hash
        if minute % 60 == 0:
            gc.collect()
        hands.look(Millis(minute * MINUTE))
        watch(minute, until // MINUTE)


async def _ended(hands: Hands, until: Millis) -> Ended:
    """All has had the time to come: look whether it has."""
    seen, setting, system = hands.seen, hands.setting, hands.system
    await trio.sleep(45)  # off the minute, by which nothing of the last one is under way any more
    now = Millis(START + until)
    for symbol in setting.symbols:
        truth = seen.truths[symbol]
        seen.blame(seen.trades[symbol].end(truth, now), until)
        seen.blame(seen.books[symbol].end(symbol, until, BOUND), until)
        for frame in setting.frames:
            candles = seen.candles[symbol, str(frame)]
            seen.blame(candles.end(truth, seen.told, (START, now)), until)
            rows = await system.lookup(feed_of(symbol)).ask(GetCandles(MEMORY, str(frame)))
            seen.blame(candles.remembered(rows.tolist(), truth), until)
        seen.blame(turns_behind(seen.turns[symbol], seen.swings[symbol]), until)
    stretches = {symbol: closed_stretches(swings, until) for symbol, swings in seen.swings.items()}
    seen.blame(overdue(_recoveries(hands, stretches), BOUND), until)
    seen.blame(seen.crashes, until)
    seen.blame(_grown(hands.samples), until)
    return Ended(
        seen, hands, stretches, await hands.sources(), hands.reached.record.arrived, system.tree()
    )


def _recoveries(
    hands: Hands, stretches: Mapping[str, list[tuple[Millis, Millis]]]
) -> dict[str, Millis]:
    """By name of each blow that fired, how long the slowest market took."""
    return {
        blow.name: max(
            (
                recovery(blow.at, blow.ceased, closed)
                for symbol, closed in stretches.items()
                if blow.symbol in ("", name_of(symbol))
            ),
            default=Millis(0),
        )
        for blow in hands.struck
        if hands.fired[blow.name]
    }


def _grown(samples: list[Sample]) -> Iterator[str]:
    """What is larger than it may be."""
    fullest = max(sample.mail for sample in samples)
    if fullest > MOST_MAIL:
        yield f"{fullest:,} messages waited in one mailbox"
    dropped = samples[-1].dropped
    if dropped:
        yield f"mailboxes dropped {dropped:,} messages"
    hourly = [sample.resident for sample in samples if sample.at % HOUR == 0][WARM:]
    if len(hourly) >= WARM and (grown := 24 * rise(hourly)) > SLACK:
        yield f"memory rose by {grown / (1 << 20):.1f} MiB a day"


def _report(setting: Setting, ended: Ended, seconds: float) -> FeedReport:
    seen, hands = ended.seen, ended.hands
    return FeedReport(
        seed=setting.seed,
        symbols=setting.symbols,
        frames=tuple(map(str, setting.frames)),
        virtual_hours=setting.length / HOUR,
        seconds=seconds,
        times=setting.length / 1_000 / seconds,
        violations=tuple(seen.found),
        found=seen.violations,
        events=dict(sorted(seen.events.items())),
        codes=_codes(hands, ended.stretches),
        faults=len({blow.card.name for blow in hands.struck if hands.fired[blow.name]}),
        unfired=_unfired(hands),
        figures=dict(_figures(setting, ended)),
        hash=seen.hash,
    )


def _codes(hands: Hands, stretches: Mapping[str, list[tuple[Millis, Millis]]]) -> dict[str, Code]:
    recoveries = _recoveries(hands, stretches)
    by_code: dict[str, list[Blow]] = defaultdict(list)
    for blow in hands.struck:
        by_code[blow.card.code].append(blow)
    found = dict[str, Code]()
    for code, planned in sorted(by_code.items(), key=lambda pair: (pair[0][0], int(pair[0][1:]))):
        fired = [blow for blow in planned if hands.fired[blow.name]]
        took = [recoveries[blow.name] / 1_000 for blow in fired] or [0.0]
        found[code] = Code(
            planned=len(planned),
            fired=len(fired),
            strikes=sum(hands.fired[blow.name] for blow in fired),
            faults=len({blow.card.name for blow in fired}),
            recovery=median(took),
            longest=max(took),
        )
    return found


def _unfired(hands: Hands) -> tuple[str, ...]:
    fired = {blow.card.name for blow in hands.struck if hands.fired[blow.name]}
    return tuple(sorted({blow.card.name for blow in hands.struck} - fired))


def _figures(setting: Setting, ended: Ended) -> Iterator[tuple[str, float]]:
    seen, hands, sources = ended.seen, ended.hands, ended.sources
    hours, minutes = setting.length / HOUR, setting.length / MINUTE * len(setting.symbols)
    closed = [end - begin for stretches in ended.stretches.values() for begin, end in stretches[1:]]
    yield "flips", hands.flips
    yield "switches", sum(each.switches for each in sources)
    yield "polls an hour", sum(each.polls for each in sources) / hours
    yield "polls without an answer", sum(each.failed for each in sources)
    yield "silences", sum(each.silences for each in sources)
    yield "requests an hour", ended.requests / hours
    yield "books compared", sum(books.valid for books in seen.books.values())
    yield "books invalid", sum(books.invalid for books in seen.books.values())
    yield "longest without a book, s", max(each.longest for each in seen.books.values()) / 1_000
    yield "books told wrongly", sum(books.lied for books in seen.books.values())
    yield "trades", sum(trades.heard for trades in seen.trades.values())
    yield "trades missed", sum(trades.missed for trades in seen.trades.values())
    yield "trades told wrongly", sum(trades.lied for trades in seen.trades.values())
    yield "trades a minute", sum(each.traded for each in seen.truths.values()) / minutes
    yield "book updates a minute", sum(each.updates for each in seen.truths.values()) / minutes
    yield "candles", sum(len(candles.published) for candles in seen.candles.values())
    yield "candles told wrongly", sum(candles.lied for candles in seen.candles.values())
    yield "candles corrected", sum(candles.corrected for candles in seen.candles.values())
    yield "gaps of candles", sum(candles.gaps for candles in seen.candles.values())
    yield "turns", sum(map(len, seen.turns.values()))
    yield "times closed", len(closed)
    yield "longest closed, s", max(closed, default=0) / 1_000
    yield "closed at first, s", max(row[0][1] for row in ended.stretches.values() if row) / 1_000
    yield "fullest mailbox", max(sample.mail for sample in hands.samples)
    yield "dead letters", sum(seen.letters.values())
    yield "restarts", sum(node.restarts for node in ended.tree.walk())
    yield "resident, MiB", hands.samples[-1].resident / (1 << 20)
    hourly = [sample.resident for sample in hands.samples if sample.at % HOUR == 0]
    if len(hourly) > 2 * WARM:
        yield "risen a day, MiB", 24 * rise(hourly[WARM:]) / (1 << 20)
