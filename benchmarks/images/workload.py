"""What the recorded process commits: the same for every run of one seed, so that the checker knows.

Each writer has an account of its own, and what an account's n-th commit says follows from the seed
alone; only how the writers' commits fall together into transactions is left to chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from random import Random

from ...actors.orders.journal import Commit
from ...actors.orders.model import Order
from ...storage.graph import graph_hash
from ..orders import Scribe

WRITERS = 8
COMMITS = 40  # of each writer


def account_of(writer: int) -> str:
    """The account that a writer writes."""
    return f"account-{writer}"


def commits_of(writer: int, seed: int, count: int = COMMITS) -> Iterator[tuple[Commit, Scribe]]:
    """The commits of one writer, and the scribe as it stands after each."""
    chance = Random(f"{seed}/{writer}")  # noqa: S311 - seeded
    scribe = Scribe(account_of(writer), chance=writer + 1)
    yield scribe.deposit(), scribe
    yield scribe.deposit_base(), scribe
    for _ in range(count - 2):
        yield _next(scribe, chance), scribe


def workload_hash() -> str:
    """What tells one workload from another: a sweep over another one is not gone on with."""
    *_, (_, scribe) = commits_of(0, 0)
    return graph_hash(scribe.orders.values(), scribe.balances.values())


def _next(scribe: Scribe, chance: Random) -> Commit:
    """Something that can happen: to a plain order, or to one that is chained and grouped."""
    step = chance.choice(("place", "bracket", "accept", "half", "trade", "cancel", "edit"))
    order = chance.choice(list(scribe.orders.values())) if scribe.orders else None
    if order is None or step in {"place", "bracket"}:
        return scribe.bracket() if step == "bracket" else scribe.place()
    if order.status == "due" or order.wish is not None:
        return scribe.send(order.id) if order.status == "due" else scribe.take_back(order.id)
    return _to(order, step, scribe)


def _to(order: Order, step: str, scribe: Scribe) -> Commit:
    if step == "cancel":
        return scribe.cancel(order.id)
    if step == "edit" or order.status == "chained":
        return scribe.edit(order.id)
    if step == "accept" and order.status == "intent":
        return scribe.accept(order.id)
    return scribe.trade(order.id, Decimal("0.5") if step == "half" else Decimal(1))
