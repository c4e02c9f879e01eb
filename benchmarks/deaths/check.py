"""What must be true of a bot and its exchange after each restart, once nothing is under way.

`disagreeing` may pass while messages are under way, and is waited for; `doubled` and `lost` never
may be. What belongs together is looked at in `families`, what rests at the exchange in `resting`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Protocol, get_args

import attrs

from ...actors.orders.model import LIVE, Order, Status
from ...scenarios.world import Books, Told, TrueOrder
from ...scenarios.world.agreement import PREFIX
from .families import exits_of, forgotten, overdone, unguarded, unheard
from .resting import Resting, crowded, misplaced

STATUS: Final = "order "  # how the log begins to tell of one
STATUSES: Final = frozenset(f"{STATUS}{status}" for status in get_args(Status))
STAGE: Final[Mapping[str, int]] = MappingProxyType(
    {"chained": 0, "inactive": 1, "due": 1, "intent": 2, "unknown": 3, "accepted": 3}
)
"""How far on its way an order is; under one name it never goes back."""


class Known(Protocol):
    """What an exchange knows of an account."""

    def orders(self) -> list[TrueOrder]:
        """All orders, oldest first."""
        ...


class Site(Known, Resting, Protocol):
    """All that is asked of an exchange."""

    @property
    def price(self) -> Fraction | None:
        """What the market traded at last."""
        ...


class Witness(Protocol):
    """A bot, as far as it is looked at."""

    @property
    def books(self) -> Books:
        """What its store holds."""
        ...

    @property
    def told(self) -> Sequence[Told]:
        """What its log said."""
        ...

    @property
    def oracle(self) -> Known:
        """What the exchange knows."""
        ...


@attrs.frozen
class Look:
    """A bot as it stands at one moment. life: its latest."""

    books: Books
    told: Sequence[Told]
    oracle: Site
    life: int = 1

    def in_motion(self) -> Iterator[str]:
        """What may pass by itself, and is waited for."""
        yield from misplaced(self.books, self.oracle)
        yield from unheard(self.books, self.oracle.price)
        held_up = self._those_told("order held up", self.life)
        for order in self.books.live.values():
            if order.status == "due" and order.id not in held_up:
                yield f"{order.client_id} is due, and nobody says in life {self.life} why it waits"

    def doubled(self) -> Iterator[str]:
        """What is there more than once, or was done twice."""
        yield from doubled(self)
        yield from crowded(self.books, self.oracle)
        yield from overdone(self.books, exits_of(self.books))

    def lost(self, acks: Mapping[str, Order]) -> Iterator[str]:
        """What is gone, is waited for by nobody, or has no stop any more."""
        yield from lost(self, acks)
        yield from forgotten(self.books)
        yield from unguarded(self.books, exits_of(self.books), self._those_told("unguarded"))

    def _those_told(self, event: str, life: int = 0) -> set[str]:
        """Ids of the orders of which it was told, in one life or (0) in any."""
        return {
            str(each.fields.get("order"))
            for each in self.told
            if each.event == event and life in {0, each.life}
        }


def doubled(bot: Witness) -> Iterator[str]:
    """Client ids that the exchange has more than once, or more than one of our orders has (O2)."""
    there = Counter(each.client_id for each in bot.oracle.orders())
    for client_id, count in there.items():
        if count > 1 and client_id.startswith(PREFIX):
            yield f"doubled: {client_id} is at the exchange {count} times"
    for client_id in bot.books.reused:
        yield f"doubled: more than one order has the client id {client_id}"


def lost(bot: Witness, acks: Mapping[str, Order]) -> Iterator[str]:
    """What somebody was told of, and is not known any more (P1, O1)."""
    books = bot.books
    there = {each.client_id for each in bot.oracle.orders()}
    for ack in acks.values():
        yield from _gone(books.order(ack.id), ack.client_id, ack.status, there)
    for told in bot.told:
        if told.event in STATUSES:
            yield from _untold(books, told, there)
    for client_id in sorted(there):
        if client_id.startswith(PREFIX) and books.by_client_id(client_id) is None:
            yield f"lost: {client_id} is at the exchange, and the store knows nothing of it"


def _untold(books: Books, told: Told, there: set[str]) -> Iterator[str]:
    client_id = str(told.fields.get("id", ""))
    status = told.event.removeprefix(STATUS)
    yield from _gone(books.by_client_id(client_id), client_id, status, there)


def _gone(order: Order | None, client_id: str, status: str, there: set[str]) -> Iterator[str]:
    """An order may have gone on since it was told of, but never back."""
    if order is None:
        yield f"lost: {client_id} was told of as {status}, and the store knows nothing of it"
    elif _went_back(order, client_id, status):
        yield f"lost: {client_id} was told of as {status}, is {order.status}"
    elif (names := _names_there(order, client_id, status)) and there.isdisjoint(names):
        yield f"lost: {client_id} was told of as {status}, and the exchange never had it"


def _went_back(order: Order, client_id: str, status: str) -> bool:
    """Under another name it begins anew, but never once it has ended."""
    if status not in LIVE:
        return order.status != status
    return order.client_id == client_id and _stage(order.status) < _stage(status)


def _stage(status: str) -> int:
    """Ends are behind all else."""
    return STAGE.get(status, 9)


def _names_there(order: Order, client_id: str, status: str) -> set[str]:
    """Under one of which the exchange must have had it; what waited here it may never have had."""
    if status == "accepted":
        return {client_id}
    has_been = order.plan is None or order.venue_id or order.plan.aliases
    if status == "filled" or (status == "cancelled" and has_been):
        return {client_id, *order.names}
    return set()
