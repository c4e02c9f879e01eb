"""Market data of all kinds in files of others: what they are of, and what they say."""

from __future__ import annotations

from .books import BookBuilder, books
from .bybit import read_bybit
from .depth import Depth, read_depth
from .funding import read_funding
from .naming import parse_symbol
from .quotes import read_quotes
from .series import Kind, Series
from .survey import Asked, Found, survey
from .trades import read_trades

__all__ = [
    "Asked",
    "BookBuilder",
    "Depth",
    "Found",
    "Kind",
    "Series",
    "books",
    "parse_symbol",
    "read_bybit",
    "read_depth",
    "read_funding",
    "read_quotes",
    "read_trades",
    "survey",
]
