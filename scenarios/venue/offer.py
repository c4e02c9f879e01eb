"""What a venue offers, by name: its endpoints, and what is pushed under which stream.

It is for those who name such things beforehand, as a fault plan does: what is not here can be asked
for, but nothing will ever come of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

USER: Final = "user"  # an account's own stream, whatever key it bears


class Heard(msgspec.Struct, frozen=True):
    """One kind of message that a client can hear."""

    stream: str
    event: str
    symbol: str = ""  # empty: of no market, or of all at once


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """Of one product family, or of a whole venue.

    endpoints: method and path. sockets: paths at which a WebSocket opens; streams may follow.
    """

    endpoints: tuple[tuple[str, str], ...] = ()
    sockets: tuple[str, ...] = ()
    heard: tuple[Heard, ...] = ()


def under(prefix: str, offer: Offer) -> Offer:
    """The same, with the WebSockets below a prefix as well."""
    return msgspec.structs.replace(
        offer, sockets=tuple(f"{prefix}{path}" for path in offer.sockets)
    )


def together(offers: Iterable[Offer]) -> Offer:
    """All of them as one."""
    parts = list(offers)
    return Offer(
        endpoints=tuple(dict.fromkeys(each for part in parts for each in part.endpoints)),
        sockets=tuple(dict.fromkeys(each for part in parts for each in part.sockets)),
        heard=tuple(dict.fromkeys(each for part in parts for each in part.heard)),
    )


def of_user(events: Iterable[str], symbols: Iterable[str]) -> list[Heard]:
    """What is told to an account alone, of its markets or of none."""
    markets = ["", *symbols]
    return [Heard(USER, event, symbol) for event in events for symbol in markets]
