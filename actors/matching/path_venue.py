"""A venue of one account by the full rules: the matching engine on price paths, in decimals.

It has the face of `SimulatedVenue` and stands outside of every actor as that does. Stops, pairs of
orders, times in force, slippage, funds, and contracts with their margin are the engine's; what is
done here is to say what the market does, and to tell in decimals what came of it.

The market is told of in one of two ways. Bars (`match`): as `bars` has it, the market jumps to the
open and goes from there to one end, to the other and to the close. Live (`trade`, `show`, `mark`):
as `paths` has it. Ids are made as those of `SimulatedVenue` are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from ...runtime import Millis, UsageError
from ..market.candle import Candle
from ..market.errors import OrderRejected
from ..market.fill import Fill
from ..market.holding import Holding
from ..market.instrument import Instrument
from ..market.listing import Listing
from ..market.money import from_float
from ..market.position import Position
from ..market.report import OrderReport
from ..market.side import TimeInForce
from .bars import check_bar
from .dossier import ACCOUNT, Dossier
from .engine import MatchingEngine
from .face import FullOrder
from .paths import PricePath
from .purse import Purse
from .quanta import Quanta, VenueRules, listing_of, rate_of
from .refusals import Refused
from .requests import entry_again, entry_of, rejection, request_again, request_of
from .triggers import ANY
from .values import OrderRequest
from .venue import HISTORY

_FORCES: Final[frozenset[TimeInForce]] = frozenset(("GTC", "IOC", "FOK", "GTX"))
_HOUR: Final = 3_600_000  # ms
_STOPS_ON_A_WAY: Final = 64  # liquidations that one way to a price may meet


class PathVenue:
    """Takes, matches, cancels and reports the orders of one account, of any kind.

    markets: what is traded here; all spot, or all contracts of one family.
    funds: what the account has, by asset; None, on spot alone: the venue does not ask for funds.
    rules: what the venue does beside its markets' own rules.
    history: how many ended orders it still knows, > 0.
    """

    forces = _FORCES

    def __init__(
        self,
        markets: Iterable[Instrument | Listing],
        *,
        funds: Mapping[str, Decimal] | None = None,
        rules: VenueRules = VenueRules(),
        history: int = HISTORY,
    ) -> None:
        listings = [listing_of(each) for each in markets]
        families = {each.family for each in listings}
        if len(families) != 1:
            raise UsageError(
                f"a venue has markets of one family, not of {sorted(families)}: make one for each"
            )
        self._quanta = {str(each.symbol): Quanta(each, rules.contract) for each in listings}
        self._rules = rules
        self._matched = dict.fromkeys(self._quanta, Millis(0))
        self._dossier = Dossier(self._quanta, history)
        self._purse = Purse(self._quanta, funds, rules.contract)
        slippage = rate_of(rules.slippage, "slippage")
        self._engine = MatchingEngine(
            [each.market for each in self._quanta.values()],
            self._purse.clearing,
            paths=[
                PricePath(symbol=symbol, slippage=slippage, latency=rules.latency)
                for symbol in self._quanta
            ],
            history=history,
        )
        self._purse.open()
        self._engine.take_events()
        self.is_margined: Final = self._purse.is_margined

    # -- what is asked of it

    def submit(self, order: FullOrder, last: float | None, at: Millis) -> OrderReport:
        """Take an order; what it trades at once is in the report.

        last: what the market is at, where nobody told it otherwise.
        Raises OrderRejected, and then nothing of the order exists.
        """
        quanta = self._market_for((order,), order.client_id)
        self._stand(quanta, last, at)
        request = request_of(order, quanta)
        try:
            self._engine.submit(request, at)
        except Refused as refused:
            self._take_in()
            raise rejection(order.client_id, refused) from refused
        return self._taken((order,), "", at)[0]

    def submit_pair(
        self, client_id: str, legs: Sequence[FullOrder], last: float | None, at: Millis
    ) -> tuple[OrderReport, OrderReport]:
        """Take two orders of which only one can trade. Raises OrderRejected for both."""
        quanta = self._market_for(legs, client_id)
        self._stand(quanta, last, at)
        requests = [request_of(leg, quanta) for leg in legs]
        try:
            self._engine.submit_list(requests, at, client_id=client_id)
        except Refused as refused:
            self._take_in()
            raise rejection(client_id, refused) from refused
        one, other = self._taken(legs, client_id, at)
        return one, other

    def cancel(self, client_id: str, symbol: str, at: Millis) -> OrderReport:
        """End an open order, of a pair both.

        Raises OrderRejected (UNKNOWN_ORDER) where none is open by this id.
        """
        entry = self._dossier.find(client_id, symbol)
        if entry is None or entry.status != "open":
            raise OrderRejected(
                client_id, "UNKNOWN_ORDER", f"no order of {symbol} is open by this id"
            )
        self._engine.cancel(ACCOUNT, symbol, at, client_id=client_id)
        self._take_in((client_id,))
        return entry.report()

    def query(self, client_id: str, symbol: str) -> OrderReport | None:
        """All there is to know of an order; None where there is none, or none any more."""
        entry = self._dossier.find(client_id, symbol)
        return None if entry is None else entry.report()

    def open_orders(self, symbol: str) -> tuple[OrderReport, ...]:
        """The open orders of a market, oldest first."""
        return tuple(entry.report() for entry in self._dossier.open_in(symbol))

    def fills(self, symbol: str, since: Millis) -> tuple[Fill, ...]:
        """The trades of a market since a time, oldest first; those of forgotten orders are gone."""
        known = (fill for fill in self._dossier.fills_in(symbol) if fill.at >= since)
        return tuple(sorted(known, key=lambda fill: fill.at))

    def holdings(self) -> tuple[Holding, ...] | None:
        """What the account has; None where the venue does not ask for funds."""
        return self._purse.holdings()

    def positions(self, at: Millis) -> tuple[Position, ...]:
        """The open positions in contracts, at the newest price."""
        return self._purse.positions(at)

    def listings(self) -> tuple[Listing, ...]:
        """Its markets."""
        return tuple(quanta.listing for quanta in self._quanta.values())

    # -- what it tells by itself

    @property
    def has_news(self) -> bool:
        """Whether `take_fills` or `take_reports` has something to tell."""
        return self._dossier.has_news

    def take_fills(self) -> list[Fill]:
        """Trades that nobody was told of as the answer to what he asked for, oldest first."""
        return self._dossier.take_fills()

    def take_reports(self) -> list[OrderReport]:
        """How the orders stand now that have changed by themselves."""
        return self._dossier.take_reports()

    # -- what drives it, bar by bar

    @property
    def symbols(self) -> tuple[str, ...]:
        """What is traded here."""
        return tuple(self._quanta)

    def nearest(self, symbol: str) -> tuple[Decimal | None, Decimal | None]:
        """At or below which price something happens next, and at or above which; None: nowhere.

        With a position in a contract that is every price.
        """
        quanta = self._quanta[symbol]
        falling, rising = self._engine.reach(symbol)
        if self._purse.has_position(symbol):
            falling = ANY
        return (
            None if falling is None else quanta.price_of(falling),
            None if rising is None else quanta.price_of(rising),
        )

    def matched(self, symbol: str) -> Millis | None:
        """The end of the last bar that was met; None where nothing waits for one."""
        return None if self.nearest(symbol) == (None, None) else self._matched[symbol]

    def match(self, symbol: str, candle: Candle, closed: Millis) -> list[Fill]:
        """Let what waits meet the next bar; what traded, in that order.

        closed: when the bar ended. Bars come in order; one that was met before changes nothing.
        Orders that came after the bar had begun wait for the next.
        """
        before = self._matched[symbol]
        if closed <= before:
            return []
        check_bar(symbol, candle)
        self._matched[symbol] = closed
        quanta, engine = self._quanta[symbol], self._engine
        opened, closes = (quanta.nearest(from_float(each)) for each in (candle.open, candle.close))
        low = min(quanta.above(from_float(candle.low)), opened, closes)
        high = max(quanta.below(from_float(candle.high)), opened, closes)
        self._allow(quanta, from_float(candle.volume))
        with engine.without_younger(symbol, candle.at):
            engine.jump_price(symbol, opened, closed)
            self._mark(symbol, opened, closed)
            for price in (low, high) if candle.close >= candle.open else (high, low):
                self._go(symbol, price, closed)
            self._go(symbol, closes, closed)
        if self.is_margined:
            self._fund_between(symbol, before or candle.at, closed)
        self._take_in()
        return self.take_fills()

    # -- what drives it, live

    def trade(self, symbol: str, price: Decimal, at: Millis, amount: Decimal | None = None) -> None:
        """Somebody traded; whoever of the account waited for that trades too.

        amount: how much; None: it is not known.
        """
        quanta = self._quanta[symbol]
        self._allow(quanta, amount)
        self._engine.trade_price(symbol, quanta.nearest(price), at)
        self._take_in()

    def show(self, symbol: str, bid: Decimal | None, ask: Decimal | None, at: Millis) -> None:
        """The best prices of a market are these; None: that is not known."""
        quanta = self._quanta[symbol]
        self._allow(quanta, None)
        self._engine.show_best(
            symbol,
            None if bid is None else quanta.below(bid),
            None if ask is None else quanta.above(ask),
            at,
        )
        self._take_in()

    def mark(self, symbol: str, price: Decimal, at: Millis) -> None:
        """A contract's mark price is this; nothing on spot."""
        self._mark(symbol, self._quanta[symbol].nearest(price), at)
        self._take_in()

    def fund(self, symbol: str, rate: Decimal, at: Millis) -> None:
        """Funding of a contract is paid, at its mark price; rate > 0: who is long pays."""
        if self._engine.mark(symbol) is not None:
            self._engine.fund(symbol, rate_of(rate.quantize(Decimal("1e-8")), "funding"), at)
            self._take_in()

    def has_moved(self) -> bool:
        """Whether money, orders or positions have, since this was asked last."""
        moved, self._dossier.has_moved = self._dossier.has_moved, False
        return moved

    # -- what it goes on with

    def lay_out(self, reports: Iterable[OrderReport], positions: Iterable[Position] = ()) -> None:
        """Go on where a venue of before ended: its open orders lie here, its positions are open.

        Call it before anything else. A venue in the bot's own process ends with it: its orders are
        in the bot's journal, and `funds` were what the bot had then, reserved or not. A trailing
        stop begins again to look for its best price. Raises OrderRejected where an order cannot
        lie here.
        """
        for position in positions:
            self._open_again(position)
        together: dict[str, list[OrderReport]] = {}
        for report in sorted(reports, key=lambda each: each.created_at):
            if report.status == "open":
                together.setdefault(report.pair or report.client_id, []).append(report)
        for name, legs in together.items():
            quanta = self._market_for(legs, name)
            requests = [request_again(leg, quanta) for leg in legs]
            at = legs[0].created_at
            try:
                if len(legs) == 1:
                    self._engine.submit(requests[0], at)
                else:
                    self._engine.submit_list(requests, at, client_id=name)
            except Refused as refused:
                raise rejection(name, refused) from refused
            for leg in legs:
                self._dossier.add(entry_again(leg))
            self._take_in(tuple(leg.client_id for leg in legs))

    # -- inside

    def _open_again(self, position: Position) -> None:
        quanta, at = self._quanta[position.symbol], position.at
        prices = [each for each in (position.entry, position.mark) if each is not None]
        if not prices:
            raise UsageError(f"the position in {position.symbol} has no price: give its entry")
        symbol = position.symbol
        self._engine.stand_price(symbol, quanta.nearest(prices[0]))
        self._mark(symbol, quanta.nearest(prices[0]), at)
        request = OrderRequest(
            account=ACCOUNT,
            symbol=symbol,
            side="buy" if position.side == "long" else "sell",
            kind="market",
            amount=quanta.amount(position.contracts),
        )
        with self._purse.without_fees():
            self._engine.submit(request, at)
        self._engine.stand_price(symbol, quanta.nearest(prices[-1]))
        self._mark(symbol, quanta.nearest(prices[-1]), at)
        self._engine.take_events()

    def _market_for(self, orders: Sequence[FullOrder], client_id: str) -> Quanta:
        """The market of an order, or of all legs; raises OrderRejected where there is none."""
        symbol = orders[0].symbol
        quanta = self._quanta.get(symbol)
        if quanta is None:
            raise OrderRejected(client_id, "UNKNOWN_SYMBOL", f"{symbol} is not traded")
        for order in orders:
            if order.client_id in self._dossier:
                raise OrderRejected(client_id, "DUPLICATE_ORDER", "an open order has this id")
        return quanta

    def _stand(self, quanta: Quanta, last: float | None, at: Millis) -> None:
        symbol = quanta.market.symbol
        if self.nearest(symbol) == (None, None):
            self._matched[symbol] = at  # bars that ended before concern nobody here
        if last is not None:
            price = quanta.nearest(from_float(last))
            self._engine.stand_price(symbol, price)
            self._mark(symbol, price, at)

    def _taken(self, orders: Sequence[FullOrder], pair: str, at: Millis) -> tuple[OrderReport, ...]:
        entries = [
            entry_of(order, self._dossier.venue_id(order.client_id, at), pair, at)
            for order in orders
        ]
        for entry in entries:
            self._dossier.add(entry)
        self._take_in(tuple(order.client_id for order in orders))
        return tuple(entry.report() for entry in entries)

    def _take_in(self, asked: tuple[str, ...] = ()) -> None:
        self._dossier.take_in(self._engine.take_events(), asked)

    def _allow(self, quanta: Quanta, volume: Decimal | None) -> None:
        share = self._rules.share
        if share is not None:
            room = None if volume is None else quanta.share(volume, share)
            self._engine.allow_amount(quanta.market.symbol, room)

    def _mark(self, symbol: str, price: int, at: Millis) -> None:
        if self._purse.is_margined:
            self._engine.set_mark(symbol, price, price, at)

    def _go(self, symbol: str, price: int, at: Millis) -> None:
        """The market goes to a price; a position is closed by force where the way ruins it."""
        here = self._engine.last(symbol) or price
        for _ in range(_STOPS_ON_A_WAY):
            ruin = self._purse.ruin_between(symbol, here, price)
            if ruin is None:
                break
            self._engine.move_price(symbol, ruin, at)
            self._mark(symbol, ruin, at)
            here = ruin
        self._engine.move_price(symbol, price, at)
        self._mark(symbol, price, at)

    def _fund_between(self, symbol: str, after: Millis, until: Millis) -> None:
        rules = self._rules.contract
        every = rules.funding_hours * _HOUR
        if rules.funding:
            for _ in range(until // every - after // every):
                self.fund(symbol, rules.funding, until)
