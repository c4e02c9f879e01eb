"""Paper trading: another connector's market, and orders that trade at a venue in this process.

Whoever trades finds the words of a live connector here and hears the same events. What the market
is comes from `data`, a connector to a real venue, and is republished after the account's own orders
have met it. Nothing of the account ever leaves.

What trades, and at which price (`matching.paths` has the rules, `market_news` says what is told):

- an order that takes trades as a whole at the best price of the other side, as the last ticker or
  book has it, else at the last trade; it changes nothing of the real market;
- a limit order that rests trades at its limit once somebody has traded beyond it, or once the other
  side's best price is at its limit or better;
- a stop is triggered by the last trade.

Reads of the market are passed on to `data` in a task of their own: what takes long there holds up
no order here.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from ...runtime import Actor, AskError, MailboxFull, Millis, Ref, Refusal, Reply, Tell, on
from ..market.funding import Funding
from ..matching.path_venue import PathVenue
from .account_reads import AccountAnswer, read_account
from .errors import VenueAway
from .market_news import MarketNews
from .messages import (
    Accepted,
    BookDiffReported,
    BookReported,
    Cancel,
    Cancelled,
    CandleReported,
    FetchFunding,
    FillReported,
    FormingReported,
    FundingReported,
    GetLine,
    GetVenueClock,
    HoldingsReported,
    Line,
    LineChanged,
    LiquidationsReported,
    OrderReported,
    PairAccepted,
    StreamChanged,
    Submit,
    SubmitPair,
    TickerReported,
    Topic,
    TradesReported,
    Unwatch,
    VenueClock,
    Watch,
)
from .reads import ACCOUNT_READS, MARKET_READS, AccountRead, MarketRead

STALE: Final = Millis(60_000)  # age of a price at which nobody should trade by it
PATIENCE: Final = Millis(30_000)  # for `data` to answer a read
FORWARDS: Final = 256  # reads that wait for `data` at a time
FUNDING: Final = Millis(600_000)  # between two looks at the funding of a contract
NEEDED: Final[tuple[Topic, ...]] = ("trades", "ticker")  # what orders trade by
PASSED_ON: Final = (
    BookDiffReported,
    CandleReported,
    FormingReported,
    FundingReported,
    LiquidationsReported,
    StreamChanged,
    VenueClock,
)


class _Answered(Tell):
    """A read that was passed on has its answer."""


class _LineHeard(msgspec.Struct, Tell, frozen=True):
    line: Line


class _FundingHeard(msgspec.Struct, Tell, frozen=True):
    symbol: str
    funding: Funding | None  # None: `data` has none to tell


class _FundingDue(msgspec.Struct, Tell, frozen=True):
    symbol: str


class _LookAtFunding(msgspec.Struct, Tell, frozen=True):
    symbol: str


class PaperConnector(Actor):
    """Answers as a live connector does, with the orders of a simulated account.

    venue: outlives this incarnation; `PathVenue.lay_out` is for a new process.
    data: the path of the connector that knows the market.
    stale: of which age a price refuses orders (NO_MARKET); cancels are always taken.
    """

    def __init__(self, venue: PathVenue, *, data: str, stale: Millis = STALE) -> None:
        self._venue = venue
        self._path = data
        self._news = MarketNews(venue, stale)
        self._watches: dict[Watch, None] = {}
        self._forwarded = 0
        self._rates: dict[str, Funding] = {}

    def on_start(self) -> None:
        self._data = self.lookup(self._path)
        self._line = Line("opening", self.now)
        for event in (TradesReported, TickerReported, BookReported, LineChanged, *PASSED_ON):
            self.subscribe(self._data, event)
        for symbol in self._venue.symbols:
            for topic in NEEDED:
                self._watch(Watch(symbol, topic))
            if self._venue.is_margined:
                self.spawn(_hear_funding, self._data, symbol, self.ref)
        self.spawn(_hear_line, self._data, self.ref)

    # -- orders

    @on(Submit)
    def submit(self, order: Submit) -> Accepted:
        now = self.now
        self._news.refuse_blind(order.client_id, order.symbol, now)
        report = self._venue.submit(order, None, now)
        self._tell()
        return Accepted(order.client_id, report.venue_id, report.fills, now, report.status)

    @on(SubmitPair)
    def submit_pair(self, pair: SubmitPair) -> PairAccepted:
        now = self.now
        self._news.refuse_blind(pair.client_id, pair.legs[0].symbol, now)
        legs = self._venue.submit_pair(pair.client_id, pair.legs, None, now)
        self._tell()
        return PairAccepted(pair.client_id, legs, now)

    @on(Cancel)
    def cancel(self, message: Cancel) -> Cancelled:
        report = self._venue.cancel(message.client_id, message.symbol, self.now)
        self._tell()
        return Cancelled(report, self.now)

    @on(*ACCOUNT_READS)
    def read(self, message: AccountRead) -> AccountAnswer:
        return read_account(self._venue, message, self.now)

    # -- the market, as `data` tells of it

    @on(TradesReported)
    def trades(self, message: TradesReported) -> None:
        self._news.traded(message.symbol, message.trades, self.now)
        self._tell()
        self.publish(message)

    @on(TickerReported)
    def ticker(self, message: TickerReported) -> None:
        self._news.ticked(message.ticker, self.now)
        self._tell()
        self.publish(message)

    @on(BookReported)
    def book(self, message: BookReported) -> None:
        self._news.shown(message.book, self.now)
        self._tell()
        self.publish(message)

    @on(*PASSED_ON)
    def pass_on(self, message: object) -> None:
        self.publish(message)

    @on(Watch)
    def watch_market(self, message: Watch) -> None:
        self._watch(message)

    @on(Unwatch)
    def unwatch_market(self, message: Unwatch) -> None:
        """What orders trade by is watched all the same."""
        watch = Watch(message.symbol, message.topic, message.frame)
        is_needed = message.symbol in self._venue.symbols and message.topic in NEEDED
        if watch in self._watches and not is_needed:
            del self._watches[watch]
            self._data.tell(message)

    @on(*MARKET_READS, GetVenueClock)
    def forward(self, message: MarketRead | GetVenueClock) -> None:
        if self._forwarded >= FORWARDS:
            raise VenueAway(self._path, f"{FORWARDS} reads wait for it")
        self._forwarded += 1
        self.spawn(_pass_on, self._data, message, self.reply_later(), self.ref)

    @on(_Answered)
    def answered(self, _: _Answered) -> None:
        self._forwarded -= 1

    # -- the line is that of `data`

    @on(GetLine)
    def line(self, _: GetLine) -> Line:
        return self._line

    @on(LineChanged)
    def line_changed(self, message: LineChanged) -> None:
        self._take_line(message.line)

    @on(_LineHeard)
    def line_heard(self, message: _LineHeard) -> None:
        if message.line != self._line:
            self._take_line(message.line)

    def _take_line(self, line: Line) -> None:
        self._line = line
        if line.state == "up":  # whoever comes back may have forgotten what it was asked to watch
            for watch in self._watches:
                self._data.tell(watch)
        self.publish(LineChanged(line))

    # -- funding of contracts

    @on(_LookAtFunding)
    def look_at_funding(self, message: _LookAtFunding) -> None:
        self.spawn(_hear_funding, self._data, message.symbol, self.ref)

    @on(_FundingHeard)
    def funding_heard(self, message: _FundingHeard) -> None:
        symbol, funding = message.symbol, message.funding
        self.after(FUNDING, _LookAtFunding(symbol))
        if funding is None:
            return
        before = self._rates.get(symbol)
        self._rates[symbol] = funding
        due = funding.next_at
        if due is not None and due > self.now and (before is None or before.next_at != due):
            self.at(due, _FundingDue(symbol))

    @on(_FundingDue)
    def funding_due(self, message: _FundingDue) -> None:
        self._venue.fund(message.symbol, self._rates[message.symbol].rate, self.now)
        self._tell()

    # -- inside

    def _watch(self, watch: Watch) -> None:
        self._watches[watch] = None
        self._data.tell(watch)

    def _tell(self) -> None:
        """Publish what happened to the account: trades, then orders, then what it has."""
        venue = self._venue
        if venue.has_news:
            for fill in venue.take_fills():
                self.publish(FillReported(fill))
            for report in venue.take_reports():
                self.publish(OrderReported(report))
        if venue.has_moved():
            holdings = venue.holdings()
            if holdings is not None:
                self.publish(HoldingsReported(holdings, self.now))


async def _pass_on(data: Ref, read: Any, reply: Reply, paper: Ref) -> None:
    try:
        answer = await data.ask(read, timeout=PATIENCE)
    except Refusal as refusal:
        reply.fail(refusal)
    except (AskError, MailboxFull) as error:
        reply.fail(VenueAway(data.path, str(error)))
    else:
        reply.answer(answer)
    paper.tell(_Answered())


async def _hear_line(data: Ref, paper: Ref) -> None:
    try:
        line = await data.ask(GetLine(), timeout=PATIENCE)
    except (Refusal, AskError, MailboxFull):
        return  # it will say so itself, once it is up
    paper.tell(_LineHeard(line))


async def _hear_funding(data: Ref, symbol: str, paper: Ref) -> None:
    try:
        funding = await data.ask(FetchFunding(symbol), timeout=PATIENCE)
    except (Refusal, AskError, MailboxFull):
        paper.tell(_FundingHeard(symbol, None))
    else:
        paper.tell(_FundingHeard(symbol, funding))
