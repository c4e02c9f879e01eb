"""What venues say of their own limits: in ccxt's description, in answers, in their headers. Pure.

Weights are counted in ccxt's units. Binance counts in its own, of which one is a fifth of ccxt's on
spot and as much on contracts, so what its headers say is read as a share of its limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from ...runtime import Millis
from .rate_budget import Limits, Window

MINUTE: Final = Millis(60_000)
USED: Final = "x-mbx-used-weight-1m"
USUAL: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {"/api/": (6_000, 0.2), "/fapi/": (2_400, 1.0), "/dapi/": (2_400, 1.0)}
)  # by path: the limit a minute, and ccxt's units for one of the venue's
UNITS: Final[Mapping[str, int]] = MappingProxyType(
    {"SECOND": 1_000, "MINUTE": 60_000, "HOUR": 3_600_000, "DAY": 86_400_000}
)
REFUSED: Final = 429
BANNED: Final = 418
UNTOLD: Final[Mapping[int, int]] = MappingProxyType({REFUSED: 10_000, BANNED: 120_000})  # ms
LONGEST: Final = 7 * 86_400  # s; a Retry-After beyond it is no number to trust


class RateLimit(msgspec.Struct, frozen=True):
    """One entry of `rateLimits` in Binance's exchange information."""

    rateLimitType: str = ""  # noqa: N815 - the venue's
    interval: str = ""
    intervalNum: int = 1  # noqa: N815 - the venue's
    limit: int = 0


class Information(msgspec.Struct, frozen=True):
    """Of Binance's exchange information, the limits."""

    rateLimits: tuple[RateLimit, ...] = ()  # noqa: N815 - the venue's


def described(exchange: Any) -> Limits:
    """The limits by which ccxt itself would go."""
    pace = float(exchange.rateLimit or 0)
    if pace <= 0:
        return Limits()
    span = Millis(int((exchange.tokenBucket or {}).get("windowSize") or 0) or MINUTE)
    windows = (Window(span, span / pace),)
    if getattr(exchange, "rateLimiterAlgorithm", "leakyBucket") == "rollingWindow":
        return Limits(weights=windows)
    if exchange.id.startswith("binance"):
        return Limits(weights=windows)  # whose limits are by the minute
    return Limits(weights=windows, pace=pace)


def learnt(limits: Limits, path: str, body: bytes) -> Limits:
    """The limits after exchange information came by; the same where it says nothing of use."""
    try:
        told = msgspec.json.decode(body, type=Information).rateLimits
    except (msgspec.DecodeError, RecursionError):
        return limits
    _, unit = usual(path)
    orders = tuple(
        Window(Millis(UNITS[each.interval] * each.intervalNum), each.limit)
        for each in told
        if each.rateLimitType == "ORDERS" and each.interval in UNITS and each.limit > 0
    )
    weights = tuple(
        Window(MINUTE, each.limit * unit)
        for each in told
        if each.rateLimitType == "REQUEST_WEIGHT" and each.interval == "MINUTE" and each.limit > 0
    )
    return limits.stricter(Limits(weights=weights, orders=orders, connects=()))


def usual(path: str) -> tuple[float, float]:
    """The limit of a minute for a path, and ccxt's units for one of the venue's."""
    known = (said for prefix, said in USUAL.items() if path.startswith(prefix))
    return next(known, (0.0, 1.0))


def used_share(limits: Limits, path: str, headers: Iterable[tuple[str, str]]) -> float | None:
    """Of a minute's weight, what the venue says is used; None where it does not say."""
    told = [value for name, value in headers if name.lower() == USED]
    _, unit = usual(path)
    minutes = [window.most for window in limits.weights if window.span == MINUTE]
    if not told or not told[0].isdecimal() or not minutes:
        return None
    return int(told[0]) * unit / min(minutes)


def bar_of(status: int, headers: Iterable[tuple[str, str]]) -> int | None:
    """How long nothing may be sent after an answer, ms; None where it says no such thing."""
    if status not in UNTOLD:
        return None
    told = [value.strip() for name, value in headers if name.lower() == "retry-after"]
    if told and told[0].isdecimal() and int(told[0]) <= LONGEST:
        return int(told[0]) * 1_000
    return UNTOLD[status]
