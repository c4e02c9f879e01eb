"""What the recorded process commits: the same for every run of one seed, so that the checker knows.

Each writer has an account of its own, and what an account's n-th commit says follows from the seed
alone; only how the writers' commits fall together into transactions is left to chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from random import Random

from ...actors.orders.journal import Commit
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
    for _ in range(count - 1):
        yield _next(scribe, chance), scribe


def _next(scribe: Scribe, chance: Random) -> Commit:
    step = chance.choice(("place", "place", "accept", "half", "trade", "cancel"))
    order = chance.choice(list(scribe.orders.values())) if scribe.orders else None
    if order is None or step == "place":
        return scribe.place()
    if step == "accept" and order.status == "intent":
        return scribe.accept(order.id)
    if step == "cancel":
        return scribe.cancel(order.id)
    return scribe.trade(order.id, Decimal("0.5") if step == "half" else Decimal(1))
