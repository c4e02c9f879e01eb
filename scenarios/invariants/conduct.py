"""Invariants of the runtime and of manners on the wire (R), and of secrets (S)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..world import Violation, World, WorldBot
from ..world.wiretap import LOOKS
from ..world.world import CALM

FENCE: Final = 17_000  # ms after which an unknown outcome is overdue at Binance
ANSWER: Final = 10_000  # ms that a request may still lie about before it leaves
LATE: Final = 5_000  # ms that the gate may take to hear of anything
DIALS: Final = 300  # connections that Binance allows an address in five minutes
ORDER_KEEPERS: Final = frozenset({"desk", "portfolio", "store", "connector"})


def check_r2(world: World) -> list[Violation]:
    """After a stop nothing is left: no process, no connection. Files are counted by the runner."""
    if not world.is_over:
        return []
    return [
        Violation("R2", name, f"{left} connections were left open")
        for name, bot in world.bots.items()
        for left in (bot.network.open_connections, *(life.left_open for life in bot.lives))
        if left
    ]


def check_r3(world: World) -> list[Violation]:
    """No message of orders is dropped, and no mailbox is over its bound."""
    return list(_r3(world))


def _r3(world: World) -> Iterator[Violation]:
    for name, memory in world.memories.items():
        for node in memory.tree.walk():
            box = node.mailbox
            if box is None:
                continue
            if node.name in ORDER_KEEPERS and box.dropped + box.conflated:
                yield Violation("R3", name, f"{node.path} lost {box.dropped + box.conflated}")
            if box.depth > box.bound:
                yield Violation("R3", name, f"{node.path} holds {box.depth} of {box.bound}")


def check_r4(world: World) -> list[Violation]:
    """The gate opens once the account was read, and only while line and outcomes are well."""
    return list(_r4(world))


def _r4(world: World) -> Iterator[Violation]:
    for name, bot in world.bots.items():
        if not bot.is_open:
            continue
        is_awake = world.clock.awake_for > LATE  # else it has had no turn to close it (K11)
        since = bot.line_since() if is_awake else None
        if bot.line != "up" and since is not None and bot.now() - since > LATE:
            yield Violation("R4", name, f"the gate is open, and the line is {bot.line}")
        if unread := bot.hearing.unread.get(len(bot.lives)):
            words = f"the gate opened, and {unread} of {len(LOOKS)} parts of the account were "
            yield Violation("R4", name, words + "not read since the line came up")
        for order in bot.books.waiting() if is_awake else ():
            if order.status == "unknown" and bot.in_doubt_for(order.id) > ANSWER + FENCE + LATE:
                words = f"the gate is open, and {order.client_id} is unknown for too long"
                yield Violation("R4", name, words)


def check_r5(world: World) -> list[Violation]:
    """One seed, one run: turns and journals have the hash that they had before."""
    if not world.is_over or not world.expected_hash or world.hash == world.expected_hash:
        return []
    return [Violation("R5", "", f"the run has hash {world.hash}, not {world.expected_hash}")]


def check_r8(world: World) -> list[Violation]:
    """After the last fault all is in order again within a bounded time."""
    took = world.converged_within
    if took is None or took <= CALM:
        return []
    return [Violation("R8", "", f"it took {took:,.0f} s after the last fault")]


def check_r9(world: World) -> list[Violation]:
    """Nobody asks while he was told to wait, and nobody dials without end."""
    return list(_r9(world))


def _r9(world: World) -> Iterator[Violation]:
    for venue in world.venues.values():
        yield from (Violation("R9", "", words) for words in venue.tap.into_bars)
    for name, bot in world.bots.items():
        if bot.uplink.most_dials > DIALS:
            words = f"{bot.uplink.most_dials} connections were tried within five minutes"
            yield Violation("R9", name, words)


def check_s1(world: World) -> list[Violation]:
    """No secret appears in what is told, written down or kept on disk."""
    if not world.is_over:
        return []
    return [
        Violation("S1", name, f"a secret stands in {place}")
        for name, bot in world.bots.items()
        for place in _shown(world, bot)
    ]


def _shown(world: World, bot: WorldBot) -> Iterator[str]:
    secrets = bot.secrets()
    for told in bot.told:
        words = " ".join([told.event, *map(str, told.fields.values())])
        if any(secret in words for secret in secrets):
            yield f"what the bot said at {told.at}"
    for moment in world.timeline:
        if any(secret in moment.text for secret in secrets):
            yield f"the timeline at {moment.at}"
    for file in sorted(bot.disk.folder.rglob("*")):
        if file.is_file():
            content = file.read_bytes()
            if any(secret.encode() in content for secret in secrets):
                yield file.name
