"""What must be true of a bot and its exchange after each restart, once nothing is under way.

`disagreeing` may pass while messages are under way, and is waited for; `doubled` and `lost` never
may be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from ...actors.orders.model import LIVE, Order
from ...scenarios.world import Books, Told, TrueOrder
from ...scenarios.world.agreement import PREFIX

STATUS: Final = "order "  # how the log begins to tell of one
TAKEN: Final = frozenset({"accepted", "filled", "cancelled"})  # by the exchange, for certain


class Known(Protocol):
    """What an exchange knows of an account."""

    def orders(self) -> list[TrueOrder]:
        """All orders, oldest first."""
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
        if told.event.startswith(STATUS):
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
    elif status not in LIVE and order.status != status:
        yield f"lost: {client_id} was told of as {status}, is {order.status}"
    elif order.status == "intent" and status != "intent":
        yield f"lost: {client_id} was told of as {status}, is an intent"
    elif status in TAKEN and client_id not in there:
        yield f"lost: {client_id} was told of as {status}, and the exchange never had it"
