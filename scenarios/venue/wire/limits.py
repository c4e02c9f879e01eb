"""How much of a client the exchange puts up with, and whether it compresses what it sends."""

from __future__ import annotations

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """All in bytes but `connections`, the times and `deflates`."""

    headers: int = 32_768  # request line and headers; more is answered 431
    body: int = 1_048_576  # more is answered 413
    ahead: int = 1_048_576  # sent before an answer to what came before; more is dropped
    message: int = 65_536  # of one WebSocket message, decompressed; more is closed with 1009
    outbox: int = 4_194_304  # not yet read by a client; a slower one is dropped
    connections: int = 20_000  # at once; for one more, the longest idle gives way
    goodbye: int = 10_000  # ms that a client has to answer a close frame
    deflates: bool = True  # WebSocket messages, where the client offers that
