"""The API keys of the venue's accounts: who they stand for and what they may do.

Secrets are shown to nobody: a `Secret` prints as stars wherever it ends up.
"""

from __future__ import annotations

import random
import string
from typing import Final, Literal

import msgspec

from ....actors.matching.values import AccountId
from ....runtime.errors import UsageError
from .errors import bad_key_format, rejected_key

Permission = Literal["read", "trade", "futures", "withdraw"]
ALL_TRADING: Final[frozenset[Permission]] = frozenset(("read", "trade", "futures"))
KEY_LENGTH: Final = 64
_LETTERS: Final = string.ascii_letters + string.digits


class Secret:
    """Text that must not be printed; `reveal` gives it to the one who signs."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """One key of an account."""

    key: str
    secret: Secret  # of HMAC keys; of an Ed25519 key its public key in PEM
    account: AccountId
    permissions: frozenset[Permission] = ALL_TRADING
    kind: Literal["hmac", "ed25519"] = "hmac"
    addresses: frozenset[str] = frozenset()  # it may come from these only; empty: from anywhere
    created_at: int = 1_600_000_000_000  # ms


class KeyRing:
    """All keys of the venue, by their public half."""

    def __init__(self) -> None:
        self._keys: dict[str, ApiKey] = {}

    def add(self, key: ApiKey) -> ApiKey:
        """Take a key; the same public half twice is a UsageError."""
        if key.key in self._keys:
            raise UsageError(f"API key {key.key[:8]}… is there already: give each account its own")
        self._keys[key.key] = key
        return key

    def revoke(self, key: str) -> None:
        """Forget a key; harmless where it is not known."""
        self._keys.pop(key, None)

    def get(self, text: str) -> ApiKey | None:
        """The key of this text; None where there is none."""
        return self._keys.get(text)

    def of_account(self, account: AccountId) -> list[ApiKey]:
        """The keys of an account, oldest first."""
        return [key for key in self._keys.values() if key.account == account]

    def find(self, text: str | None, address: str) -> ApiKey:
        """The key of this text that may be used from this address; else an ApiError."""
        if text is None or len(text) != KEY_LENGTH or not text.isascii() or not text.isalnum():
            raise bad_key_format()
        key = self._keys.get(text)
        if key is None or (key.addresses and address not in key.addresses):
            raise rejected_key()
        return key


def draw_key(chance: random.Random) -> str:
    """A key or secret as the venue makes them: 64 letters and digits."""
    return "".join(chance.choices(_LETTERS, k=KEY_LENGTH))
