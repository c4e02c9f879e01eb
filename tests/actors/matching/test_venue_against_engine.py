"""The small venue of backtests against the engine on a price path: same fills, same money.

Both get the same orders between the same bars. The engine is moved along the path that the venue
takes a bar for: it jumps to the open, and goes from there to one end, the other, and the close.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from benthic.actors.market.candle import Candle
from benthic.actors.market.errors import OrderRejected
from benthic.actors.market.fees import Fees
from benthic.actors.market.instrument import Instrument
from benthic.actors.market.side import Kind, Side
from benthic.actors.market.symbol import Symbol
from benthic.actors.matching.markets import ATOM
from benthic.actors.matching.paths import PricePath
from benthic.actors.matching.refusals import Refused
from benthic.actors.matching.venue import SimulatedVenue
from benthic.runtime.clock import Millis

from .floor import BTC, SYMBOL, Floor

PAIR = "BTC/USDT"
MINUTE = 60_000
MONEY = {"BTC": Decimal(1_000), "BNB": Decimal(1_000), "USDT": Decimal(1_000_000)}
RATES = Fees(Decimal("0.001"), Decimal("0.002"))
INSTRUMENT = Instrument(
    Symbol.parse(PAIR), Decimal("0.00001"), Decimal("0.01"), Decimal("0.00001"), Decimal(0), RATES
)

prices = st.integers(9_800, 10_200)  # in quanta: around 100.00
bars = st.tuples(prices, prices, prices, prices)
orders = st.tuples(
    st.sampled_from(("buy", "sell")),
    st.integers(1, 300).map(lambda units: units * 1_000),  # of 1e-5: fees come out in whole 1e-8
    st.none() | prices,
)
steps = st.lists(
    st.tuples(bars, st.lists(orders, max_size=4), st.none() | st.integers(0, 20)), max_size=12
)


class Wanted(msgspec.Struct, frozen=True):
    client_id: str
    symbol: str
    side: Side
    kind: Kind
    amount: Decimal
    price: Decimal | None


class Pair:
    """The venue and the engine, side by side."""

    def __init__(self) -> None:
        self.venue = SimulatedVenue([INSTRUMENT], funds=MONEY)
        market = replace(BTC, up_percent=10**12, down_percent=0)
        self.floor = Floor(market, paths=[PricePath(symbol=SYMBOL)], accounts=(1,))
        self.floor.clearing.open_account(1, fee_asset="USDT")
        self.floor.clearing._discount = 0
        self.last: int | None = None
        self.names: list[str] = []

    def bar(self, prices: tuple[int, int, int, int], number: int) -> None:
        opened, close = prices[:2]
        high, low = max(prices), min(prices)
        at = Millis(number * MINUTE)
        candle = Candle(at, opened / 100, high / 100, low / 100, close / 100, 1.0)
        self.venue.match(PAIR, candle, Millis(at + MINUTE))
        self.floor.engine.jump_price(SYMBOL, opened, at)
        for price in (low, high) if close >= opened else (high, low):
            self.floor.engine.move_price(SYMBOL, price, at)
        self.floor.engine.move_price(SYMBOL, close, at)
        self.last = close

    def order(self, side: Side, amount: int, price: int | None, at: Millis) -> None:
        name = f"c{len(self.names)}"
        kind: Kind = "market" if price is None else "limit"
        limit = None if price is None else Decimal(price) / 100
        wanted = Wanted(name, PAIR, side, kind, Decimal(amount) / 100_000, limit)
        last = None if self.last is None else self.last / 100
        try:
            taken = self.venue.submit(wanted, last, at)
        except OrderRejected:
            taken = None
        try:
            self.floor.send(1, side, amount, price, client_id=name)
        except Refused:
            assert taken is None
        else:
            assert taken is not None
            self.names.append(name)

    def cancel(self, which: int, at: Millis) -> None:
        name = self.names[which % len(self.names)]
        try:
            self.venue.cancel(name, PAIR, at)
        except OrderRejected:
            return
        self.floor.engine.cancel(1, SYMBOL, at, client_id=name)

    def agree(self) -> None:
        for name in self.names:
            mine = self.venue.query(name, PAIR)
            order = self.floor.engine.order(1, SYMBOL, client_id=name)
            assert mine is not None
            assert order is not None
            assert mine.status == order.status
            cost = sum((fill.amount * fill.price for fill in mine.fills), Decimal(0))
            assert cost == Decimal(order.cost) / 10**7
        funds = self.venue.funds
        assert funds is not None
        for asset in ("BTC", "USDT"):
            free, locked = self.floor.clearing.balances(1)[asset]
            assert funds.total(asset) == Decimal(free + locked) / ATOM
        self.floor.clearing.check()


@given(steps=steps)
@settings(max_examples=200)
def test_both_fill_the_same_orders_for_the_same_money(
    steps: list[tuple[tuple[int, int, int, int], list[tuple[Side, int, int | None]], int | None]],
) -> None:
    both = Pair()
    for number, (bar, wanted, cancelled) in enumerate(steps):
        both.bar(bar, number)
        end = Millis((number + 1) * MINUTE)
        for side, amount, price in wanted:
            both.order(side, amount, price, end)
        if cancelled is not None and both.names:
            both.cancel(cancelled, end)
        both.agree()
