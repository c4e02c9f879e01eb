"""ccxt's markets as listings; pure. Orders, the account and market data have files of their own.

Steps are what ccxt calls precision, which it counts in one of three ways (see `precisionMode` in
its manual). Where a venue names none, the finest step that money has stands in.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from ...market.errors import BadValue
from ...market.fees import Fees
from ...market.instrument import Instrument
from ...market.listing import Family, Listing
from ...market.money import ZERO
from ...market.symbol import Symbol, is_asset
from ..errors import UnsoundAnswer
from .parse_market_data import Asked
from .reading import Reading, shown

DECIMAL_PLACES: Final = 2  # of ccxt: digits after the point
SIGNIFICANT_DIGITS: Final = 3  # of ccxt: digits, wherever the point is; no fixed step
TICK_SIZE: Final = 4  # of ccxt: the step itself
FINEST: Final = Decimal("1E-18")  # of what names no step
_MOST_PLACES: Final = 28


def listings(
    markets: Mapping[str, object], venue: str, precision_mode: int
) -> tuple[tuple[Listing, ...], tuple[UnsoundAnswer, ...]]:
    """All markets that are sound, by symbol, and why the others are not: one does not spoil all."""
    sound, unsound = list[Listing](), list[UnsoundAnswer]()
    for symbol in sorted(markets):
        try:
            sound.append(listing(markets[symbol], Asked(venue, symbol), precision_mode))
        except UnsoundAnswer as error:
            unsound.append(error)
    return tuple(sound), tuple(unsound)


def listing(raw: object, asked: Asked, precision_mode: int) -> Listing:
    """One market of ccxt's."""
    told = asked.read(f"market {asked.symbol or ''}".rstrip(), raw)
    symbol = _symbol(told, asked.symbol)
    precision, limits = told.inside("precision"), told.inside("limits")
    amounts, costs = limits.inside("amount"), limits.inside("cost")
    try:
        instrument = Instrument(
            symbol=symbol,
            amount_step=_step(precision, "amount", precision_mode),
            price_step=_step(precision, "price", precision_mode),
            min_amount=amounts.size("min") or ZERO,
            min_cost=costs.size("min") or ZERO,
            fees=Fees(told.number("maker") or ZERO, told.number("taker") or ZERO),
            max_orders=_cap(told, "MAX_NUM_ORDERS", "maxNumOrders"),
            max_trigger_orders=_cap(told, "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders"),
            max_amount=amounts.above_zero("max"),
            max_cost=costs.above_zero("max"),
        )
    except BadValue as error:
        raise told.unsound(f"{error.place} {shown(error.value)}: {error.remedy}") from None
    return Listing(
        symbol=symbol,
        venue_symbol=told.name("id"),
        family=_family(told),
        is_open=told.raw.get("active") is not False,
        instrument=instrument,
        contract_size=told.above_zero("contractSize") if told.raw.get("contract") else None,
        max_amount=instrument.max_amount,
        max_orders=instrument.max_orders,
    )


def _cap(told: Reading, name: str, key: str) -> int | None:
    """How many orders of a market may be open, as Binance's filters say; None: nobody says.

    The filters are the venue's own words, which ccxt hands through: where they are not as Binance
    writes them, they say nothing.
    """
    info = told.raw.get("info")
    filters = info.get("filters") if isinstance(info, Mapping) else None
    for each in filters if isinstance(filters, (list, tuple)) else ():
        if isinstance(each, Mapping) and each.get("filterType") == name:
            count = str(each.get(key, each.get("limit")))
            return int(count) if count.isascii() and count.isdigit() and int(count) else None
    return None


def _symbol(told: Reading, expected: str | None) -> Symbol:
    text = told.symbol(expected)
    contract = text.partition(":")[2]
    settle, _, term = contract.partition("-")
    symbol = Symbol(told.name("base"), told.name("quote"), settle, term)
    parts = (symbol.base, symbol.quote, *([settle] if contract else []))
    if str(symbol) != text or not all(is_asset(part) for part in parts):
        raise told.unsound(f"symbol {shown(text)} is not made of its base and quote")
    return symbol


def _family(told: Reading) -> Family:
    if told.raw.get("option"):
        return "option"
    if not told.raw.get("contract"):
        return "spot"
    if told.raw.get("inverse"):
        return "inverse"
    if told.raw.get("linear"):
        return "linear"
    raise told.unsound("it is neither a spot market nor a linear or inverse contract")


def _step(precision: Reading, key: str, mode: int) -> Decimal:
    value = precision.number(key)
    if value is None or mode == SIGNIFICANT_DIGITS:
        return FINEST
    if mode != DECIMAL_PLACES:
        return value if value > 0 else FINEST
    if value != int(value) or abs(value) > _MOST_PLACES:
        raise precision.unsound(f"{key} {shown(value)} is no count of digits")
    return Decimal(1).scaleb(-int(value))
