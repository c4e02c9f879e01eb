"""Who may not ask, and until when: kept so that a restart does not forget a ban.

A small protocol, as the order journal has one: the budget of an address says what to remember and
asks for it once it starts. `storage` answers on disk; `MemoryBans` is the default.
"""

from __future__ import annotations

import msgspec

from ...runtime import Actor, Ask, Millis, on


class Ban(msgspec.Struct, frozen=True, array_like=True):
    """An address that a venue serves no more before a time."""

    address: str  # as VenueSettings.address has it
    until: Millis
    reason: str


class RememberBan(msgspec.Struct, Ask[None], frozen=True):
    """Keep a ban. The answer comes once it would survive a crash."""

    ban: Ban


class RecallBans(msgspec.Struct, Ask[tuple[Ban, ...]], frozen=True):
    """All bans that were remembered and are not over at `now`."""

    now: Millis


class MemoryBans(Actor):
    """Remembers as long as it lives."""

    def __init__(self) -> None:
        self._bans: dict[str, Ban] = {}

    @on(RememberBan)
    def remember(self, message: RememberBan) -> None:
        self._bans[message.ban.address] = message.ban

    @on(RecallBans)
    def recall(self, message: RecallBans) -> tuple[Ban, ...]:
        return tuple(ban for ban in self._bans.values() if ban.until > message.now)
