"""`benthic data record`: what a venue's market does, written into the store as it happens.

A feed of each market sees to it that candles and trades come each once, in order and without a
hole. Every while what the feeds have told is written; a kill loses no more than that.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, Final, cast

import attrs
import trio

from ...actors.bot.market_tree import feeds_tree
from ...actors.bot.paths import budget_of
from ...actors.bot.venue_markets import Followed, MarketPlace, watched_market
from ...actors.exchange.archive.series import Kind, Series
from ...actors.exchange.errors import NotOffered
from ...actors.exchange.messages import GetVenueClock, Topic
from ...actors.exchange.settings import VenueSettings
from ...actors.exchange.tape.spacing import utc_text
from ...actors.market.timeframe import TimeFrame
from ...runtime import Child, Millis, Ref, Supervisor, UsageError
from ...storage.marketdata import Added, MarketStore, Prefer
from ..exits import say
from .downloading import tape_of
from .recorder import PAST, Heard, Key, Missed, Recorder, TakeHeard, both
from .venues import Place, at_venue

FIRST: Final = 1.0  # s until the first write, so that who waits sees that it works
EVERY: Final = 15.0  # s between two writes, later
SHARE: Final = 10  # times as long as a write takes, at least: a day's file grows
LONGEST: Final = 120.0  # s
NAME: Final = "recording"
UNUSED: Final = TimeFrame(1, "d")  # a feed has a base frame: where none is wanted, the idlest
TOPICS: Final = ("candles", "trades", "book", "ticker")
KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "candles": Kind.CANDLES,
        "trades": Kind.TRADES,
        "book": Kind.BOOK,
        "ticker": Kind.TICKER,
    }
)


@attrs.frozen(kw_only=True)
class Plan:
    """What is to be recorded, as it was said."""

    settings: VenueSettings
    symbols: tuple[str, ...]
    topics: tuple[Topic, ...]
    frames: tuple[str, ...]
    depth: int  # levels of a book
    length: Millis | None  # None: until it is told to stop


async def record(plan: Plan, store: MarketStore) -> Taking:
    """Record until the time is over, or SIGINT or SIGTERM comes; what came of it."""
    stop = trio.Event()
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with at_venue(plan.settings, plan.symbols) as place, trio.open_nursery() as nursery:
            recorder = await begin(place, plan, budget=budget_of(plan.settings.address))
            nursery.start_soon(_stop_at_signal, signals, stop)
            nursery.start_soon(_stop_after, plan.length, stop)
            taking = Taking(place, store, recorder, stop)
            await taking.run()
            nursery.cancel_scope.cancel()
    taking.tell_what_lacks()
    return taking


async def begin(place: Place, plan: Plan, *, budget: str) -> Ref:
    """Start the feeds of all markets, and a recorder that hears them: its address.

    Raises as `followed_by`.
    """
    followed = followed_by(place, plan)
    home = f"{place.home}/{NAME}"
    markets = MarketPlace(
        offered=place.capabilities,
        connector=place.line.path,
        feeds=f"{home}/feeds",
        budget=budget,
    )
    feeds = {symbol: markets.feed(symbol) for symbol in plan.symbols}
    clock = await place.ask(GetVenueClock())
    since = Millis(place.system.clock.elapsed() + clock.ahead)
    recorder = partial(Recorder, feeds, plan.topics, since=since, depth=plan.depth)
    watched = feeds_tree([watched_market(each, markets) for each in followed])
    await place.join(Supervisor(NAME, [watched, Child("recorder", recorder)]))
    return place.system.lookup(f"{home}/recorder")


def followed_by(place: Place, plan: Plan) -> list[Followed]:
    """The markets, each for its feed.

    Raises NotListed, NotOffered or BadValue where the venue lacks what is to be recorded.
    """
    frames = [place.frame(each) for each in plan.frames] if "candles" in plan.topics else [UNUSED]
    frames.sort(key=lambda each: each.close_of(Millis(0)))
    symbols = [place.symbol(each) for each in plan.symbols]
    streams = place.capabilities.public_streams
    for topic in plan.topics:
        if topic not in streams:
            raise NotOffered(plan.symbols[0], f"stream of {topic}", streams)
    return [Followed(each, tuple(frames), plan.topics, capacity=PAST) for each in symbols]


class Taking:
    """Takes what a recorder has heard, and writes it."""

    def __init__(self, place: Place, store: MarketStore, recorder: Ref, stop: trio.Event) -> None:
        self._stop = stop
        self._place = place
        self._store = store
        self._recorder = recorder
        self.sums: dict[Series, Added] = {}
        self.missed: dict[Series, Missed] = {}

    async def run(self) -> None:
        """Write every while, and once more at the end."""
        pause = FIRST
        while not self._stop.is_set():
            with trio.move_on_after(pause):
                await self._stop.wait()
            began = trio.current_time()
            await self.write()
            took = trio.current_time() - began
            pause = max(min(2 * pause, EVERY), min(SHARE * took, LONGEST))

    async def write(self) -> None:
        """Write what was heard so far."""
        heard = await self._recorder.ask(TakeHeard())
        for key, rows in _by_key(heard).items():
            series = self._series(key)
            try:
                self._write(series, rows)
            except KeyboardInterrupt:  # polars raises it where Ctrl-C comes while it works, and
                self._write(series, rows)  # `_stop_at_signal` hears of that as well
        for key, missed in heard.missed.items():
            series = self._series(key)
            self.missed[series] = both(self.missed.get(series), missed)
        if heard.lost:
            say(f"{heard.lost} records came faster than they could be written, and are lost")

    def _write(self, series: Series, rows: list[Any]) -> None:
        if series.kind.is_candles:  # of which some may be told twice: see `Recorder.caught_up`
            known = {each.at: each for each in rows}
            tape = tape_of(series, [known[at] for at in sorted(known)])
            added = self._store.add_candles(series, tape, prefer=Prefer.OLD)
        else:
            added = self._store.add_records(series, rows)
        before = self.sums.get(series, Added(series, 0, 0, 0, 0))
        self.sums[series] = before.plus(added)

    @property
    def more(self) -> dict[Series, dict[str, Any]]:
        """What a script is told besides what was written."""
        missed = self.missed
        return {
            each: {"missed": attrs.asdict(missed[each]) if each in missed else None}
            for each in self.sums
        }

    def tell_what_lacks(self) -> None:
        """Say what of this recording the venue has not told, however often it was asked."""
        for series, missed in self.missed.items():
            times = f"{missed.times} times, " if missed.times > 1 else ""
            between = f"between {utc_text(missed.after)} and {utc_text(missed.until)} UTC"
            what = f"--frames {series.frame}" if series.kind.is_candles else "--trades"
            since = f"--since {utc_text(missed.after)[:10]}"
            again = f"`benthic data download {series.venue} {series.symbol} {what} {since}`"
            lack = f"some are missing, {times}{between}: {missed.reason}"
            say(f"{series}: {lack}; {again} asks again")

    def _series(self, key: Key) -> Series:
        topic, symbol, frame = key
        place = self._place
        known = place.frame(frame) if frame else None
        return Series(place.venue, place.symbol(symbol), KINDS[topic], known)


def _by_key(heard: Heard) -> dict[Key, list[Any]]:
    found = dict[Key, list[Any]]()
    for key, row in heard.rows:
        found.setdefault(key, []).append(row)
    return found


async def _stop_at_signal(signals: Any, stop: trio.Event) -> None:
    async for _ in signals:
        stop.set()
        return


async def _stop_after(length: Millis | None, stop: trio.Event) -> None:
    if length is not None:
        await trio.sleep(length / 1000)
        stop.set()


def topics_of(texts: Sequence[str]) -> tuple[Topic, ...]:
    """The topics that an option names. Raises UsageError."""
    for text in texts:
        if text not in TOPICS:
            known = ", ".join(TOPICS)
            raise UsageError(f"--topics {text}: no such thing is recorded; there are {known}")
    return cast("tuple[Topic, ...]", tuple(texts))
