"""What several bots know of bans: read from their stores before the start, kept in all of them.

A ban is of an address, which bots share, and a store is of one bot, which may be started alone the
next time. So each store gets every ban.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...runtime import Actor, AskError, NoSuchActor, Refusal, on
from ..exchange.bans import Ban, RecallBans, RememberBan


class SharedBans(Actor):
    """Answers `RememberBan` and `RecallBans`.

    known: what the stores held before the start. stores: their paths; those that are away, or
    refuse, are passed over: what is kept here still counts for as long as this process lives.
    """

    def __init__(self, known: Iterable[Ban] = (), stores: Iterable[str] = ()) -> None:
        self._bans = {ban.address: ban for ban in sorted(known, key=lambda each: each.until)}
        self._stores = tuple(stores)

    @on(RememberBan)
    async def remember(self, message: RememberBan) -> None:
        self._bans[message.ban.address] = message.ban
        for path in self._stores:
            try:
                await self.ask(self.lookup(path), message)
            except (NoSuchActor, AskError, Refusal):
                continue

    @on(RecallBans)
    def recall(self, message: RecallBans) -> tuple[Ban, ...]:
        return tuple(ban for ban in self._bans.values() if ban.until > message.now)
