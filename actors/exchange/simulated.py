"""The connector to the simulated venue: the way to it, as a line to a real one would be.

Orders, fills and funds are in the venue, which outlives this actor. What the market is comes from
tapes, read at the time of the clock, so that no candle passes through here: an actor that orders
go to is busy with them. Only where an order rests does it wake, at the close of the next candle
that may reach the order, and before the feed has that candle: timers come before events of the
same time. Each request brings the venue up to its own time first. So how turns are scheduled
cannot change a fill.

Which rules the venue goes by is its own: the quick ones of `SimulatedVenue`, or all that there are
(`PathVenue`). What changes there by itself beside a trade (a stop is triggered, a leg ends by its
sibling, a position is closed by force) is published as `OrderReported`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeAlias

import msgspec

from ...runtime import Actor, Millis, Refusal, Reply, Tell, Timer, UsageError, on
from ..market.listing import Listing
from ..market.ticker import Ticker
from ..matching.face import VenueFace
from .account_reads import SIMULATED, AccountAnswer, read_account
from .errors import NotListed
from .horizon import next_look
from .latency import Latency
from .messages import (
    Accepted,
    Cancel,
    Cancelled,
    Candle,
    FetchBook,
    FetchCandles,
    FetchFills,
    FetchForming,
    FetchFunding,
    FetchHoldings,
    FetchListings,
    FetchOpenInterest,
    FetchOpenOrders,
    FetchPositions,
    FetchTicker,
    FetchTrades,
    FillReported,
    GetLine,
    Line,
    LineChanged,
    NotOffered,
    OrderRejected,
    OrderReport,
    OrderReported,
    PairAccepted,
    Query,
    Submit,
    SubmitPair,
)
from .reads import AccountRead
from .tape import NONE_CLOSED, Tape
from .tape_ticker import ticker_at

Request: TypeAlias = Submit | SubmitPair | Cancel | AccountRead
Untaped: TypeAlias = FetchBook | FetchFunding | FetchOpenInterest | FetchTrades
Answer: TypeAlias = Accepted | PairAccepted | Cancelled | AccountAnswer | Refusal

UNTAPED: Final[Mapping[type, str]] = MappingProxyType(
    {
        FetchBook: "book",
        FetchFunding: "funding",
        FetchOpenInterest: "open interest",
        FetchTrades: "trades",
    }
)
"""What no tape has."""


class _BarEnds(msgspec.Struct, Tell, frozen=True):
    symbol: str


class _Arrives(msgspec.Struct, Tell, frozen=True):
    number: int  # of the request


class _Returns(msgspec.Struct, Tell, frozen=True):
    number: int  # of the request


class _Wake(msgspec.Struct, frozen=True):
    index: int  # of the next candle that may reach a resting order
    moment: Millis  # when it closes
    timer: Timer


class SimulatedConnector(Actor):
    """Answers orders, reads of the account, of candles and tickers; publishes what happens to it.

    It publishes `FillReported`, `OrderReported` and `LineChanged`. The line is always up.

    venue: keeps what must survive this incarnation.
    tapes: what the market does; of two with the same symbol the venue goes by the first.
    latency: how long requests and answers travel. A request that has not arrived when the
    incarnation ends is lost, an answer that has not come back too.
    """

    def __init__(
        self, venue: VenueFace, tapes: Sequence[Tape], latency: Latency = Latency()
    ) -> None:
        self._venue = venue
        self._series: dict[tuple[str, str], Tape] = {}
        self._tapes: dict[str, Tape] = {}
        for tape in tapes:
            self._series[tape.symbol, str(tape.frame)] = tape
            self._tapes.setdefault(tape.symbol, tape)
        self._wakes: dict[str, _Wake] = {}  # by symbol; none where nothing will be reached
        self._latency = latency
        self._is_far = bool(latency)
        self._sent = 0
        self._requests: dict[int, tuple[Request, Reply]] = {}  # on their way to the venue
        self._answers: dict[int, tuple[Answer, Reply]] = {}  # on their way back

    def on_start(self) -> None:
        self._line = Line("up", self.now, count=1)
        self.publish(LineChanged(self._line))
        for symbol in self._venue.symbols:
            tape = self._tapes.get(symbol)
            if tape is None:
                raise UsageError(f"{self.path}: the venue trades {symbol}: give its tape as well")
            met = self._venue.matched(symbol)
            if met is not None:  # the market went on while the line was cut
                self._look_ahead(symbol, tape.index_at(met) + 1)

    @on(Submit)
    def submit(self, message: Submit) -> Accepted | None:
        if self._is_far:
            self._send(message)
            return None
        return self._submit(message)

    @on(Cancel)
    def cancel(self, message: Cancel) -> Cancelled | None:
        if self._is_far:
            self._send(message)
            return None
        return self._cancel(message)

    @on(Query)
    def query(self, message: Query) -> OrderReport | None:
        if self._is_far:
            self._send(message)
            return None
        return self._query(message)

    @on(SubmitPair)
    def submit_pair(self, message: SubmitPair) -> PairAccepted | None:
        if self._is_far:
            self._send(message)
            return None
        return self._submit_pair(message)

    @on(FetchOpenOrders, FetchFills, FetchHoldings, FetchPositions)
    def read(self, message: AccountRead) -> AccountAnswer:
        if self._is_far:
            self._send(message)
            return None
        return self._read(message)

    @on(GetLine)
    def line(self, _: GetLine) -> Line:
        return self._line

    @on(FetchListings)
    def listings(self, _: FetchListings) -> tuple[Listing, ...]:
        return self._venue.listings()

    @on(FetchTicker)
    def ticker(self, message: FetchTicker) -> Ticker:
        tape = self._tapes.get(message.symbol)
        if tape is None:
            raise NotListed(SIMULATED, message.symbol, close=tuple(self._tapes)[:3])
        return ticker_at(tape, self.now)

    @on(FetchCandles)
    def candles(self, message: FetchCandles) -> tuple[Candle, ...]:
        tape = self._tape(message.symbol, message.frame)
        stop = tape.index_at(self.now) + 1
        if message.since is None:
            begin = max(0, stop - message.limit)
        else:
            begin = bisect_left(tape.open_times, message.since)
            stop = min(stop, begin + message.limit)
        return tuple(tape.candle(index) for index in range(begin, stop))

    @on(FetchForming)
    def forming(self, message: FetchForming) -> Candle | None:
        self._tape(message.symbol, message.frame)
        return None  # a tape has closed candles alone

    @on(FetchBook, FetchFunding, FetchOpenInterest, FetchTrades)
    def untaped(self, message: Untaped) -> None:
        what = UNTAPED[type(message)]
        raise NotOffered(message.symbol, what, ("candles", "a ticker"))

    def _tape(self, symbol: str, frame: str) -> Tape:
        tape = self._series.get((symbol, frame))
        if tape is None:
            offered = tuple(sorted(" ".join(series) for series in self._series))
            raise NotOffered(symbol, frame, offered)
        return tape

    @on(_BarEnds)
    def bar_ends(self, message: _BarEnds) -> None:
        self._catch_up(message.symbol, self.now)

    @on(_Arrives)
    def arrives(self, message: _Arrives) -> None:
        request, reply = self._requests.pop(message.number)
        self._answers[message.number] = (self._handle(request), reply)
        self.after(self._latency.answer, _Returns(message.number))

    @on(_Returns)
    def returns(self, message: _Returns) -> None:
        answer, reply = self._answers.pop(message.number)
        if isinstance(answer, Refusal):
            reply.fail(answer)
        else:
            reply.answer(answer)

    # -- requests, once they are at the venue

    def _submit(self, order: Submit) -> Accepted:
        now = self.now
        symbol = order.symbol
        tape = self._tapes.get(symbol)
        if tape is None:
            raise OrderRejected(order.client_id, "UNKNOWN_SYMBOL", f"{symbol} is not traded")
        venue = self._venue
        if order.time_in_force not in venue.forces:
            detail = f"{order.time_in_force} is a matter of the full rules"
            raise OrderRejected(order.client_id, "NOT_OFFERED", detail)
        if symbol in self._wakes:
            self._catch_up(symbol, now)
        closed = tape.index_at(now)
        last = None if closed == NONE_CLOSED else tape.closes.item(closed)
        report = venue.submit(order, last, now)
        status = report.status
        if status == "open" or venue.is_margined:
            self._look_ahead(symbol, closed + 1)
        if venue.has_news:
            self._tell_news()
        return Accepted(order.client_id, report.venue_id, report.fills, now, status)

    def _submit_pair(self, pair: SubmitPair) -> PairAccepted:
        now = self.now
        symbol = pair.legs[0].symbol
        tape = self._tapes.get(symbol)
        if tape is None:
            raise OrderRejected(pair.client_id, "UNKNOWN_SYMBOL", f"{symbol} is not traded")
        self._catch_up(symbol, now)
        closed = tape.index_at(now)
        last = None if closed == NONE_CLOSED else tape.closes.item(closed)
        legs = self._venue.submit_pair(pair.client_id, pair.legs, last, now)
        self._look_ahead(symbol, closed + 1)
        self._tell_news()
        return PairAccepted(pair.client_id, legs, now)

    def _cancel(self, message: Cancel) -> Cancelled:
        now = self.now
        self._catch_up(message.symbol, now)
        report = self._venue.cancel(message.client_id, message.symbol, now)
        self._look_ahead(message.symbol, self._tapes[message.symbol].index_at(now) + 1)
        if self._venue.has_news:
            self._tell_news()
        return Cancelled(report, now)

    def _query(self, message: Query) -> OrderReport | None:
        self._catch_up(message.symbol, self.now)
        return self._venue.query(message.client_id, message.symbol)

    def _read(self, message: AccountRead) -> AccountAnswer:
        now = self.now
        for symbol in self._venue.symbols:
            self._catch_up(symbol, now)
        return read_account(self._venue, message, now)

    # -- bars, where orders rest

    def _catch_up(self, symbol: str, now: Millis) -> None:
        """Let the resting orders meet every bar that has ended by now."""
        while (wake := self._wakes.get(symbol)) is not None and wake.moment <= now:
            candle = self._tapes[symbol].candle(wake.index)
            fills = self._venue.match(symbol, candle, wake.moment)
            self._look_ahead(symbol, wake.index + 1)
            for fill in fills:
                self.publish(FillReported(fill))
            if self._venue.has_news:
                self._tell_news()

    def _tell_news(self) -> None:
        """Publish what nobody asked for: trades first, then how those orders stand by now."""
        for fill in self._venue.take_fills():
            self.publish(FillReported(fill))
        for report in self._venue.take_reports():
            self.publish(OrderReported(report))

    def _look_ahead(self, symbol: str, start: int) -> None:
        """Wake at the close of the next candle, from `start` on, at which to look at the orders."""
        wake = self._wakes.pop(symbol, None)
        if wake is not None:
            wake.timer.cancel()
        bid, ask = self._venue.nearest(symbol)
        if bid is None and ask is None:
            return
        tape = self._tapes[symbol]
        index = next_look(tape, start, bid, ask)
        if index == len(tape):
            return
        moment = tape.frame.close_of(Millis(tape.open_times.item(index)))
        self._wakes[symbol] = _Wake(index, moment, self.at(moment, _BarEnds(symbol)))

    # -- the way there and back

    def _send(self, request: Request) -> None:
        self._sent += 1
        self._requests[self._sent] = (request, self.reply_later())
        self.after(self._latency.request, _Arrives(self._sent))

    def _handle(self, request: Request) -> Answer:
        try:
            if isinstance(request, Submit):
                return self._submit(request)
            if isinstance(request, Cancel):
                return self._cancel(request)
            if isinstance(request, Query):
                return self._query(request)
            if isinstance(request, SubmitPair):
                return self._submit_pair(request)
            return self._read(request)
        except Refusal as refusal:
            return refusal
