"""Somebody who trades against an account, or with himself, so that a fault can move a market.

He has an account of his own at each engine and as much money as he needs, which he deposits: the
books of the venue add up with him too.
"""

from __future__ import annotations

from typing import Final

from ....actors.market.side import Side
from ....actors.matching.engine import MatchingEngine
from ....actors.matching.markets import ATOM, Market
from ....actors.matching.values import ENDED, AccountId, Order, OrderRequest, TimeInForce
from ....runtime.clock import Millis
from .errors import FaultNotFired

STRANGER: Final[AccountId] = 900_000_001
OTHER: Final[AccountId] = 900_000_002  # with whom he trades where nobody else does
PURSE: Final = 10**9 * ATOM  # of an asset, whenever less than half of it is left
MOST_TRADES: Final = 10_000  # for one fault


class Stranger:
    """Trades at one engine."""

    def __init__(self, engine: MatchingEngine) -> None:
        self._engine = engine
        self._known = False

    def fill(self, verb: str, order: Order, amount: int, at: Millis) -> None:
        """Trade `amount` quanta of a resting order, and whatever stands before it.

        It is a little more where the market takes no order as small as what is missing.
        """
        market = self._engine.markets[order.request.symbol]
        side: Side = "sell" if order.request.side == "buy" else "buy"
        wanted = order.filled + amount
        for _ in range(MOST_TRADES):
            if order.filled >= wanted or order.status in ENDED:
                return
            sent = min(_fitting(market, order.price, wanted - order.filled), market.max_amount)
            taken = self._send(STRANGER, market, side, sent, order.price, at)
            if taken.filled == 0:
                break
        raise FaultNotFired(
            verb,
            f"order {order.id} of {market.symbol} trades with nobody",
            remedy="let it rest on the book first",
        )

    def move(self, market: Market, price: int, at: Millis) -> None:
        """Trade through the book up or down to `price`, and stay there with an order."""
        engine = self._engine
        bid, ask = engine.best(market.symbol)
        last = engine.last(market.symbol)
        is_rise = (ask is not None and ask <= price) or (
            not (bid is not None and bid >= price) and last is not None and price > last
        )
        side: Side = "buy" if is_rise else "sell"
        bids, asks = engine.depth(market.symbol, MOST_TRADES)
        left = sum(
            amount
            for level, amount in (asks if is_rise else bids)
            if (level <= price if is_rise else level >= price)
        )
        while left > 0:  # at the new price, from which no filter of the old one is far
            sent = min(_fitting(market, price, left), market.max_amount)
            if self._send(STRANGER, market, side, sent, price, at).filled == 0:
                break
            left -= sent
        least = _fitting(market, price, 1)
        self._send(OTHER, market, "sell" if is_rise else "buy", least, price, at, "GTC")
        self._send(STRANGER, market, side, 2 * least, price, at, "GTC")

    def offer(self, market: Market, side: Side, amount: int, price: int, at: Millis) -> Order:
        """An order that rests where it does not trade."""
        return self._send(STRANGER, market, side, amount, price, at, "GTC")

    def _send(
        self,
        account: AccountId,
        market: Market,
        side: Side,
        amount: int,
        price: int,
        at: Millis,
        time_in_force: TimeInForce = "IOC",
    ) -> Order:
        self._prepare(market, at)
        request = OrderRequest(
            account=account,
            symbol=market.symbol,
            side=side,
            kind="limit",
            amount=amount,
            price=price,
            time_in_force=time_in_force,
        )
        return self._engine.submit(request, at)

    def _prepare(self, market: Market, at: Millis) -> None:
        clearing = self._engine.clearing
        if not self._known:
            clearing.open_account(STRANGER)
            clearing.open_account(OTHER)
            self._known = True
        contract = market.contract
        assets = (market.base, market.quote) if contract is None else (contract.margin_asset,)
        for account in (STRANGER, OTHER):
            for asset in assets:
                if clearing.free(account, asset) < PURSE // 2:
                    clearing.deposit(account, asset, PURSE, at)


def _fitting(market: Market, price: int, amount: int) -> int:
    """The least amount from `amount` on that the market's filters let through."""
    least = max(amount, market.min_amount)
    if market.family != "inverse":
        least = max(least, -(-market.min_cost // price))
    return -(-least // market.step) * market.step
