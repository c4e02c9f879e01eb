"""ccxt's balances and positions as our values; pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal

from ...market.holding import Holding
from ...market.money import ZERO, subtract
from ...market.position import Position
from ...market.symbol import is_asset
from .parse_market_data import Asked
from .reading import Reading, rows_of, shown

_MODES: Final[Mapping[str, Literal["cross", "isolated"]]] = MappingProxyType(
    {"cross": "cross", "isolated": "isolated"}
)
_NO_ASSETS: Final = frozenset({"info", "timestamp", "datetime", "free", "used", "total", "debt"})


def holdings(raw: object, asked: Asked, *, least: Decimal | None = None) -> tuple[Holding, ...]:
    """What the account has, by name of the asset; with those of which nothing is left.

    least: below which nothing can be; None: an account that trades on margin may owe.
    """
    told = asked.read("balance", raw)
    found = list[Holding]()
    for asset in sorted(str(key) for key in told.raw if key not in _NO_ASSETS):
        entry = told.raw.get(asset)
        if not isinstance(entry, Mapping):
            continue
        if not is_asset(asset):
            raise told.unsound(f"{shown(asset)} names no asset")
        holding = _holding(told.inside(asset), asset)
        if holding is None:
            continue
        if least is not None and min(holding.free, holding.locked) < least:
            raise told.unsound(f"{asset} is below {least}")
        found.append(holding)
    return tuple(found)


def _holding(entry: Reading, asset: str) -> Holding | None:
    """One asset; what is free and what is locked, or one of them and the sum."""
    free, used, total = (entry.number(key) for key in ("free", "used", "total"))
    if free is None and total is not None:
        free = subtract(total, used or ZERO)
    if used is None and total is not None and free is not None:
        used = subtract(total, free)
    if free is None:
        return None
    return Holding(asset, free, used or ZERO)


def positions(raw: object, asked: Asked) -> tuple[Position, ...]:
    """The open positions; venues list empty ones too, and those are none."""
    found = list[Position]()
    for each in rows_of(asked.venue, "positions", raw):
        told = asked.read("position", each)
        contracts = told.number("contracts")
        if contracts:
            found.append(_position(told, asked, contracts))
    return tuple(found)


def _position(told: Reading, asked: Asked, contracts: Decimal) -> Position:
    side, mode = told.text("side"), told.text("marginMode")
    if side not in {"long", "short"}:
        raise told.unsound(f"side {shown(side)} is neither long nor short")
    return Position(
        symbol=told.symbol(asked.symbol),
        side="long" if side == "long" else "short",
        contracts=abs(contracts),
        entry=told.above_zero("entryPrice"),
        at=told.time("lastUpdateTimestamp", "timestamp"),
        mark=told.above_zero("markPrice"),
        leverage=told.above_zero("leverage"),
        margin_mode=_MODES.get(mode),
        margin=told.number("collateral") or told.number("initialMargin"),
        unrealized=told.number("unrealizedPnl"),
        liquidation=told.above_zero("liquidationPrice"),
    )
