"""Listen keys: names of user data streams that die unless they are kept alive.

One account has one key at a time. Asking again gives the same key and another full life.
"""

from __future__ import annotations

import random
import string
from typing import Final

from ....actors.matching.values import AccountId
from ....runtime import Millis
from .errors import ApiError

LIFE: Final = 60 * 60_000  # ms
_LENGTH: Final = 60
_LETTERS: Final = string.ascii_letters + string.digits


class ListenKeys:
    """The living listen keys of one product family."""

    def __init__(self, chance: random.Random, life: int = LIFE) -> None:
        self.life = life
        self._chance = chance
        self._accounts: dict[str, AccountId] = {}
        self._keys: dict[AccountId, str] = {}
        self._ends: dict[str, Millis] = {}

    def create(self, account: AccountId, now: Millis) -> str:
        """The account's key, made where there is none, and kept alive."""
        self.take_expired(now)
        key = self._keys.get(account)
        if key is None:
            key = "".join(self._chance.choices(_LETTERS, k=_LENGTH))
            self._keys[account] = key
            self._accounts[key] = account
        self._ends[key] = Millis(now + self.life)
        return key

    def keep(self, key: str, now: Millis) -> None:
        """Another full life for a key; -1125 where it is dead or never was."""
        self._owner(key, now)
        self._ends[key] = Millis(now + self.life)

    def close(self, key: str, now: Millis) -> AccountId:
        """End a key; its account. -1125 where it is dead or never was."""
        account = self._owner(key, now)
        self._forget(key)
        return account

    def of_account(self, account: AccountId) -> str | None:
        """The key of an account as far as it was looked at; None where it has none."""
        return self._keys.get(account)

    def account(self, key: str, now: Millis) -> AccountId | None:
        """Whose key it is; None where it is dead or never was."""
        if self._ends.get(key, Millis(0)) <= now:
            return None
        return self._accounts[key]

    def next_end(self) -> Millis | None:
        """When the next key dies if nobody keeps it."""
        return min(self._ends.values(), default=None)

    def expire(self, key: str, now: Millis) -> None:
        """Let a key die now; `take_expired` gives it."""
        if key in self._ends:
            self._ends[key] = now

    def expire_all(self, now: Millis) -> None:
        """Let every key die now; `take_expired` gives them."""
        for key in self._ends:
            self._ends[key] = now

    def take_expired(self, now: Millis) -> list[tuple[str, AccountId]]:
        """The keys that have died since the last look, with their accounts, in order of death."""
        dead = sorted((end, key) for key, end in self._ends.items() if end <= now)
        taken = [(key, self._accounts[key]) for _, key in dead]
        for key, _ in taken:
            self._forget(key)
        return taken

    def _owner(self, key: str, now: Millis) -> AccountId:
        account = self.account(key, now)
        if account is None:
            raise ApiError(-1125, "This listenKey does not exist.")
        return account

    def _forget(self, key: str) -> None:
        del self._ends[key]
        del self._keys[self._accounts.pop(key)]
