"""Invariants of what is on disk (P): memory, store and books say the same."""

from __future__ import annotations

from collections.abc import Iterator

from ...storage.audit import Violation as Fault
from ...storage.environment import open_to_read
from ...storage.reading import audit_store, stored_accounts
from ...storage.tables import Tables
from ...storage.verification import inspect_here
from ..world import Violation, World, WorldBot


def check_p1(world: World) -> list[Violation]:
    """Memory and disk say the same, whenever nothing is under way."""
    return [
        Violation("P1", name, f"memory and disk differ after commit {memory.commits}")
        for name, memory in world.memories.items()
        if not memory.agrees
    ]


def check_p2(world: World) -> list[Violation]:
    """What was acknowledged outlives each kill: in the end it is all on the disk."""
    if not world.is_over:
        return []
    return [
        Violation("P2", name, f"{bot.books.commits} commits were acknowledged, {there} are there")
        for name, bot in world.bots.items()
        if bot.books.commits
        for there in (_stored(bot),)
        if there != bot.books.commits
    ]


def check_p3(world: World) -> list[Violation]:
    """An order, its reservation, its trades and its entries are written together."""
    if not world.is_over:
        return []
    return [
        Violation("P3", name, f"{fault.code} {fault.detail}")
        for name, bot in world.bots.items()
        if bot.books.commits
        for fault in _audited(bot)
    ]


def check_p4(world: World) -> list[Violation]:
    """A restart comes back to what was acknowledged, and until the gate opens only reads."""
    return list(_p4(world))


def _p4(world: World) -> Iterator[Violation]:
    for name, bot in world.bots.items():
        for loaded in bot.books.loads[-1:]:
            if loaded.orders != loaded.expected_orders:
                yield Violation("P4", name, f"epoch {loaded.epoch} began with other orders")
            if loaded.balances != loaded.expected_balances:
                yield Violation("P4", name, f"epoch {loaded.epoch} began with other balances")
        yield from _written_early(world, bot)


def _written_early(world: World, bot: WorldBot) -> Iterator[Violation]:
    """Entries that were sent by a process whose gate had not been open yet."""
    for venue in world.venues.values():
        for sent in venue.tap.orders[-1:]:
            order = bot.books.by_client_id(sent.client_id)
            if sent.bot != bot.name or order is None or order.purpose != "entry":
                continue
            life, placed = bot.record.placed_in(order.id)
            opened = bot.hearing.opened_at.get(life)
            if (opened is None or opened > placed) and world.elapsed_at > placed:
                words = f"{sent.client_id} was placed before the gate had opened"
                yield Violation("P4", bot.name, words)


def _stored(bot: WorldBot) -> int:
    with open_to_read(bot.disk.folder) as environment:
        tables = Tables(environment.tables)
        accounts = environment.read(lambda txn: stored_accounts(txn, tables))
    return sum(each.commits for each in accounts)


def _audited(bot: WorldBot) -> list[Fault]:
    return audit_store(bot.disk.folder, inspector=inspect_here)
