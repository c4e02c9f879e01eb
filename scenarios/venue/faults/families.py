"""How a plan says which family of markets is meant: "usdm:BTCUSDT"."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ....actors.matching.values import Family

FAMILIES: Final[Mapping[str, Family]] = MappingProxyType(
    {"spot": "spot", "usdm": "linear", "coinm": "inverse"}
)


def family_and_market(symbol: str) -> tuple[Family | None, str]:
    """The family that a symbol names ("usdm:BTCUSDT"), if any, and the market in it."""
    prefix, colon, rest = symbol.partition(":")
    family = FAMILIES.get(prefix.lower()) if colon else None
    return (None, symbol) if family is None else (family, rest)
