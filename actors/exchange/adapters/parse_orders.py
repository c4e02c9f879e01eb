"""ccxt's orders and trades of ours as order reports and fills; pure.

What ccxt calls closed is filled only where all of the amount traded; its `price` of a market order
is an average, which a limit is not. A fill carries one fee: several of one asset are added up, and
a trade that is charged in several assets is refused, since neither half of it alone is the truth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal

import msgspec

from ...market.fill import Fill
from ...market.money import ZERO, add
from ...market.report import OrderReport, VenueStatus
from ...market.side import Kind, Side, TimeInForce
from .parse_market_data import Asked
from .reading import Reading, shown

_STATUS: Final[Mapping[str, VenueStatus]] = MappingProxyType(
    {
        "open": "open",
        "canceling": "open",  # it may still trade
        "closed": "filled",
        "canceled": "cancelled",
        "cancelled": "cancelled",
        "expired": "cancelled",
        "expired_in_match": "cancelled",
        "rejected": "cancelled",
    }
)
_PLAIN_ENDS: Final = frozenset({"canceled", "cancelled", "closed"})  # they say no more than that
_TIME_IN_FORCE: Final[Mapping[str, TimeInForce]] = MappingProxyType(
    {"GTC": "GTC", "IOC": "IOC", "FOK": "FOK", "PO": "GTX", "GTX": "GTX"}
)
SOLD: Final = ":sell"  # behind the venue's id of a trade in which we sold
Family = Literal["stop", "take_profit", "trailing", ""]


def order_report(raw: object, asked: Asked, client_id: str = "") -> OrderReport:
    """What a venue knows of one order, with those of its trades that came with it.

    client_id: ours, already in our form; empty: of an order that somebody else placed.
    """
    told = asked.read("order", raw)
    kind = _kind(told)
    filled = told.size("filled")
    amount = told.size("amount") or filled  # a market order by its cost has no other
    if not amount:
        raise told.unsound("amount is missing")
    if filled is not None and filled > amount:
        raise told.unsound(f"filled {shown(filled)} is more than the amount {shown(amount)}")
    status, cause = _status(told, amount, filled)
    return OrderReport(
        client_id=client_id,
        venue_id=told.name("id"),
        symbol=told.symbol(asked.symbol),
        side=told.side(),
        kind=kind,
        amount=amount,
        price=None if _is_market(kind) else told.above_zero("price"),
        status=status,
        fills=inner_fills(told, asked, client_id),
        created_at=told.time("timestamp", "lastTradeTimestamp"),
        changed_at=told.time("lastUpdateTimestamp", "lastTradeTimestamp", "timestamp"),
        stop=_stop(told),
        time_in_force=_TIME_IN_FORCE.get(str(told.raw.get("timeInForce")).upper(), "GTC"),
        filled=filled,
        cause=cause,
    )


def _status(told: Reading, amount: Decimal, filled: Decimal | None) -> tuple[VenueStatus, str]:
    said = told.text("status").lower()
    status = _STATUS.get(said)
    if status is None:
        raise told.unsound(f"status {shown(said)} is not known")
    if status == "filled" and filled is not None and filled < amount:
        return "cancelled", "closed before all of it traded"
    if status == "open" and filled == amount:
        return "filled", ""
    return status, said if status == "cancelled" and said not in _PLAIN_ENDS else ""


def _kind(told: Reading) -> Kind:
    """The kind, of the names that venues give it and of what stands beside the name."""
    name = told.text("type").lower().replace("-", "_").replace(" ", "_")
    family = _family(told, name)
    if family == "trailing":
        return "trailing_stop"
    is_limit = "limit" in name or ("market" not in name and told.above_zero("price") is not None)
    if family == "stop":
        return "stop_limit" if is_limit else "stop_loss"
    if family == "take_profit":
        return "take_profit_limit" if is_limit else "take_profit"
    return "limit" if is_limit else "market"


def _family(told: Reading, name: str) -> Family:
    if "trail" in name:
        return "trailing"
    if "take_profit" in name or told.above_zero("takeProfitPrice") is not None:
        return "take_profit"
    has_trigger = any(told.above_zero(key) for key in ("triggerPrice", "stopLossPrice"))
    return "stop" if "stop" in name or has_trigger else ""


def _is_market(kind: Kind) -> bool:
    return kind in {"market", "stop_loss", "take_profit", "trailing_stop"}


def _stop(told: Reading) -> Decimal | None:
    for key in ("triggerPrice", "stopPrice", "stopLossPrice", "takeProfitPrice"):
        value = told.above_zero(key)
        if value is not None:
            return value
    return None


def inner_fills(order: Reading, asked: Asked, client_id: str) -> tuple[Fill, ...]:
    """The trades that came within an order; what they leave out is the order's."""
    found = list[Fill]()
    usual = {key: order.raw.get(key) for key in ("symbol", "side", "timestamp")}
    for each in order.rows("trades"):
        told = order.within(each, "fill")
        if told.text("order") not in {"", order.text("id")}:
            raise told.unsound("a trade of another order is among them")
        said = {key: value for key, value in told.raw.items() if value is not None}
        found.append(fill({**usual, **said}, asked, client_id))
    return each_once(found, asked)


def each_once(trades: Sequence[Fill], asked: Asked) -> tuple[Fill, ...]:
    """Trades of ours, oldest first; of two that are one, one."""
    found = dict[str, Fill]()
    for each in trades:
        if found.setdefault(each.trade_id, each) != each:
            told = asked.read("fill", {})
            raise told.unsound(f"two trades have the id {shown(each.trade_id)}")
    return tuple(sorted(found.values(), key=lambda one: one.at))


def fill(raw: object, asked: Asked, client_id: str = "") -> Fill:
    """One trade of ours; the venue's id of it must be there, for by it we know a repetition."""
    told = asked.read("fill", raw)
    symbol = told.symbol(asked.symbol)
    fee, asset = _fee(told, symbol)
    return Fill(
        trade_id=own_trade_id(told.name("id"), told.side()),
        client_id=client_id,
        symbol=symbol,
        side=told.side(),
        price=told.required("price"),
        amount=told.required("amount"),
        fee=fee,
        fee_asset=asset,
        at=told.time("timestamp"),
    )


def own_trade_id(trade: str, side: Side) -> str:
    """What a trade of ours is called, by the venue's id of it.

    An account that trades with itself is on both sides of one trade, and each counts (F4).

    >>> own_trade_id("28457", "buy"), own_trade_id("28457", "sell")
    ('28457', '28457:sell')
    """
    return trade if side == "buy" else f"{trade}{SOLD}"


def venue_trade_id(fill: Fill) -> str:
    """The venue's id of a trade of ours."""
    return fill.trade_id.removesuffix(SOLD)


def _fee(told: Reading, symbol: str) -> tuple[Decimal, str]:
    """What a trade cost, and in what (B10). Below 0: a rebate. Nothing told counts as nothing."""
    single = told.raw.get("fee")
    charged = told.rows("fees") or (() if single is None else (single,))
    sums = dict[str, Decimal]()
    for each in charged:
        charge = Reading(told.venue, "fee", each)
        cost = charge.number("cost")
        if not cost:
            continue
        asset = charge.asset("currency")
        if not asset:
            raise told.unsound("a fee is in no asset")
        sums[asset] = add(sums.get(asset, ZERO), cost)
    left = {asset: cost for asset, cost in sums.items() if cost}
    if len(left) > 1:
        raise told.unsound(f"it has fees in several assets ({', '.join(sorted(left))})")
    for asset, cost in left.items():
        return cost, asset
    return ZERO, paid_in(symbol)


def paid_in(symbol: str) -> str:
    """The asset in which a market settles: of a contract its margin, of a pair its quote."""
    pair, _, contract = symbol.partition(":")
    return contract.partition("-")[0] or pair.partition("/")[2]


def with_fills(report: OrderReport, traded: Sequence[Fill]) -> OrderReport:
    """The report with trades that were asked for apart; they bear the order's client id."""
    named = (msgspec.structs.replace(each, client_id=report.client_id) for each in traded)
    return msgspec.structs.replace(report, fills=tuple(sorted(named, key=lambda one: one.at)))
