"""Single values of a bot file with a rule of their own. What a whole file says is `reading`."""

from __future__ import annotations

from typing import Any, Final

from ..market.symbol import is_asset
from .config import Kept
from .errors import Unexpected

LONGEST: Final = 36_500  # days


def read_asset(value: Any) -> str:
    """The name of an asset. Raises Unexpected."""
    if not is_asset(value):
        raise Unexpected(f"{value!r} cannot be an asset: write it as venues do, such as USDT")
    return str(value)


def read_kept(value: Any) -> Kept:
    """How long the past of orders is kept: "all", "none" or days. Raises Unexpected."""
    if value in ("all", "none"):
        return Kept(None if value == "all" else 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST:
        told = f"{value!r}"[:60]
        raise Unexpected(f'{told}: write "all", "none", or days from 1 to {LONGEST:,}, such as 90')
    return Kept(value)
