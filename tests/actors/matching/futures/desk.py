"""A small futures exchange for tests: two linear contracts, an inverse one, and words to use them.

Not a test itself. Amounts and prices are written as text and brought to quanta here; money comes
back as fractions of whole units, so that a test can be reckoned by hand.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import msgspec

from benthic.actors.market.side import Side
from benthic.actors.matching.engine import MatchingEngine
from benthic.actors.matching.futures import INSURANCE, FuturesClearing
from benthic.actors.matching.markets import ATOM, RATE, Bracket, Contract, Market
from benthic.actors.matching.refusals import Refused
from benthic.actors.matching.values import Event, Order, OrderRequest, PositionSide
from benthic.runtime.clock import Millis

USDT_BRACKETS = (
    Bracket(50_000, 125, RATE * 4 // 1_000, 0),
    Bracket(250_000, 100, RATE * 5 // 1_000, 50 * ATOM),
    Bracket(1_000_000, 50, RATE // 100, 1_300 * ATOM),
    Bracket(10_000_000, 20, RATE * 25 // 1_000, 16_300 * ATOM),
    Bracket(100_000_000, 10, RATE // 20, 266_300 * ATOM),
)
ETH_BRACKETS = (
    Bracket(10_000, 100, RATE * 5 // 1_000, 0),
    Bracket(100_000, 75, RATE * 65 // 10_000, 15 * ATOM),
    Bracket(500_000, 50, RATE // 100, 365 * ATOM),
    Bracket(1_000_000, 25, RATE // 50, 5_365 * ATOM),
    Bracket(2_000_000, 10, RATE // 20, 35_365 * ATOM),
    Bracket(5_000_000, 5, RATE // 10, 135_365 * ATOM),
    Bracket(10_000_000, 4, RATE // 8, 260_365 * ATOM),
)
BTC_BRACKETS = (
    Bracket(5, 125, RATE * 4 // 1_000, 0),
    Bracket(10, 100, RATE * 5 // 1_000, ATOM // 200),
    Bracket(1_000, 20, RATE * 25 // 1_000, ATOM * 205 // 1_000),
)
BTC = Market(
    symbol="BTCUSDT",
    family="linear",
    base="BTC",
    quote="USDT",
    price_digits=2,
    amount_digits=3,
    tick=1,
    step=1,
    maker=0,
    taker=0,
    down_percent=0,
    up_percent=10**6 * RATE,
    contract=Contract(1, "USDT", USDT_BRACKETS),
)
ETH = msgspec.structs.replace(
    BTC, symbol="ETHUSDT", base="ETH", contract=Contract(1, "USDT", ETH_BRACKETS)
)
COIN = msgspec.structs.replace(
    BTC,
    symbol="BTCUSD_PERP",
    family="inverse",
    quote="USD",
    price_digits=1,
    amount_digits=0,
    contract=Contract(100, "BTC", BTC_BRACKETS, pair="BTCUSD"),
)


def quanta(text: str, digits: int) -> int:
    """A number as quanta; it must be a whole number of them."""
    scaled = Fraction(text) * 10**digits
    assert scaled.denominator == 1, f"{text} has more than {digits} digits"
    return int(scaled)


def reason_of(engine: MatchingEngine, request: OrderRequest, at: Millis) -> str:
    """Submit an order: why it was refused, or "" where it was taken."""
    try:
        engine.submit(request, at)
    except Refused as refused:
        return refused.reason
    return ""


def units(atoms: int) -> Fraction:
    """Atoms as whole units of their asset."""
    return Fraction(atoms, ATOM)


def stop_request(account: int, fields: dict[str, Any]) -> OrderRequest:
    """A stop at market of 1; `fields` says otherwise."""
    wanted: dict[str, Any] = {
        "account": account,
        "side": "buy",
        "kind": "stop_loss",
        "amount": 1_000,
    }
    return OrderRequest(**(wanted | fields))


class Desk:
    """An engine with its clearing; account 9 makes the other side of every trade."""

    maker = 9

    def __init__(self, *markets: Market, accounts: int = 3, funds: str = "1000000") -> None:
        self.clearing = FuturesClearing()
        self.engine = MatchingEngine(markets or (BTC, ETH), self.clearing)
        self.now = Millis(1_000)
        for account in (*range(1, accounts + 1), self.maker):
            self.clearing.open_account(account)
        for asset in self.assets():
            self.deposit(self.maker, "1000000000", asset)
            for account in range(1, accounts + 1):
                self.deposit(account, funds, asset)
        for symbol in self.engine.markets:
            self.clearing.set_leverage(self.maker, symbol, 1)

    def assets(self) -> list[str]:
        """The margin assets of its markets."""
        contracts = (market.contract for market in self.engine.markets.values())
        return sorted({contract.margin_asset for contract in contracts if contract is not None})

    def deposit(self, account: int, amount: str, asset: str = "USDT") -> None:
        """Money for an account, or for the insurance fund."""
        if Fraction(amount):
            self.clearing.deposit(account, asset, quanta(amount, 20), self.now)

    def insure(self, amount: str, asset: str = "USDT") -> None:
        """Money for the insurance fund."""
        self.deposit(INSURANCE, amount, asset)

    def price(self, symbol: str, price: str) -> int:
        """A price in quanta."""
        return quanta(price, self.engine.markets[symbol].price_digits)

    def send(
        self,
        account: int,
        side: Side,
        amount: str,
        price: str | None = None,
        *,
        symbol: str = "BTCUSDT",
        position_side: PositionSide = "both",
        **more: Any,
    ) -> Order:
        """Send an order: a limit order where it has a price."""
        market = self.engine.markets[symbol]
        request = OrderRequest(
            account=account,
            symbol=symbol,
            side=side,
            kind="market" if price is None else "limit",
            amount=quanta(amount, market.amount_digits),
            price=None if price is None else self.price(symbol, price),
            position_side=position_side,
            **more,
        )
        return self.engine.submit(request, self.now)

    def open(
        self,
        account: int,
        side: Side,
        amount: str,
        price: str,
        *,
        symbol: str = "BTCUSDT",
        position_side: PositionSide = "both",
    ) -> None:
        """Trade with the maker, whose order waits; nothing else may be at this price or better."""
        other: Side = "sell" if side == "buy" else "buy"
        self.send(self.maker, other, amount, price, symbol=symbol)
        order = self.send(account, side, amount, price, symbol=symbol, position_side=position_side)
        assert order.status == "filled"

    def mark(self, price: str, symbol: str = "BTCUSDT") -> None:
        """Move the mark price of a symbol."""
        self.now = Millis(self.now + 1_000)
        mark = self.price(symbol, price)
        self.engine.set_mark(symbol, mark, mark, self.now)

    def fund(self, rate: str, symbol: str = "BTCUSDT") -> None:
        """Settle funding at a rate."""
        self.now = Millis(self.now + 1_000)
        self.engine.fund(symbol, quanta(rate, 8), self.now)

    def wallet(self, account: int, asset: str = "USDT") -> Fraction:
        """The wallet balance."""
        return units(self.clearing.free(account, asset))

    def amount(self, account: int, symbol: str = "BTCUSDT") -> Fraction:
        """The position in whole units of its amount."""
        slots = self.clearing.positions(account)
        total = sum(position.amount for position in slots if position.symbol == symbol)
        return Fraction(total, 10 ** self.engine.markets[symbol].amount_digits)

    def liquidation_price(self, account: int, symbol: str = "BTCUSDT") -> Fraction | None:
        """The liquidation price in units of the quote."""
        price = self.clearing.positions(account, symbol)[0].liquidation_price
        return None if price is None else price / 10 ** self.engine.markets[symbol].price_digits

    def heard(self, kind: type[Event]) -> list[Any]:
        """The events of a kind since the last time, the oldest first; the others are forgotten."""
        return [event for event in self.engine.take_events() if isinstance(event, kind)]
