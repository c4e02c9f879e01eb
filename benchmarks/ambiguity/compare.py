"""The books of a bot held against what the exchange itself knows, order for order. Pure.

Written once more, beside the invariants of the scenarios, and from both sides: what the exchange
has must be in the books once, and what is in the books must be so there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Final, Literal

import attrs

from ...actors.orders.model import LIVE, Order
from ...actors.portfolio.model import Balance
from ...scenarios.world import TrueOrder
from ...scenarios.world.agreement import ENDS

Sort = Literal["duplicated", "forgotten", "wrong"]
SORTS: Final[tuple[Sort, ...]] = ("duplicated", "forgotten", "wrong")


@attrs.frozen
class Flaw:
    """Something that should not be. client_id: of the order; empty: it is about money."""

    sort: Sort
    client_id: str
    words: str

    def __str__(self) -> str:
        return f"{self.sort}: {self.client_id} {self.words}" if self.client_id else self.words


@attrs.frozen(kw_only=True)
class There:
    """What the exchange knows: of orders, oldest first, and of money, by asset."""

    orders: list[TrueOrder]
    balances: Mapping[str, Fraction]
    requests: Mapping[str, int]  # creates that arrived, by client id


@attrs.frozen(kw_only=True)
class Here:
    """What the books say, by client id and asset. placed: client ids that callers were told."""

    orders: Mapping[str, Order]
    balances: Mapping[str, Balance]
    placed: Iterable[str] = ()


def flaws(here: Here, there: There) -> Iterator[Flaw]:
    """All that differs, once every order has ended."""
    yield from _duplicated(there)
    yield from _forgotten(here, there)
    newest = {each.client_id: each for each in there.orders}
    for client_id, order in here.orders.items():
        yield from of_order(order, newest.get(client_id))
    yield from of_money(here.balances, there.balances)


def _duplicated(there: There) -> Iterator[Flaw]:
    """Accepted more than once (O2, O7), or asked for more than once, whatever came of it."""
    for client_id, times in Counter(each.client_id for each in there.orders).items():
        if times > 1:
            yield Flaw("duplicated", client_id, f"is at the exchange {times} times")
    for client_id, times in there.requests.items():
        if times > 1:
            yield Flaw("duplicated", client_id, f"was sent {times} times")


def _forgotten(here: Here, there: There) -> Iterator[Flaw]:
    """At the exchange, on the wire or promised to somebody, and in no book (O1)."""
    for each in there.orders:
        if each.client_id not in here.orders:
            yield Flaw("forgotten", each.client_id, f"is {each.status} there, and in no book")
    known = {each.client_id for each in there.orders}
    for client_id in there.requests:
        if client_id not in here.orders and client_id not in known:
            yield Flaw("forgotten", client_id, "was sent, and is in no book")
    for client_id in here.placed:
        if client_id not in here.orders:
            yield Flaw("forgotten", client_id, "was answered to its caller, and is in no book")


def of_order(here: Order, there: TrueOrder | None) -> Iterator[Flaw]:
    """How one order differs; an end is wrong where the exchange has another, or none (O5)."""
    name = here.client_id
    if there is None:
        if here.status != "refused":
            yield Flaw("wrong", name, f"is {here.status} here, and was never there")
        return
    ended = ENDS.get(there.status, "refused")
    if here.status in LIVE or there.is_open:
        if not (here.status == "accepted" and there.is_open):
            yield Flaw("wrong", name, f"is {here.status} here, and {there.status} there")
    elif here.status != ended:
        yield Flaw("wrong", name, f"is {here.status} here, and {there.status} there")
    if Fraction(here.filled) != there.filled:
        words = f"has filled {here.filled} here, and {float(there.filled):g} there"
        yield Flaw("wrong", name, words)
    if Fraction(here.cost) != there.cost:
        words = f"has cost {here.cost} here, and {float(there.cost):.12g} there"
        yield Flaw("wrong", name, words)


def of_money(here: Mapping[str, Balance], there: Mapping[str, Fraction]) -> Iterator[Flaw]:
    """To the last digit, whatever is reserved for what."""
    for asset in sorted(here.keys() | there.keys()):
        balance, held = here.get(asset), there.get(asset, Fraction(0))
        total = Fraction(0) if balance is None else Fraction(balance.total)
        if total != held:
            words = f"the books have {float(total):.12g} {asset}, the exchange {float(held):.12g}"
            yield Flaw("wrong", "", words)
