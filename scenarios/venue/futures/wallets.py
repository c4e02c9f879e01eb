"""An account's money and positions as REST shows them; pure, from the clearing's own answers."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from ....actors.matching.futures import Position, Summary
from ....actors.matching.markets import ATOM_DIGITS, Market
from ....runtime import Millis
from ..dialect.numbers import short
from . import figures
from .shapes import Shape
from .words import position_name

ALIAS: Final = "SgsR"  # of the account, in its balances
_LONG: Final = 8  # decimals of prices that are fractions


def balance(of: Summary, at: Millis, *, is_inverse: bool) -> Shape:
    """What an account has of an asset, in short."""
    shown: Shape = {
        "accountAlias": ALIAS,
        "asset": of.asset,
        "balance": figures.money(of.wallet),
    }
    if is_inverse:
        shown["withdrawAvailable"] = figures.money(of.withdrawable)
    shown |= {
        "crossWalletBalance": figures.money(of.cross_wallet),
        "crossUnPnl": figures.money(of.cross_unrealised),
        "availableBalance": figures.money(of.available),
    }
    if not is_inverse:
        shown |= {"maxWithdrawAmount": figures.money(of.withdrawable), "marginAvailable": True}
    return shown | {"updateTime": at}


def asset(of: Summary, at: Millis) -> Shape:
    """What an account has of an asset, in full."""
    return {
        "asset": of.asset,
        "walletBalance": figures.money(of.wallet),
        "unrealizedProfit": figures.money(of.unrealised),
        "marginBalance": figures.money(of.margin_balance),
        "maintMargin": figures.money(of.maintenance_margin),
        "initialMargin": figures.money(of.initial_margin),
        "positionInitialMargin": figures.money(of.position_margin),
        "openOrderInitialMargin": figures.money(of.order_margin),
        "crossWalletBalance": figures.money(of.cross_wallet),
        "crossUnPnl": figures.money(of.cross_unrealised),
        "availableBalance": figures.money(of.available),
        "maxWithdrawAmount": figures.money(of.withdrawable),
        "marginAvailable": True,
        "updateTime": at,
    }


def totals(summaries: Iterable[Summary]) -> Shape:
    """The sums over a USD-M account: of its one asset in single-asset mode."""
    first = next(iter(summaries), None)
    if first is None:
        first = Summary(
            asset="", wallet=0, unrealised=0, margin_balance=0, initial_margin=0,
            position_margin=0, order_margin=0, maintenance_margin=0, cross_wallet=0,
            cross_unrealised=0, available=0, withdrawable=0,
        )  # fmt: skip
    return {
        "totalInitialMargin": figures.money(first.initial_margin),
        "totalMaintMargin": figures.money(first.maintenance_margin),
        "totalWalletBalance": figures.money(first.wallet),
        "totalUnrealizedProfit": figures.money(first.unrealised),
        "totalMarginBalance": figures.money(first.margin_balance),
        "totalPositionInitialMargin": figures.money(first.position_margin),
        "totalOpenOrderInitialMargin": figures.money(first.order_margin),
        "totalCrossWalletBalance": figures.money(first.cross_wallet),
        "totalCrossUnPnl": figures.money(first.cross_unrealised),
        "availableBalance": figures.money(first.available),
        "maxWithdrawAmount": figures.money(first.withdrawable),
    }


def held(of: Position, market: Market) -> Shape:
    """A position in the account of v1 and v2."""
    shown: Shape = {
        "symbol": of.symbol,
        "initialMargin": brief(of.initial_margin),
        "maintMargin": brief(of.maintenance_margin),
        "unrealizedProfit": figures.money(of.unrealised),
        "positionInitialMargin": brief(of.position_margin),
        "openOrderInitialMargin": brief(of.order_margin),
        "leverage": str(of.leverage),
        "isolated": of.margin_type == "isolated",
        "entryPrice": entry(market, of.entry_price, figures.AVERAGE),
    }
    if market.family == "inverse":
        shown |= {
            "breakEvenPrice": entry(market, of.break_even_price, 1),
            "maxQty": whole(of.max_value),
            "notionalValue": brief(of.value),
        }
    else:
        shown |= {
            "maxNotional": whole(of.max_value),
            "bidNotional": brief(of.bid_value),
            "askNotional": brief(of.ask_value),
        }
    return shown | {
        "positionSide": position_name(of.side),
        "positionAmt": figures.or_zero(figures.amount(market, of.amount)),
        "updateTime": of.updated_at,
    }


def held_v3(of: Position, market: Market) -> Shape:
    """A position in the account of v3."""
    return {
        "symbol": of.symbol,
        "positionSide": position_name(of.side),
        "positionAmt": figures.amount(market, of.amount),
        "unrealizedProfit": figures.money(of.unrealised),
        "isolatedMargin": figures.money(of.isolated_margin),
        "notional": brief(of.value),
        "isolatedWallet": brief(of.isolated_wallet),
        "initialMargin": brief(of.initial_margin),
        "maintMargin": brief(of.maintenance_margin),
        "updateTime": of.updated_at,
    }


def risk(of: Position, market: Market) -> Shape:
    """The risk of a position in v1 and v2."""
    is_inverse = market.family == "inverse"
    shown: Shape = {
        "symbol": of.symbol,
        "positionAmt": figures.amount(market, of.amount),
        "entryPrice": entry(market, of.entry_price, 1),
        "markPrice": figures.mark(market, of.mark),
        "unRealizedProfit": figures.money(of.unrealised),
        "liquidationPrice": liquidation(market, of),
        "leverage": str(of.leverage),
        "maxQty" if is_inverse else "maxNotionalValue": whole(of.max_value),
        "marginType": of.margin_type,
        "isolatedMargin": figures.money(of.isolated_margin),
        "isAutoAddMargin": "false",
        "positionSide": position_name(of.side),
        "notionalValue" if is_inverse else "notional": brief(of.value),
        "isolatedWallet": brief(of.isolated_wallet),
        "updateTime": of.updated_at,
        "breakEvenPrice": entry(market, of.break_even_price, 1),
    }
    return shown


def risk_v3(of: Position, market: Market, quantile: int) -> Shape:
    """The risk of a position in v3."""
    return {
        "symbol": of.symbol,
        "positionSide": position_name(of.side),
        "positionAmt": figures.amount(market, of.amount),
        "entryPrice": entry(market, of.entry_price, 1),
        "breakEvenPrice": entry(market, of.break_even_price, 1),
        "markPrice": figures.mark(market, of.mark),
        "unRealizedProfit": figures.money(of.unrealised),
        "liquidationPrice": liquidation(market, of),
        "isolatedMargin": brief(of.isolated_margin),
        "notional": brief(of.value),
        "marginAsset": of.asset,
        "isolatedWallet": brief(of.isolated_wallet),
        "initialMargin": brief(of.initial_margin),
        "maintMargin": brief(of.maintenance_margin),
        "positionInitialMargin": brief(of.position_margin),
        "openOrderInitialMargin": brief(of.order_margin),
        "adl": quantile,
        "bidNotional": brief(of.bid_value),
        "askNotional": brief(of.ask_value),
        "updateTime": of.updated_at,
    }


def liquidation(market: Market, of: Position) -> str:
    """The price at which a position is closed by force; `0` where there is none."""
    if of.liquidation_price is None or of.liquidation_price <= 0:
        return "0"
    return entry(market, of.liquidation_price, 1)


def entry(market: Market, price: Fraction, least: int) -> str:
    """A price that is a fraction: with `least` decimals, or more where it has more."""
    text = figures.fraction(market, price, _LONG).rstrip("0")
    head, _, tail = text.partition(".")
    return f"{head}.{tail.ljust(least, '0')}"


def brief(atoms: int) -> str:
    """Money with eight decimals; `0` for none."""
    return figures.or_zero(figures.money(atoms))


def whole(atoms: int) -> str:
    """Money without trailing zeros."""
    return short(atoms, ATOM_DIGITS)
