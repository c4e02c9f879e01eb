"""The venue against a naive model: all orders in one list, all sums made anew in fractions.

F1, F2, F3, F4 and F5 from the venue's side, and the order in which orders trade.
"""

from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from benthic.actors.market.candle import Candle
from benthic.actors.market.errors import OrderRejected
from benthic.actors.market.fees import Fees
from benthic.actors.market.fill import Fill
from benthic.actors.market.instrument import Instrument
from benthic.actors.market.side import Kind, Side
from benthic.actors.market.symbol import Symbol
from benthic.actors.matching.venue import SimulatedVenue
from benthic.runtime.clock import Millis

PAIR = "BTC/USDT"
MINUTE = 60_000
MAKER, TAKER = Fraction(-1, 10_000), Fraction(1, 1_000)
START = {"BTC": Fraction(5), "USDT": Fraction(500)}
INSTRUMENT = Instrument(
    Symbol.parse(PAIR),
    Decimal("0.5"),
    Decimal("0.25"),
    Decimal("0.5"),
    Decimal(0),
    Fees(Decimal("-0.0001"), Decimal("0.001")),
)

ticks = st.integers(380, 420)  # 95 to 105 in quarters


class Wanted(msgspec.Struct):
    """An order as the model knows it; it satisfies what the venue asks of one."""

    client_id: str
    symbol: str
    side: Side
    kind: Kind
    amount: Decimal
    price: Decimal | None
    born: int = 0
    status: str = "open"
    traded: tuple[Fraction, Fraction] | None = None  # price and fee

    def worst(self, market: Fraction) -> dict[str, Fraction]:
        """What it holds while it is open."""
        if self.side == "sell":
            return {"BTC": Fraction(self.amount)}
        price = market if self.price is None else Fraction(self.price)
        return {"USDT": Fraction(self.amount) * price * (1 + TAKER)}

    def effect(self) -> dict[str, Fraction]:
        """What it has changed in the funds."""
        if self.traded is None:
            return {}
        price, fee = self.traded
        sign = 1 if self.side == "buy" else -1
        amount = Fraction(self.amount)
        return {"BTC": sign * amount, "USDT": -sign * amount * price - fee}


Reached = tuple[tuple[bool, bool, Fraction, int], Wanted, Fraction]  # rank, order and price


class VenueMachine(RuleBasedStateMachine):
    """Orders, cancels and bars in any order; both sides must tell the same story."""

    def __init__(self) -> None:
        super().__init__()
        self.venue = SimulatedVenue(
            [INSTRUMENT], funds={asset: Decimal(int(some)) for asset, some in START.items()}
        )
        self.orders: list[Wanted] = []
        self.minute = 0
        self.last = 100.0
        self.trades: set[str] = set()

    def held(self, asset: str) -> Fraction:
        holding = (order.worst(Fraction(0)) for order in self.orders if order.status == "open")
        return sum((each.get(asset, Fraction(0)) for each in holding), Fraction(0))

    def free(self, asset: str) -> Fraction:
        changes = (order.effect().get(asset, Fraction(0)) for order in self.orders)
        return START[asset] + sum(changes, Fraction(0)) - self.held(asset)

    def trade(self, order: Wanted, price: Fraction, share: Fraction, fill: Fill) -> None:
        order.status = "filled"
        order.traded = (price, Fraction(order.amount) * price * share)
        assert fill.client_id == order.client_id
        assert fill.amount == order.amount
        assert (Fraction(fill.price), Fraction(fill.fee)) == order.traded
        assert fill.trade_id not in self.trades
        self.trades.add(fill.trade_id)

    @rule(
        side=st.sampled_from(("buy", "sell")),
        units=st.integers(1, 4),
        limit=st.one_of(st.none(), ticks),
        fresh=st.integers(0, 5),
    )
    def place(self, side: Side, units: int, limit: int | None, fresh: int) -> None:
        client_id = f"bn-{len(self.orders)}" if fresh else "bn-0"
        order = Wanted(
            client_id,
            PAIR,
            side,
            "market" if limit is None else "limit",
            units * Decimal("0.5"),
            None if limit is None else Decimal(limit) / 4,
            self.minute * MINUTE,
        )
        market = Fraction(self.last)
        refusal = None
        if any(o.client_id == client_id and o.status == "open" for o in self.orders):
            refusal = "DUPLICATE_ORDER"
        elif any(self.free(asset) < some for asset, some in order.worst(market).items()):
            refusal = "INSUFFICIENT_BALANCE"
        if refusal is not None:
            with pytest.raises(OrderRejected, match=refusal):
                self.venue.submit(order, self.last, Millis(order.born))
            return
        report = self.venue.submit(order, self.last, Millis(order.born))
        self.orders.append(order)
        crosses = limit is None or (
            market <= Fraction(limit, 4) if side == "buy" else market >= Fraction(limit, 4)
        )
        assert report.status == ("filled" if crosses else "open")
        if crosses:
            self.trade(order, market, TAKER, report.fills[0])

    @rule(number=st.integers(0, 30))
    def cancel(self, number: int) -> None:
        client_id = f"bn-{number}"
        found = [o for o in self.orders if o.client_id == client_id and o.status == "open"]
        now = Millis(self.minute * MINUTE)
        if not found:
            with pytest.raises(OrderRejected, match="UNKNOWN_ORDER"):
                self.venue.cancel(client_id, PAIR, now)
            return
        report = self.venue.cancel(client_id, PAIR, now)
        assert (report.client_id, report.status) == (client_id, "cancelled")
        found[0].status = "cancelled"

    @rule(prices=st.lists(ticks, min_size=4, max_size=4), rises=st.sampled_from((0, 1)))
    def bar(self, prices: list[int], rises: int) -> None:
        low, one, two, high = (price / 4 for price in sorted(prices))
        opened, closed = (one, two) if rises else (two, one)
        candle = Candle(Millis(self.minute * MINUTE), opened, high, low, closed, 1.0)
        self.minute += 1
        self.last = closed
        fills = self.venue.match(PAIR, candle, Millis(self.minute * MINUTE))
        expected = self.reached(candle)
        assert [fill.client_id for fill in fills] == [order.client_id for _, order, _ in expected]
        for fill, (_, order, price) in zip(fills, expected, strict=True):
            self.trade(order, price, MAKER, fill)

    def reached(self, candle: Candle) -> list[Reached]:
        """Who trades in a bar and at what: judged one by one, then sorted."""
        first = "buy" if candle.close >= candle.open else "sell"
        found: list[Reached] = []
        for age, order in enumerate(self.orders):
            if order.status != "open" or order.price is None:
                continue
            limit = Fraction(order.price)
            buys = order.side == "buy"
            if Fraction(candle.low) > limit if buys else Fraction(candle.high) < limit:
                continue
            pick = min if buys else max
            price = pick(Fraction(candle.open), limit)
            gap = price == Fraction(candle.open)
            rank = -limit if buys else limit
            found.append(((not gap, order.side != first, rank, age), order, price))
        return sorted(found, key=lambda each: each[0])

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def query(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(self.orders))
        latest = [each for each in self.orders if each.client_id == order.client_id][-1]
        report = self.venue.query(order.client_id, PAIR)
        assert report is not None
        assert report.status == latest.status
        assert sum((fill.amount for fill in report.fills), Decimal(0)) == (
            latest.amount if latest.traded else 0
        )

    @invariant()
    def the_same_funds_on_both_sides_and_none_below_zero(self) -> None:
        assert self.venue.funds is not None
        for asset in START:
            free = self.free(asset)
            held = self.held(asset)
            assert Fraction(self.venue.funds.free(asset)) == free
            assert Fraction(self.venue.funds.held(asset)) == held
            assert free >= 0

    @invariant()
    def the_same_orders_rest_on_both_sides(self) -> None:
        resting = {order.client_id for order in self.venue.open_orders(PAIR)}
        assert resting == {order.client_id for order in self.orders if order.status == "open"}


TestVenueAgainstTheModel = VenueMachine.TestCase
TestVenueAgainstTheModel.settings = settings(max_examples=60, stateful_step_count=40)
