"""What the ledger of an account begins with, where the journal has never seen the account."""

from __future__ import annotations

from typing import TypeAlias

import attrs


@attrs.frozen
class FromDeposits:
    """With the deposits that the portfolio was given: a simulated account, or none of ours yet."""


@attrs.frozen
class FromVenue:
    """With what the venue holds at the first look, of the assets that are traded."""


Opening: TypeAlias = FromDeposits | FromVenue
