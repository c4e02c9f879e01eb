"""How a venue is reached, as values: who asks, where, over which network. No I/O, no secrets shown.

A `Network` makes the ways out of one connector. A live bot has the host's; a simulation hands in
one that ends at a simulated exchange, and everything else stays the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

import attrs

from ...runtime import Millis
from ...runtime.secret import Secret
from ..ccxt_trio.h11_transport import H11Transport
from ..ccxt_trio.sockets import LeanSockets, SocketDialer
from ..ccxt_trio.wire import Transport

Sandbox = Literal["live", "testnet"]


@attrs.frozen
class Credentials:
    """What an account signs with."""

    key: Secret
    secret: Secret
    password: Secret = Secret("")  # where a venue asks for a third


@attrs.frozen(kw_only=True)
class VenueSettings:
    """One venue, as one account uses it.

    name: ccxt's: "binance". credentials: None: nothing but public data.
    urls: instead of the venue's own: any part of ccxt's `urls`. options: of ccxt, as its manual
    says. proxy: "http://…", "socks5://…"; may hold a password.
    """

    name: str
    credentials: Credentials | None = None
    sandbox: Sandbox = "live"
    urls: Mapping[str, Any] = attrs.field(factory=dict[str, Any])
    options: Mapping[str, Any] = attrs.field(factory=dict[str, Any])
    proxy: Secret = Secret("")
    receive_window: Millis = Millis(5_000)  # how long the venue may let a signed request lie
    answer: Millis = Millis(10_000)  # how long the answer to one request is waited for

    @property
    def address(self) -> str:
        """What shares one rate budget: the venue, as seen from one address of ours."""
        return f"{self.name}/{self.sandbox}"


class Network(Protocol):
    """Makes the ways out of one connector; asked anew by each of its incarnations."""

    def transport(self) -> Transport:
        """What carries its requests; the connector closes it."""
        ...

    def sockets(self) -> SocketDialer:
        """What opens its WebSockets."""
        ...


class HostNetwork:
    """The host's own network."""

    def transport(self) -> Transport:
        return H11Transport()

    def sockets(self) -> SocketDialer:
        return LeanSockets()
