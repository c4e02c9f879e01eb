"""Paths and whole numbers on the command line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from cyclopts import Token

from ..runtime import UsageError


def a_path(_: object, tokens: Sequence[Token]) -> Path:
    """The path of an option. Raises UsageError for the empty one, which would mean this folder."""
    (token,) = tokens
    if not token.value:
        raise UsageError(f"{token.keyword or 'argument'}: the path is empty; give one")
    return Path(token.value)


def a_whole_number(_: object, tokens: Sequence[Token]) -> int:
    """The number of an option, as it was written. Raises UsageError where it has a fraction."""
    (token,) = tokens
    try:
        return int(token.value)
    except ValueError:
        raise UsageError(
            f"{token.keyword or 'argument'} {token.value!r} is no whole number; write one such as 7"
        ) from None


def market_data() -> Path:
    """The store of market data that is meant where none is named."""
    return Path(os.environ.get("BENTHIC_DATA") or "market-data")
