"""The resting limit orders of one symbol, in price-time priority; owned by one venue.

It knows who comes first and who is reached. Fees, ids, funds and the clock belong to the venue.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from decimal import Decimal

from ...runtime import Millis
from ..market.report import OrderReport
from ..market.side import Side
from .bars import Bar, price_in

Reached = tuple[OrderReport, Decimal]  # an order, and what it trades at

# The best price first, then the first to come: rank, arrival, limit, order. No two arrivals are
# the same, so a comparison never looks further.
_Place = tuple[Decimal, int, Decimal, OrderReport]


class RestingBook:
    """Orders that wait for the market to come to them."""

    def __init__(self) -> None:
        self._sides: dict[Side, list[_Place]] = {"buy": [], "sell": []}
        self._arrivals = 0

    def __len__(self) -> int:
        return len(self._sides["buy"]) + len(self._sides["sell"])

    def __iter__(self) -> Iterator[OrderReport]:
        """All that wait, buys first, each side in its priority."""
        for side in self._sides.values():
            for place in side:
                yield place[3]

    def best(self, side: Side) -> Decimal | None:
        """The limit that a bar reaches first; None where nobody waits on this side."""
        places = self._sides[side]
        return places[0][2] if places else None

    def add(self, order: OrderReport, limit: Decimal) -> None:
        """Let an order wait at its limit, behind those of the same price."""
        self._arrivals += 1
        rank = -limit if order.side == "buy" else limit
        insort(self._sides[order.side], (rank, self._arrivals, limit, order))

    def remove(self, order: OrderReport) -> None:
        """Take an order off; harmless where it does not wait."""
        places = self._sides[order.side]
        places[:] = [place for place in places if place[3] is not order]

    def take(self, bar: Bar, opened: Millis) -> list[Reached]:
        """Take off all that a bar reaches, in the order in which they trade.

        opened: when the bar began. Orders that came later than that keep waiting: nobody knows
        which part of the range was before them, and nothing trades at prices of the past.
        """
        at_open: list[Reached] = []
        on_the_way: list[Reached] = []
        sides: tuple[Side, Side] = ("buy", "sell") if bar.rising else ("sell", "buy")
        for side in sides:
            places = self._sides[side]
            younger: list[_Place] = []
            reached = 0
            for place in places:
                _, _, limit, order = place
                price = price_in(bar, side, limit)
                if price is None:
                    break
                reached += 1
                if order.created_at > opened:
                    younger.append(place)
                else:
                    (at_open if price == bar.open else on_the_way).append((order, price))
            if reached:
                places[:reached] = younger
        return at_open + on_the_way
