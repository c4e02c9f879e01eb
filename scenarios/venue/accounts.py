"""The venue's accounts: who they are and what they may do; their money is the clearing's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from ...actors.matching.values import AccountId
from .access.keys import ALL_TRADING, Permission

FIRST_UID: Final = 350_000_000  # an account's public number is this and its own


class AccountPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One account as the venue opens with it.

    deposits: by family ("spot", "linear", "inverse") and asset, decimals as text.
    key, secret: of its API key; empty: drawn from the seed.
    maker, taker: its own rates as decimals in text ("0.001"); empty: those of each market.
    fee_asset: what its spot fees are paid in, with a discount; empty: what it receives.
    """

    name: str
    deposits: Mapping[str, Mapping[str, str]] = {}
    key: str = ""
    secret: str = ""
    permissions: frozenset[Permission] = ALL_TRADING
    addresses: frozenset[str] = frozenset()
    maker: str = ""
    taker: str = ""
    fee_asset: str = ""

    def __repr__(self) -> str:
        return f"AccountPlan(name={self.name!r}, deposits={self.deposits!r})"  # no secret


class AccountEntry(msgspec.Struct, frozen=True):
    """An account that is open; rates in 1e-8, None: those of each market."""

    id: AccountId
    name: str
    maker: int | None
    taker: int | None
    fee_asset: str | None

    @property
    def uid(self) -> int:
        """Its public number."""
        return FIRST_UID + self.id
