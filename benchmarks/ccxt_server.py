"""What both clients of the ccxt benchmark talk to: one fixed answer, and frames as fast as taken.

It runs in a process of its own, knows no exchange, and speaks as little HTTP as is needed. A
WebSocket that opens gets `frames` messages once it has subscribed, and then silence.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from types import MappingProxyType
from typing import Final

import trio
from wsproto import ConnectionType, WSConnection, events
from wsproto.connection import Connection

START: Final = 1_767_225_600_000  # ms
END: Final = b"\r\n\r\n"

Frame = Callable[[int], dict[str, object]]


def trade(number: int) -> dict[str, object]:
    """A trade as Binance tells it."""
    at = START + number
    price = f"{60_000 + number % 100}.10000000"
    who = {"t": number, "p": price, "q": "0.01000000", "T": at, "m": bool(number % 2), "M": True}
    return {"e": "trade", "E": at, "s": "BTCUSDT", **who}


def kline(number: int) -> dict[str, object]:
    """A candle that is not over yet."""
    at = START + number
    prices = {"o": "60000.1", "c": f"{60_000 + number % 100}.1", "h": "60100.1", "l": "59990.1"}
    sums = {"v": "12.5", "n": 100, "x": False, "q": "750000.1", "V": "6.1", "Q": "366000.2"}
    window = {"t": START, "T": START + 59_999, "s": "BTCUSDT", "i": "1m", "f": 1, "L": 100}
    return {"e": "kline", "E": at, "s": "BTCUSDT", "k": {**window, **prices, **sums, "B": "0"}}


def quote(number: int) -> dict[str, object]:
    """The best bid and ask."""
    bid = f"{60_000 + number % 100}.1"
    return {"u": number, "s": "BTCUSDT", "b": bid, "B": "1.5", "a": f"{bid}9", "A": "2.5"}


TICKER: Final[Mapping[str, object]] = MappingProxyType(
    {
        "symbol": "BTCUSDT",
        "priceChange": "-94.99",
        "priceChangePercent": "-95.960",
        "weightedAvgPrice": "0.29628482",
        "prevClosePrice": "0.10002000",
        "lastPrice": "60000.10",
        "lastQty": "200.00",
        "bidPrice": "59999.9",
        "bidQty": "100.0",
        "askPrice": "60000.2",
        "askQty": "100.0",
        "openPrice": "59000.1",
        "highPrice": "61000.0",
        "lowPrice": "58000.1",
        "volume": "8913.30",
        "quoteVolume": "15.30",
        "openTime": START,
        "closeTime": START + 86_400_000,
        "firstId": 28385,
        "lastId": 28460,
        "count": 76,
    }
)


async def serve_until_left(stream: trio.SocketStream, ready: Mapping[bytes, bytes]) -> None:
    """One connection; its client leaves when it has seen enough."""
    with suppress(trio.BrokenResourceError):
        await serve(stream, ready)


async def serve(stream: trio.SocketStream, ready: Mapping[bytes, bytes]) -> None:
    """One connection, from its first byte on."""
    body = json.dumps(dict(TICKER)).encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d" % len(body)
    rest = b""
    async with stream:
        async for data in stream:
            rest += bytes(data)
            while END in rest:
                head, _, rest = rest.partition(END)
                if b"upgrade" in head.lower():
                    await _stream(stream, head + END, ready)
                    return
                await stream.send_all(answer + END + body)


async def _stream(stream: trio.SocketStream, head: bytes, ready: Mapping[bytes, bytes]) -> None:
    """Open a WebSocket, and send what its subscription asks for."""
    protocol = WSConnection(ConnectionType.SERVER)
    protocol.receive_data(head)
    [_request] = protocol.events()
    await stream.send_all(protocol.send(events.AcceptConnection()))
    async for data in stream:
        protocol.receive_data(bytes(data))
        for event in protocol.events():
            if isinstance(event, events.CloseConnection):
                await stream.send_all(protocol.send(event.response()))
                return
            asked = event.data.encode() if isinstance(event, events.TextMessage) else b""
            for name, frames in ready.items():
                if name in asked:
                    await stream.send_all(frames)


def made(frame: Frame, count: int) -> bytes:
    """All frames of a kind, as they go over the wire."""
    protocol = Connection(ConnectionType.SERVER)
    texts = (json.dumps(frame(number), separators=(",", ":")) for number in range(1, count + 1))
    return b"".join(protocol.send(events.TextMessage(data=text)) for text in texts)


async def main(frames: int) -> None:
    """Listen, tell the port, serve until ended."""
    kinds: dict[bytes, Frame] = {b"trade": trade, b"kline": kline, b"bookTicker": quote}
    ready = {name: made(frame, frames) for name, frame in kinds.items()}
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    sys.stdout.write(f"{listeners[0].socket.getsockname()[1]}\n")
    sys.stdout.flush()
    await trio.serve_listeners(partial(serve_until_left, ready=ready), listeners)


if __name__ == "__main__":
    trio.run(main, int(sys.argv[1]))
