"""`benthic data record`: what a venue's market does, written into the store as it happens.

Every while what was heard is written; a kill loses no more than that. Candles and trades that a
stream has left out, broken or not, are asked for afterwards; books and tickers of that time are
lost.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias, cast

import attrs
import trio

from ...actors.exchange.archive.series import Kind, Series
from ...actors.exchange.errors import NotOffered, UnsoundAnswer, VenueAway
from ...actors.exchange.messages import Topic, Watch
from ...actors.exchange.settings import VenueSettings
from ...actors.market.candle import Candle
from ...runtime import AskError, Child, Millis, Ref, UsageError
from ...storage.marketdata import Added, MarketStore, Prefer
from ..exits import say
from .downloading import Span, download_candles, download_trades, tape_of
from .recorder import Heard, Key, Recorder, TakeHeard
from .seams import CandleSeam, TradeSeam
from .venues import Place, at_venue

FIRST: Final = 1.0  # s until the first write, so that who waits sees that it works
EVERY: Final = 15.0  # s between two writes, later
SHARE: Final = 10  # times as long as a write takes, at least: a day's file grows
LONGEST: Final = 120.0  # s
LATEST: Final = 60_000  # ms: an older trade is told by now to whoever asks
TOPICS: Final = ("candles", "trades", "book", "ticker")
MENDED: Final = ("candles", "trades")
KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "candles": Kind.CANDLES,
        "trades": Kind.TRADES,
        "book": Kind.BOOK,
        "ticker": Kind.TICKER,
    }
)
Sums: TypeAlias = dict[Series, Added]


@attrs.frozen(kw_only=True)
class Plan:
    """What is to be recorded, as it was said."""

    settings: VenueSettings
    symbols: tuple[str, ...]
    topics: tuple[Topic, ...]
    frames: tuple[str, ...]
    depth: int  # levels of a book
    length: Millis | None  # None: until it is told to stop

    def watches(self) -> list[Watch]:
        """The streams that it needs."""
        return [
            Watch(symbol, topic, frame)
            for symbol in self.symbols
            for topic in self.topics
            for frame in (self.frames if topic == "candles" else ("",))
        ]


async def record(plan: Plan, store: MarketStore) -> list[Added]:
    """Record until the time is over, or SIGINT or SIGTERM comes; what came of each series."""
    stop = trio.Event()
    child = Child("recorder", lambda: Recorder("connector", plan.watches(), depth=plan.depth))
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with at_venue(plan.settings, plan.symbols) as place, trio.open_nursery() as nursery:
            check(place, plan)
            recorder = await place.join(child)
            nursery.start_soon(_stop_at_signal, signals, stop)
            nursery.start_soon(_stop_after, plan.length, stop)
            taking = Taking(place, store, recorder)
            await taking.run(stop)
            taking.tell_what_lacks()
            nursery.cancel_scope.cancel()
    return list(taking.sums.values())


def check(place: Place, plan: Plan) -> None:
    """Raises NotListed, NotOffered or BadValue where the venue lacks what is to be recorded."""
    for frame in plan.frames if "candles" in plan.topics else ():
        place.frame(frame)
    for symbol in plan.symbols:
        place.symbol(symbol)
        for topic in plan.topics:
            if topic not in place.capabilities.public_streams:
                raise NotOffered(symbol, f"stream of {topic}", place.capabilities.public_streams)


class Taking:
    """Takes what a recorder has heard, and writes it."""

    def __init__(self, place: Place, store: MarketStore, recorder: Ref) -> None:
        self._place = place
        self._store = store
        self._recorder = recorder
        self._begins: dict[Key, Millis] = {}  # when the first one was
        self._whole: dict[Key, Millis] = {}  # of trades: all of before was asked for
        self._broken: set[Key] = set()
        self._seams: dict[Key, CandleSeam | TradeSeam] = {}
        self.sums: Sums = {}

    async def run(self, stop: trio.Event) -> None:
        """Write every while, and once more at the end."""
        pause = FIRST
        while not stop.is_set():
            with trio.move_on_after(pause):
                await stop.wait()
            began = trio.current_time()
            await self.write()
            with trio.move_on_after(EVERY):
                await self._mend()
            took = trio.current_time() - began
            pause = max(min(2 * pause, EVERY), min(SHARE * took, LONGEST))

    async def write(self) -> None:
        """Write what was heard so far."""
        heard = await self._recorder.ask(TakeHeard())
        for key, rows in _by_key(heard).items():
            self._write(key, rows)
        if heard.lost:
            say(f"{heard.lost} records came faster than they could be written, and are lost")
        self._broken.update(heard.broken)

    def _write(self, key: Key, rows: list[Any]) -> None:
        series = self._series(key)
        self._begins.setdefault(key, min(each.at for each in rows))
        if not self._continues(key, rows):
            self._broken.add(key)
        if series.kind.is_candles:
            tape = tape_of(series, cast("list[Candle]", rows))
            self._count(self._store.add_candles(series, tape, prefer=Prefer.OLD))
        else:
            self._count(self._store.add_records(series, rows))

    def tell_what_lacks(self) -> None:
        """Say of which trades of this recording the venue has told nothing at all."""
        for key in sorted(self._begins):
            if key[0] == "trades" and self._counts_up:
                series, since = self._series(key), self._begins[key]
                holes = self._store.id_holes(series, since=since) or []
                if holes:
                    missing = sum(each.missing for each in holes)
                    again = f"benthic data download {series.venue} {series.symbol} --trades"
                    say(f"{series}: {missing} missing, {holes[0]} first; `{again}` asks again")

    @property
    def _counts_up(self) -> bool:
        return self._place.capabilities.trade_ids == "consecutive"

    def _continues(self, key: Key, rows: list[Any]) -> bool:
        """Whether these follow what was heard before, as far as it shows."""
        topic, _, frame = key
        if topic == "trades" and not self._counts_up:
            return True
        seam = self._seams.get(key)
        if seam is None and topic in MENDED:
            seam = CandleSeam(self._place.frame(frame)) if topic == "candles" else TradeSeam()
            self._seams[key] = seam
        return seam is None or seam.continues(rows)

    async def _mend(self) -> None:
        """Ask for the candles and trades that the streams left out."""
        for key in sorted(self._broken):
            if key[0] in MENDED and key in self._begins:
                try:
                    await self._ask_again(key)
                except (VenueAway, UnsoundAnswer, AskError):
                    continue  # again after the next write
            self._broken.discard(key)

    async def _ask_again(self, key: Key) -> None:
        now, series = self._place.now(), self._series(key)
        span = Span(self._whole.get(key, self._begins[key]), now, Prefer.OLD)
        fetch = download_candles if key[0] == "candles" else download_trades
        added = await fetch(self._place, self._store, series, span)
        self._count(added)
        if key[0] == "trades":  # what is missing still is not told at all: it is asked for once
            self._whole[key] = max(span.since, Millis(now - LATEST))
        if added.added:
            say(f"{series}: fetched {added.added} {key[0]} that the stream had not brought")

    def _series(self, key: Key) -> Series:
        topic, symbol, frame = key
        place = self._place
        known = place.frame(frame) if frame else None
        return Series(place.venue, place.symbol(symbol), KINDS[topic], known)

    def _count(self, added: Added) -> None:
        before = self.sums.get(added.series, Added(added.series, 0, 0, 0, 0))
        self.sums[added.series] = before.plus(added)


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
