"""How much may be asked: request weight by address, new orders by account, bans of who goes on.

Windows are those of the wall clock, as the venue's are: a minute's weight is forgotten when the
next minute begins. Who keeps sending after a 429 is banned, and each ban of an address is longer
than its last, from two minutes to three days.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ....actors.matching.values import AccountId
from ....runtime import Millis
from .errors import BANNED, TOO_MANY, ApiError

MINUTE: Final = 60_000
FIRST_BAN: Final = 2 * MINUTE
LONGEST_BAN: Final = 3 * 24 * 60 * MINUTE
PATIENCE: Final = 10  # refused requests of one window before a ban
_GROWTH: Final = 4  # each ban against the one before


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one product family of the venue allows; 0: no limit."""

    weight: int = 6_000  # of requests, a minute and address
    orders: tuple[tuple[int, int], ...] = ((10_000, 100), (86_400_000, 200_000))  # (ms, most)


OPEN: Final = Limits(weight=0, orders=())


class _Address(msgspec.Struct):
    window: int = -1  # number of the minute that `weight` counts
    weight: int = 0
    refused: int = 0
    banned_until: Millis = Millis(0)
    bans: int = 0


class WeightLimit:
    """The request weight that each address has used, and who is banned."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._addresses: dict[str, _Address] = {}

    def spend(self, address: str, weight: int, now: Millis) -> int:
        """Count a request; the weight used in this minute. Raises the 429 or 418 it deserves."""
        account = self._at(address, now)
        if account.banned_until > now:
            raise _banned(account.banned_until, now)
        account.weight += weight
        if self.limit and account.weight > self.limit:
            account.refused += 1
            if account.refused > PATIENCE:
                self._ban(account, now)
                raise _banned(account.banned_until, now)
            raise _too_heavy(self.limit, now)
        return account.weight

    def used(self, address: str, now: Millis) -> int:
        """The weight that an address has used in this minute."""
        return self._at(address, now).weight

    def add(self, address: str, weight: int, now: Millis) -> None:
        """Count weight of somebody else behind the same address."""
        self._at(address, now).weight += weight

    def ban(self, address: str, until: Millis) -> None:
        """Ban an address whatever it has done."""
        account = self._addresses.setdefault(address, _Address())
        account.banned_until = until
        account.bans += 1

    def banned_until(self, address: str) -> Millis:
        """When the ban of an address ends; 0 where there was none."""
        account = self._addresses.get(address)
        return account.banned_until if account is not None else Millis(0)

    def _at(self, address: str, now: Millis) -> _Address:
        account = self._addresses.get(address)
        if account is None:
            account = self._addresses[address] = _Address()
        window = now // MINUTE
        if account.window != window:
            account.window = window
            account.weight = 0
            account.refused = 0
        return account

    def _ban(self, account: _Address, now: Millis) -> None:
        length = min(FIRST_BAN * _GROWTH**account.bans, LONGEST_BAN)
        account.bans += 1
        account.refused = 0
        account.banned_until = Millis(now + length)


class OrderLimit:
    """New orders that have not traded, by account and window.

    An order that trades counts back: who provides liquidity that is used may go on for ever.
    """

    def __init__(self, windows: tuple[tuple[int, int], ...]) -> None:
        self.windows = windows
        self._counts: dict[tuple[AccountId, int], tuple[int, int]] = {}  # window number, count

    def check(self, account: AccountId, orders: int, now: Millis) -> None:
        """Raise -1015 where `orders` more of an account are too many."""
        for span, most in self.windows:
            if most and self.count(account, span, now) + orders > most:
                raise ApiError(
                    -1015,
                    f"Too many new orders; current limit is {most} orders per {_said(span)}.",
                    status=TOO_MANY,
                    headers=(("Retry-After", str(_seconds_left(span, now))),),
                )

    def add(self, account: AccountId, orders: int, now: Millis) -> None:
        """Count orders that were taken; a negative number counts back, never below 0."""
        for span, _ in self.windows:
            count = self.count(account, span, now) + orders
            self._counts[account, span] = (now // span, max(count, 0))

    def count(self, account: AccountId, span: int, now: Millis) -> int:
        """Unfilled orders of an account in the window of `span` ms that `now` lies in."""
        window, count = self._counts.get((account, span), (-1, 0))
        return count if window == now // span else 0

    def headers(self, account: AccountId, now: Millis) -> tuple[tuple[str, str], ...]:
        """What an answer to a new order says of the counts."""
        return tuple(
            (f"X-MBX-ORDER-COUNT-{_short(span)}", str(self.count(account, span, now)))
            for span, _ in self.windows
        )

    def described(self) -> list[dict[str, object]]:
        """The limits as exchange information lists them."""
        return [
            {"rateLimitType": "ORDERS", **interval(span), "limit": most}
            for span, most in self.windows
        ]


_UNITS: Final = ((86_400_000, "DAY"), (3_600_000, "HOUR"), (60_000, "MINUTE"))


def interval(span: int) -> dict[str, object]:
    """A span of ms as the venue names it: 10 of SECOND."""
    for unit, name in _UNITS:
        if span % unit == 0:
            return {"interval": name, "intervalNum": span // unit}
    return {"interval": "SECOND", "intervalNum": span // 1000}


def _said(span: int) -> str:
    names = interval(span)
    return f"{names['intervalNum']} {names['interval']}"


def _short(span: int) -> str:
    names = interval(span)
    return f"{names['intervalNum']}{str(names['interval'])[0]}"


def _seconds_left(span: int, now: Millis) -> int:
    left = span - now % span
    return -(-left // 1000)


def _too_heavy(limit: int, now: Millis) -> ApiError:
    return ApiError(
        -1003,
        f"Too much request weight used; current limit is {limit} request weight per 1 MINUTE. "
        "Please use WebSocket Streams for live updates to avoid polling the API.",
        status=TOO_MANY,
        headers=(("Retry-After", str(_seconds_left(MINUTE, now))),),
    )


def _banned(until: Millis, now: Millis) -> ApiError:
    return ApiError(
        -1003,
        f"Way too much request weight used; IP banned until {until}. "
        "Please use WebSocket Streams for live updates to avoid bans.",
        status=BANNED,
        headers=(("Retry-After", str(-(-(until - now) // 1000))),),
    )
