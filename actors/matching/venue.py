"""A spot venue on a price path: it takes orders, lets them rest, fills them and remembers them.

It stands outside of every actor: a connector that crashes is a cut line, and the venue goes on
with what it knows. It has no clock and no tape; whoever drives it says what the market is at which
instant, and hands it the bars while orders rest (`bars` tells what a bar does to them). An order
fills as a whole: a bar says nothing of how much was to be had at each price.

Ids are made of the venue's time and of the client id, so they are the same in every run and never
come again, in this process or in the next one that trades on the same store.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from ...runtime import Millis, UsageError
from ..market.candle import Candle
from ..market.errors import OrderRejected
from ..market.fees import fee_of
from ..market.fill import Fill
from ..market.filters import violation
from ..market.holding import Holding
from ..market.instrument import Instrument
from ..market.listing import Listing
from ..market.money import ZERO, add, from_float, multiply, plain
from ..market.position import Position
from ..market.precision import round_to_step
from ..market.report import OrderReport, VenueStatus
from ..market.side import PLACEABLE, Liquidity, TimeInForce
from .bars import Bar, check_bar, is_marketable
from .book import RestingBook
from .face import NewOrder
from .funds import Funds
from .quanta import listing_of

HISTORY: Final = 1_000  # closed orders that a venue still knows


_QUICK: Final = 'the quick rules: set rules = "full" under [venue]'


class _Market:
    """One pair at the venue: what it allows, and who waits in it."""

    __slots__ = ("base", "book", "instrument", "matched", "quote")

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.base = instrument.symbol.base
        self.quote = instrument.symbol.quote
        self.book = RestingBook()
        self.matched = Millis(0)  # the end of the last bar that the book has met


class SimulatedVenue:
    """Takes, matches, cancels and reports the orders of one account: at market, and limit orders.

    instruments: what is traded here.
    funds: what the account has at the venue, by asset; None: the venue does not ask for funds.
    history: how many closed orders it still knows, > 0. A venue forgets, and so does this one.
    """

    forces: frozenset[TimeInForce] = frozenset(("GTC",))
    is_margined: bool = False
    has_news: bool = False  # nothing changes here but by what is asked, or by a trade in a bar

    def __init__(
        self,
        instruments: Iterable[Instrument],
        *,
        funds: Mapping[str, Decimal] | None = None,
        history: int = HISTORY,
    ) -> None:
        if history < 1:
            raise UsageError(
                f"a venue of history {history} could not say how an order ended: use 1 or more"
            )
        self.funds = None if funds is None else Funds(funds)
        self._markets = {str(each.symbol): _Market(each) for each in instruments}
        self._open: dict[str, OrderReport] = {}  # by client id, oldest first
        self._closed: OrderedDict[str, OrderReport] = (
            OrderedDict()
        )  # by client id, last to end last
        self._history = history

    # -- what is asked of it

    def submit(self, order: NewOrder, last: float | None, at: Millis) -> OrderReport:
        """Take an order: it is filled at once, or open.

        last: what the pair last traded at, the price of a market order; None: nothing has yet.
        at: now, by the venue's clock.
        Raises OrderRejected, and then nothing of the order exists.
        """
        market = self._markets.get(order.symbol)
        if market is None:
            raise OrderRejected(order.client_id, "UNKNOWN_SYMBOL", f"{order.symbol} is not traded")
        if order.client_id in self._open:
            raise OrderRejected(order.client_id, "DUPLICATE_ORDER", "an open order has this id")
        price = _market_price(order, market.instrument, last)
        limit = order.price
        broken = violation(market.instrument, order.amount, limit, price)
        if broken is not None:
            raise OrderRejected(order.client_id, broken.reason, broken.detail)
        if self.funds is not None:
            _hold(self.funds, order, market, price if limit is None else limit)
        venue_id = self._venue_id(order.client_id, at)
        if limit is None or (last is not None and is_marketable(order.side, limit, price)):
            fill = self._trade(market, order, venue_id, 1, price, "taker", at)
            return self._close(order, venue_id, at, "filled", (fill,), at)
        if not market.book:
            market.matched = at  # bars that ended before concern nobody here
        taken = OrderReport(
            order.client_id,
            venue_id,
            order.symbol,
            order.side,
            order.kind,
            order.amount,
            limit,
            "open",
            (),
            at,
            at,
        )
        self._open[order.client_id] = taken
        market.book.add(taken, limit)
        return taken

    def cancel(self, client_id: str, symbol: str, at: Millis) -> OrderReport:
        """Take an open order off its book.

        Raises OrderRejected (UNKNOWN_ORDER) where none is open by this id: `query` tells whether
        one has ended, and how.
        """
        order = self._open.get(client_id)
        if order is None or order.symbol != symbol:
            raise OrderRejected(
                client_id, "UNKNOWN_ORDER", f"no order of {symbol} is open by this id"
            )
        self._markets[symbol].book.remove(order)
        if self.funds is not None:
            self.funds.release(client_id)
        return self._close(order, order.venue_id, order.created_at, "cancelled", (), at)

    def query(self, client_id: str, symbol: str) -> OrderReport | None:
        """All there is to know of an order; None where there is none, or none any more."""
        order = self._open.get(client_id) or self._closed.get(client_id)
        return order if order is not None and order.symbol == symbol else None

    def open_orders(self, symbol: str) -> tuple[OrderReport, ...]:
        """The orders that rest: buys, then sells, each by best price and then by age."""
        market = self._markets.get(symbol)
        return () if market is None else tuple(market.book)

    def submit_pair(
        self,
        client_id: str,
        legs: Sequence[NewOrder],  # noqa: ARG002 - as every venue's
        last: float | None,  # noqa: ARG002 - as every venue's
        at: Millis,  # noqa: ARG002 - as every venue's
    ) -> tuple[OrderReport, OrderReport]:
        """Refused: pairs are a matter of the full rules."""
        raise OrderRejected(client_id, "NOT_OFFERED", f"pairs of orders are none of {_QUICK}")

    def fills(self, symbol: str, since: Millis) -> tuple[Fill, ...]:
        """The trades of a market since a time, oldest first; those of forgotten orders are gone."""
        ended = (each for each in self._closed.values() if each.symbol == symbol)
        known = [fill for order in ended for fill in order.fills if fill.at >= since]
        return tuple(sorted(known, key=lambda fill: fill.at))

    def holdings(self) -> tuple[Holding, ...] | None:
        """What the account has; None where the venue does not ask for funds."""
        return None if self.funds is None else self.funds.holdings()

    def positions(self, at: Millis) -> tuple[Position, ...]:  # noqa: ARG002 - as every venue's
        """None: contracts are a matter of the full rules."""
        return ()

    def listings(self) -> tuple[Listing, ...]:
        """Its markets."""
        return tuple(listing_of(market.instrument) for market in self._markets.values())

    def take_fills(self) -> list[Fill]:
        """None: see `has_news`."""
        return []

    def take_reports(self) -> list[OrderReport]:
        """None: see `has_news`."""
        return []

    def lay_out(self, reports: Iterable[OrderReport]) -> None:
        """Go on where a venue of before ended: its open orders lie here, oldest first."""
        for report in sorted(reports, key=lambda each: each.created_at):
            if report.status == "open":
                self.submit(report, None, report.created_at)

    # -- what drives it

    @property
    def symbols(self) -> tuple[str, ...]:
        """What is traded here."""
        return tuple(self._markets)

    def nearest(self, symbol: str) -> tuple[Decimal | None, Decimal | None]:
        """The highest limit of the resting buys and the lowest of the sells; None: none rests."""
        book = self._markets[symbol].book
        return book.best("buy"), book.best("sell")

    def matched(self, symbol: str) -> Millis | None:
        """The end of the last bar that the resting orders have met; None where none rests."""
        market = self._markets[symbol]
        return market.matched if market.book else None

    def match(self, symbol: str, candle: Candle, closed: Millis) -> list[Fill]:
        """Let the resting orders of a pair meet its next bar; what traded, in that order.

        closed: when the bar ended. Bars come in order; one that was met before changes nothing.
        """
        market = self._markets[symbol]
        if closed <= market.matched:
            return []
        check_bar(symbol, candle)
        market.matched = closed
        fills: list[Fill] = []
        step = market.instrument.price_step
        for order, limit in market.book.take(Bar.of(candle), candle.at):
            price = round_to_step(limit, step)
            number = len(order.fills) + 1
            fill = self._trade(market, order, order.venue_id, number, price, "maker", closed)
            self._close(order, order.venue_id, order.created_at, "filled", (fill,), closed)
            fills.append(fill)
        return fills

    # -- what happens to an order

    def _venue_id(self, client_id: str, at: Millis) -> str:
        venue_id = f"{at}-{client_id}"
        before = self._closed.get(client_id)
        if before is not None and before.created_at == at:  # the same id again in the same ms
            return before.venue_id + "+"
        return venue_id

    def _trade(
        self,
        market: _Market,
        order: NewOrder,
        venue_id: str,
        number: int,
        price: Decimal,
        role: Liquidity,
        at: Millis,
    ) -> Fill:
        cost = multiply(order.amount, price)
        fill = Fill(
            f"{venue_id}-{number}",
            order.client_id,
            order.symbol,
            order.side,
            price,
            order.amount,
            fee_of(cost, market.instrument.fees, role),
            market.quote,
            at,
        )
        if self.funds is not None:
            self.funds.settle(fill, market.base, market.quote, cost)
        return fill

    def _close(
        self,
        order: NewOrder,
        venue_id: str,
        created_at: Millis,
        status: VenueStatus,
        fills: tuple[Fill, ...],
        at: Millis,
    ) -> OrderReport:
        ended = OrderReport(
            order.client_id,
            venue_id,
            order.symbol,
            order.side,
            order.kind,
            order.amount,
            order.price,
            status,
            fills,
            created_at,
            at,
        )
        self._open.pop(order.client_id, None)
        client_id = order.client_id
        closed = self._closed
        if client_id in closed:
            del closed[client_id]  # it ended last now
        closed[client_id] = ended
        if len(closed) > self._history:
            closed.popitem(last=False)
        return ended


def _market_price(order: NewOrder, instrument: Instrument, last: float | None) -> Decimal:
    # What the order would trade at now; a limit order without a market is worth its limit.
    limit = order.price
    if order.kind != ("market" if limit is None else "limit"):
        if order.kind not in PLACEABLE:
            detail = f"{order.kind} orders are none of {_QUICK}"
            raise OrderRejected(order.client_id, "NOT_OFFERED", detail)
        detail = f"a {order.kind} order cannot have price {limit}"
        raise OrderRejected(order.client_id, "PRICE_FILTER", detail)
    if last is not None:
        return round_to_step(from_float(last), instrument.price_step)
    if limit is None:
        raise OrderRejected(order.client_id, "NO_MARKET", f"{order.symbol} has not traded yet")
    return limit


def _hold(funds: Funds, order: NewOrder, market: _Market, price: Decimal) -> None:
    if order.side == "sell":
        asset, most = market.base, order.amount
    else:
        fees = market.instrument.fees
        cost = multiply(order.amount, price)
        asset, most = market.quote, add(cost, multiply(cost, max(fees.maker, fees.taker, ZERO)))
    if not funds.hold(order.client_id, asset, most):
        free = plain(funds.free(asset))
        detail = f"needs {plain(most)} {asset}, {free} is free"
        raise OrderRejected(order.client_id, "INSUFFICIENT_BALANCE", detail)
