"""Whether a bot's books and the exchange tell the same, once nothing is under way. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from ...actors.orders.model import OUT, Order
from .books import Books
from .oracle import Oracle, TrueOrder
from .trading import Trading

PREFIX: Final = "bn-"  # of every client id of ours
ENDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "filled": "filled",
        "cancelled": "cancelled",
        "expired": "cancelled",
        "expired_in_match": "cancelled",
    }
)
"""How an order that has ended at the exchange ends here."""


def differences(books: Books, oracle: Oracle) -> Iterator[tuple[str, str]]:
    """What differs: an invariant's code and a sentence each."""
    theirs = oracle.orders()
    ours = {name: books.orders[order_id] for name, order_id in books.ids.items()}
    yield from of_orders(ours, [each for each in theirs if each.client_id.startswith(PREFIX)])
    yield from of_money(books, oracle.balances())


def disorder_of(bot: Trading) -> Iterator[str]:
    """What is not in order yet with a bot, a sentence each."""
    if not bot.is_running:
        yield f"{bot.name} is down"
    elif not bot.is_open:
        yield f"the gate of {bot.name} is closed"
    books = bot.books
    told = {str(each.fields["order"]) for each in bot.said("order held up")}
    yield from (
        f"{order.client_id} is {order.status}"
        for order in books.waiting()
        if order.status != "due" or order.id not in told  # then it waits for money, say
    )
    yield from (words for _, words in differences(books, bot.oracle))


def of_orders(ours: Mapping[str, Order], theirs: list[TrueOrder]) -> Iterator[tuple[str, str]]:
    """The same of orders. ours: by every client id that they were sent under."""
    times = Counter(each.client_id for each in theirs)
    yield from (("O2", f"{name} is there {n} times") for name, n in times.items() if n > 1)
    filled: dict[str, Fraction] = defaultdict(Fraction)  # by id, under all names
    for there in theirs:
        here = ours.get(there.client_id)
        if here is None:
            yield "O1", f"{there.client_id} is {there.status} at the exchange, and in no book"
            continue
        filled[here.id] += there.filled
        if there.client_id == here.client_id:
            if not _ends_alike(there, here):
                yield "F7", f"{here.client_id} is {here.status} here, and {there.status} there"
        elif there.is_open:
            yield "O2", f"{there.client_id} rests there, and is {here.client_id} by now"
    for here in {order.id: order for order in ours.values()}.values():
        if here.id in filled and Fraction(here.filled) != filled[here.id]:
            said = f"{float(filled[here.id]):g}"
            yield "F7", f"{here.client_id} has filled {here.filled} here, and {said} there"


def _ends_alike(there: TrueOrder, here: Order) -> bool:
    if there.is_open or here.status in OUT:
        return there.is_open and here.status in OUT
    return ENDS.get(there.status) == here.status


def of_money(books: Books, there: Mapping[str, Fraction]) -> Iterator[tuple[str, str]]:
    """The same of money, to the last digit."""
    for asset, balance in sorted(books.balances.items()):
        held = there.get(asset, Fraction(0))
        if Fraction(balance.total) != held:
            yield "F7", f"the books have {balance.total} {asset}, the exchange {float(held):.12g}"
