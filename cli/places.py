"""Paths on the command line."""

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


def market_data() -> Path:
    """The store of market data that is meant where none is named."""
    return Path(os.environ.get("BENTHIC_DATA") or "market-data")
