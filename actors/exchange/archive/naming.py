"""What the name of a file says of its contents, and how symbols are written outside.

freqtrade writes `XRP_USDT_USDT-1h-mark.feather`, Binance `ADABTC-1m-2021-11-27.csv`, Bybit
`2024-12-01_XRPUSDT_ob500.data.zip`. What a name does not say, the caller must.
"""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from typing import Final

import attrs

from ...market.errors import BadValue
from ...market.symbol import Symbol, is_asset
from ...market.timeframe import TimeFrame
from .series import Kind

_FREQTRADE: Final = re.compile(
    r"(?P<base>[A-Z0-9]+)_(?P<quote>[A-Z0-9]+)(?:_(?P<settle>[A-Z0-9]+))?-"
    r"(?:(?P<frame>[1-9]\d{0,3}[smhdwM])(?:-(?P<kind>futures|mark|index|funding_rate))?|trades)\b"
)
_BINANCE: Final = re.compile(r"(?P<pair>[A-Z0-9]{5,})-(?P<frame>[1-9]\d{0,3}[smhdwM])-\d{4}-\d\d")
_BYBIT: Final = re.compile(r"\d{4}-\d\d-\d\d_(?P<pair>[A-Z0-9]{5,})_ob\d+\b")
_QUOTES: Final = (
    *("USDT", "USDC", "FDUSD", "BUSD", "TUSD", "DAI", "USD"),
    *("EUR", "GBP", "TRY", "JPY", "BRL", "BTC", "ETH", "BNB", "TRX", "XRP"),
)
"""What pairs are paid with, so that a venue's BTCUSDT can be taken apart; the longest that fits."""


@attrs.frozen
class Hint:
    """What a name says; None: nothing."""

    symbol: Symbol | None = None
    frame: TimeFrame | None = None
    kind: Kind | None = None


def hint_of(path: str) -> Hint:
    """What the name of a file says of its contents.

    >>> hint = hint_of("data/XRP_USDT_USDT-1h-mark.feather")
    >>> str(hint.symbol), str(hint.frame), hint.kind.value
    ('XRP/USDT:USDT', '1h', 'mark')
    """
    name = os.path.basename(path)  # noqa: PTH119 - `path` stays text
    if found := _FREQTRADE.match(name):
        symbol = Symbol(found["base"], found["quote"], found["settle"] or "")
        return Hint(symbol, _frame(found["frame"]), _kind(found["frame"], found["kind"]))
    if found := _BINANCE.match(name):
        return Hint(split(found["pair"]), _frame(found["frame"]), Kind.CANDLES)
    if found := _BYBIT.match(name):
        return Hint(split(found["pair"]), None, Kind.BOOK)
    return Hint()


def parse_symbol(text: str, *, place: str) -> Symbol:
    """The symbol that a text writes, of a pair or a perpetual contract. Raises BadValue.

    >>> parse_symbol("XRP/USDT:USDT", place="--symbol").settle
    'USDT'
    """
    pair, colon, settle = text.partition(":")
    base, _, quote = pair.partition("/")
    upper = text.upper()
    if text != upper and is_asset(base) and is_asset(quote):
        raise BadValue(place, text, f'assets are written in upper case: did you mean "{upper}"?')
    if not all(map(is_asset, (base, quote))) or (colon and not is_asset(settle)) or base == quote:
        raise BadValue(place, text, 'write it as "BTC/USDT", a contract as "BTC/USDT:USDT"')
    return Symbol(base, quote, settle)


def split(pair: str) -> Symbol | None:
    """The pair that a venue writes without a slash; None where what it is paid with is unknown.

    >>> str(split("ADABTC"))
    'ADA/BTC'
    """
    for quote in sorted(_QUOTES, key=len, reverse=True):
        base = pair.removesuffix(quote)
        if base != pair and is_asset(base):
            return Symbol(base, quote)
    return None


def is_named(symbol: Symbol, text: str) -> bool:
    """Whether a text from a file means this symbol: as we write it, or as a venue does."""
    return text in {str(symbol), f"{symbol.base}/{symbol.quote}", f"{symbol.base}{symbol.quote}"}


def close_to(word: str, known: list[str]) -> str:
    """The hint of an error: what may have been meant."""
    close = get_close_matches(word, known, n=1)
    return f'did you mean "{close[0]}"?' if close else f"there are {', '.join(known) or 'none'}"


def _frame(text: str | None) -> TimeFrame | None:
    return None if text is None else TimeFrame.parse(text)


def _kind(frame: str | None, word: str | None) -> Kind:
    if frame is None:
        return Kind.TRADES
    kinds = {"mark": Kind.MARK, "index": Kind.INDEX, "funding_rate": Kind.FUNDING}
    return kinds.get(word or "", Kind.CANDLES)
