"""A price-time book written the plainest way: one list, looked through and sorted at every step.

It says by other means what the rules of matching are, so that an engine can be held against it in
tests, and it is what a book costs without a thought for speed. No money, no accounts to speak of.
"""

from __future__ import annotations

from typing import Literal

import attrs

Trade = tuple[int, int, int, int]  # maker, taker, price, amount


@attrs.define
class Resting:
    """An order, from the moment it comes."""

    id: int
    account: int
    side: str
    price: int | None  # None: at market
    left: int
    visible: int | None = None  # of an iceberg
    shown: int = 0
    turn: int = 0  # when it came to its place in the queue
    prevented: int = 0
    state: Literal["open", "filled", "ended", "prevented"] = "open"


class NaiveBook:
    """Takes orders of one market; `trades` are all that there have been."""

    def __init__(self) -> None:
        self.orders: dict[int, Resting] = {}
        self.resting: list[Resting] = []
        self.trades: list[Trade] = []
        self._turn = 0

    def submit(self, order: Resting, force: str = "GTC", prevention: str = "none") -> bool:
        """Take an order; False where it is post-only and would take."""
        if force == "GTX" and any(self._fits(order, each) for each in self.resting):
            return False
        self.orders[order.id] = order
        if force == "FOK" and self._reachable(order, prevention) < order.left:
            order.state = "ended"
            return True
        self._match(order, prevention)
        if order.state == "open" and (force in {"IOC", "FOK"} or order.price is None):
            order.state = "ended"
        if order.state == "open":
            self._show(order)
            self.resting.append(order)
        return True

    def cancel(self, order_id: int) -> None:
        """Take an order off."""
        order = self.orders[order_id]
        order.state = "ended"
        self.resting.remove(order)

    def depth(self, side: str) -> list[tuple[int, int]]:
        """Price and amount in sight, best first."""
        amounts: dict[int, int] = {}
        for order in self.resting:
            if order.side == side and order.price is not None:
                amounts[order.price] = amounts.get(order.price, 0) + order.shown
        return sorted(amounts.items(), reverse=side == "buy")

    def _fits(self, taker: Resting, maker: Resting) -> bool:
        if taker.side == maker.side or maker.price is None:
            return False
        if taker.price is None:
            return True
        if taker.side == "buy":
            return maker.price <= taker.price
        return maker.price >= taker.price

    def _reachable(self, order: Resting, prevention: str) -> int:
        return sum(
            each.left
            for each in self.resting
            if self._fits(order, each) and (prevention == "none" or each.account != order.account)
        )

    def _first(self, taker: Resting) -> Resting | None:
        fitting = [each for each in self.resting if self._fits(taker, each)]
        sign = 1 if taker.side == "buy" else -1
        return min(fitting, key=lambda each: (sign * (each.price or 0), each.turn), default=None)

    def _match(self, taker: Resting, prevention: str) -> None:
        while taker.left and taker.state == "open":
            maker = self._first(taker)
            if maker is None:
                return
            if maker.account == taker.account and prevention != "none":
                self._prevent(taker, maker, prevention)
                continue
            amount = min(taker.left, maker.shown)
            self.trades.append((maker.id, taker.id, maker.price or 0, amount))
            taker.left -= amount
            self._reduce(maker, amount, "filled")
        if not taker.left and taker.state == "open":
            taker.state = "filled"

    def _prevent(self, taker: Resting, maker: Resting, prevention: str) -> None:
        if prevention == "decrement":
            amount = min(taker.left, maker.shown)
            for each in (taker, maker):
                each.prevented += amount
            taker.left -= amount
            self._reduce(maker, amount, "prevented")
            if not taker.left:
                taker.state = "prevented"
            return
        if prevention in {"expire_maker", "expire_both"}:
            maker.prevented += maker.left
            self._reduce(maker, maker.left, "prevented")
        if prevention in {"expire_taker", "expire_both"}:
            taker.prevented += taker.left
            taker.left = 0
            taker.state = "prevented"

    def _reduce(self, maker: Resting, amount: int, ended: Literal["filled", "prevented"]) -> None:
        maker.left -= amount
        maker.shown -= amount
        if not maker.left:
            maker.state = ended
            self.resting.remove(maker)
        elif maker.shown <= 0:
            self._show(maker)

    def _show(self, order: Resting) -> None:
        """To the end of the queue, with its next part in sight."""
        self._turn += 1
        order.turn = self._turn
        order.shown = order.left if order.visible is None else min(order.visible, order.left)
