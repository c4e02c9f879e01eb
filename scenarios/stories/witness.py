"""Looks on while a story is told: that nothing is sent twice, sold twice, or forgotten.

It reads the engine of the exchange, and of the bot no more than which names an order has had. So it
finds what books and desk would both be wrong about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction

import attrs

from ...actors.orders.graph import group_of, parent_of
from ...actors.orders.model import Order
from ..world import Violation, World, WorldBot
from ..world.agreement import PREFIX

ZERO = Fraction(0)


@attrs.frozen
class There:
    """What the exchange has of an order, under all its names. filled, rests: base currency."""

    filled: Fraction = ZERO
    rests: Fraction = ZERO
    open: int = 0  # how often it rests


class Witness:
    """Of one story. names: of its orders, by id, as far as they are known."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self._bots: list[WorldBot] = []
        self._told: dict[str, dict[str, Order]] = {}  # what callers were answered, by bot and id

    def begin(self, bots: Iterable[WorldBot]) -> None:
        """The story begins."""
        self._bots = list(bots)

    def was_told(self, bot: WorldBot, orders: Iterable[Order]) -> None:
        """Somebody was answered that these orders are taken in."""
        self._told.setdefault(bot.name, {}).update((order.id, order) for order in orders)

    def forgotten(self, bot: WorldBot) -> Iterator[str]:
        """What was answered to somebody and is not there, or belongs to others now."""
        for order_id, told in self._told.get(bot.name, {}).items():
            order = bot.books.order(order_id)
            if order is None:
                yield f"{self._name(told)} was answered to its caller, and is in no book"
            elif parent_of(order) != parent_of(told):
                yield f"{self._name(told)} comes after another order than its caller was told"
            elif group_of(order) != group_of(told):
                yield f"{self._name(told)} is of another group than its caller was told"

    def look(self, world: World) -> list[Violation]:
        """What must never be at the exchange. A checker, as the invariants are."""
        return [
            Violation("G1", bot.name, words)
            for bot in self._bots
            if world.bots.get(bot.name) is bot
            for words in self._wrong(bot)
        ]

    # -- inside

    def _wrong(self, bot: WorldBot) -> Iterator[str]:
        orders, names = bot.books.orders, defaultdict[str, list[str]](list)
        for name, order_id in bot.books.ids.items():
            names[order_id].append(name)
        for each in bot.oracle.orders():
            if each.client_id.startswith(PREFIX) and each.client_id not in bot.books.ids:
                yield f"{each.side} {float(each.amount):g} is there as {each.client_id}, in no book"
        there = {order_id: _there(bot, names[order_id]) for order_id in orders}
        exits: dict[str, list[Order]] = defaultdict(list)
        for order in orders.values():
            yield from self._of_order(order, there[order.id])
            if parent := parent_of(order):
                exits[parent].append(order)
        for parent_id, children in exits.items():
            yield from self._of_family(orders[parent_id], children, there)

    def _of_order(self, order: Order, there: There) -> Iterator[str]:
        """It rests once at most, and never is there for more than it is for."""
        if there.open > 1:
            yield f"{self._name(order)} rests there {there.open} times"
        if there.filled + there.rests > Fraction(order.amount):
            words = f"{self._name(order)} is for {order.amount:f}, and there for "
            yield f"{words}{float(there.filled + there.rests):g}"

    def _of_family(
        self, parent: Order, children: list[Order], there: dict[str, There]
    ) -> Iterator[str]:
        """What was bought is sold once at most, and no more of it is offered in turns."""
        bought = there[parent.id].filled
        away = [child for child in children if child.side != parent.side]
        sold = sum((there[child.id].filled for child in away), ZERO)
        if sold > bought:
            words = f"{float(sold):g} of {self._name(parent)} were closed"
            yield f"{words}, of which {float(bought):g} had filled"
        turns = [child for child in away if (group := group_of(child)) and group.swap]
        offered = sum((there[child.id].rests for child in turns), ZERO)
        if offered + sold > bought:
            words = f"{float(offered):g} of {self._name(parent)} are offered at a time"
            yield f"{words}, of which {float(bought - sold):g} are left"

    def _name(self, order: Order) -> str:
        return self.names.get(order.id, order.client_id)


def _there(bot: WorldBot, names: Iterable[str]) -> There:
    filled = rests = ZERO
    count = 0
    for name in names:
        each = bot.oracle.order(name)
        if each is None:
            continue
        filled += each.filled
        if each.is_open:
            count += 1
            rests += each.amount - each.filled
    return There(filled, rests, count)
