"""What must be true of a store after its process was killed, given what its clients had heard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal

import attrs

from ..actors.orders.model import LIVE, Order
from ..storage.errors import StoreError, StoreMissing
from ..storage.reading import audit_store, read_closed_orders, read_orders
from ..storage.verification import inspect_here
from .kills_bot import EXCHANGES, arrivals

INTENT: Final = "intent"


@attrs.frozen
class Ack:
    """What a client was told of an order."""

    account: str
    order_id: str
    status: str
    filled: Decimal


@attrs.define
class Heard:
    """What a process said before it was killed."""

    acks: list[Ack] = attrs.field(factory=list)
    ready: Literal["", "agree", "differ"] = ""
    errors: list[str] = attrs.field(factory=list)


def parse(said: bytes) -> Heard:
    """What was said; half a line at the end was not."""
    heard = Heard()
    for line in said.decode().split("\n")[:-1]:
        match line.split(" ", 1):
            case ["ack", rest]:
                account, order_id, status, filled = rest.split(" ")
                heard.acks.append(Ack(account, order_id, status, Decimal(filled)))
            case ["ready", "agree"]:
                heard.ready = "agree"
            case ["ready", "differ"]:
                heard.ready = "differ"
            case _:
                heard.errors.append(line)
    return heard


def check(folder: Path, acks: Iterable[Ack]) -> Iterator[str]:
    """What is wrong with the store in `folder`; nothing where all is well."""
    store, acks = folder / "store", list(acks)
    try:
        live = {account.name: account.orders for account in read_orders(store)}
        closed = read_closed_orders(store, inspector=inspect_here)
        audit = audit_store(store, inspector=inspect_here)
    except StoreMissing:
        if acks:
            yield "lost: there is no store"
        return
    except StoreError as error:
        yield f"torn: {error}"
        return
    yield from (f"torn: {found.code} of {found.account}: {found.detail}" for found in audit)
    for account in EXCHANGES:
        orders = (*live.get(account, ()), *closed.get(account, ()))
        by_id = {order.id: order for order in orders}
        yield from _twice(orders)
        yield from _compare(by_id, [ack for ack in acks if ack.account == account])
        yield from _at_the_venue(folder, account, orders)


def _twice(orders: Iterable[Order]) -> Iterator[str]:
    for what, count in Counter(order.id for order in orders).items():
        if count > 1:
            yield f"twice: order {what} is there {count} times"
    for what, count in Counter(order.client_id for order in orders).items():
        if count > 1:
            yield f"twice: {count} orders have the client id {what}"


def _compare(orders: dict[str, Order], acks: list[Ack]) -> Iterator[str]:
    """An order may have gone on since its client heard of it, but never back."""
    for ack in acks:
        order = orders.get(ack.order_id)
        if order is None:
            yield f"lost: order {ack.order_id} was answered as {ack.status}"
        elif order.filled < ack.filled:
            yield f"lost: order {ack.order_id} was answered with {ack.filled} filled"
        elif ack.status not in LIVE and order.status != ack.status:
            yield f"lost: order {ack.order_id} was answered as {ack.status}, is {order.status}"
        elif order.status == INTENT and ack.status != INTENT:
            yield f"lost: order {ack.order_id} was answered as {ack.status}, is an intent"


def _at_the_venue(folder: Path, account: str, orders: Iterable[Order]) -> Iterator[str]:
    """What reached the venue was durable before (O3), and came there once (O2)."""
    known = {order.client_id for order in orders}
    sent = Counter(
        arrival.submit.client_id for arrival in arrivals(folder, account) if arrival.submit
    )
    for client_id, count in sent.items():
        if client_id not in known:
            yield f"lost: {client_id} reached the venue, and the store knows nothing of it"
        if count > 1:
            yield f"twice: {client_id} was sent to the venue {count} times"
