"""A small spot exchange to test in: two markets, a few accounts, and short words for orders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from msgspec.structs import replace

from benthic.actors.market.side import Side
from benthic.actors.matching.clearing import SpotClearing
from benthic.actors.matching.engine import MatchingEngine
from benthic.actors.matching.markets import ATOM, Market
from benthic.actors.matching.paths import PricePath
from benthic.actors.matching.values import Order, OrderChanged, OrderKind, OrderRequest
from benthic.runtime.clock import Millis

SYMBOL = "BTCUSDT"
BTC = Market(
    symbol=SYMBOL,
    family="spot",
    base="BTC",
    quote="USDT",
    price_digits=2,
    amount_digits=5,
    tick=1,
    step=1,
    maker=100_000,
    taker=200_000,
)
BNB = replace(BTC, symbol="BNBUSDT", base="BNB")
NOW = Millis(1_000)

E = TypeVar("E")


class Floor:
    """An engine, its clearing, and accounts 1, 2 and 3 with 1,000 BTC, BNB and 1,000,000 USDT."""

    def __init__(
        self,
        *markets: Market,
        paths: Iterable[PricePath] = (),
        accounts: Iterable[int] = (1, 2, 3),
        history: int = 1_000,
    ) -> None:
        self.clearing = SpotClearing()
        self.engine = MatchingEngine(
            markets or (BTC, BNB), self.clearing, paths=paths, history=history
        )
        for account in accounts:
            self.clearing.open_account(account)
            for asset, units in (("BTC", 1_000), ("BNB", 1_000), ("USDT", 1_000_000)):
                self.clearing.deposit(account, asset, units * ATOM, Millis(0))
        self.engine.take_events()

    def send(
        self,
        account: int,
        side: Side,
        amount: int | None,
        price: int | None = None,
        kind: OrderKind | None = None,
        **more: object,
    ) -> Order:
        """An order: a limit order where it has a price, else one at market."""
        return self.engine.submit(wanted(account, side, amount, price, kind, **more), NOW)

    def trade_at(self, price: int, amount: int = 1) -> None:
        """Account 3 trades with itself, so that this is the last price."""
        maker = self.send(3, "sell", amount, price)
        self.send(3, "buy", amount, price)
        assert maker.status == "filled", "somebody else was in the way"

    def book(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        return self.engine.depth(SYMBOL, 100)

    def told(self, kind: type[E]) -> list[E]:
        """Take the events; those of a kind."""
        return [each for each in self.engine.take_events() if isinstance(each, kind)]

    def changes(self, order: Order) -> list[tuple[str, str]]:
        """What was said of an order so far; the events stay."""
        return [
            (each.change, each.status)
            for each in self.engine.events
            if isinstance(each, OrderChanged) and each.order is order
        ]


def wanted(
    account: int,
    side: Side,
    amount: int | None,
    price: int | None = None,
    kind: OrderKind | None = None,
    **more: object,
) -> OrderRequest:
    return OrderRequest(
        account=account,
        symbol=SYMBOL,
        side=side,
        kind=kind or ("market" if price is None else "limit"),
        amount=amount,
        price=price,
        **more,  # type: ignore[arg-type]  # the fields of a request by their names
    )
