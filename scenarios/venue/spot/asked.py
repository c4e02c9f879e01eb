"""Requests to the WebSocket API of spot as they come: which endpoint of REST each one means."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

METHODS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "ping": ("GET", "ping"),
        "time": ("GET", "time"),
        "exchangeInfo": ("GET", "exchangeInfo"),
        "depth": ("GET", "depth"),
        "trades.recent": ("GET", "trades"),
        "trades.historical": ("GET", "historicalTrades"),
        "trades.aggregate": ("GET", "aggTrades"),
        "klines": ("GET", "klines"),
        "uiKlines": ("GET", "uiKlines"),
        "avgPrice": ("GET", "avgPrice"),
        "ticker.24hr": ("GET", "ticker/24hr"),
        "ticker.tradingDay": ("GET", "ticker/tradingDay"),
        "ticker": ("GET", "ticker"),
        "ticker.price": ("GET", "ticker/price"),
        "ticker.book": ("GET", "ticker/bookTicker"),
        "order.place": ("POST", "order"),
        "order.test": ("POST", "order/test"),
        "order.cancel": ("DELETE", "order"),
        "order.cancelReplace": ("POST", "order/cancelReplace"),
        "order.amend.keepPriority": ("PUT", "order/amend/keepPriority"),
        "order.status": ("GET", "order"),
        "openOrders.status": ("GET", "openOrders"),
        "openOrders.cancelAll": ("DELETE", "openOrders"),
        "allOrders": ("GET", "allOrders"),
        "orderList.place": ("POST", "order/oco"),
        "orderList.place.oco": ("POST", "orderList/oco"),
        "orderList.place.oto": ("POST", "orderList/oto"),
        "orderList.place.otoco": ("POST", "orderList/otoco"),
        "orderList.cancel": ("DELETE", "orderList"),
        "orderList.status": ("GET", "orderList"),
        "openOrderLists.status": ("GET", "openOrderList"),
        "allOrderLists": ("GET", "allOrderList"),
        "account.status": ("GET", "account"),
        "account.rateLimits.orders": ("GET", "rateLimit/order"),
        "account.commission": ("GET", "account/commission"),
        "myTrades": ("GET", "myTrades"),
        "myPreventedMatches": ("GET", "myPreventedMatches"),
        "myAllocations": ("GET", "myAllocations"),
    }
)


class Asked(msgspec.Struct, frozen=True):
    """A request as it came."""

    method: str
    id: int | str | None
    params: dict[str, object] = {}


def read_asked(message: str) -> Asked | None:
    """A request; None where it is none."""
    try:
        asked = msgspec.json.decode(message, type=Asked)
    except (msgspec.DecodeError, RecursionError):
        return None
    return asked


def texts_of(params: Mapping[str, object]) -> dict[str, str]:
    """Parameters as the text that REST would carry."""
    shown: dict[str, str] = {}
    for name, value in params.items():
        if isinstance(value, bool):
            shown[name] = "true" if value else "false"
        elif isinstance(value, str):
            shown[name] = value
        elif value is not None:
            shown[name] = msgspec.json.encode(value).decode()
    return shown
