"""TLS and proxies: REST and WebSockets take the same roads, and a bad one is a dial that failed."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from wsproto import events

from benthic.actors.ccxt_trio.errors import DialFailed, Fate, fate_of
from benthic.actors.ccxt_trio.upstream import errors

from .standing import accepted, answered, exchange_of, head_of, run, server

trustme = pytest.importorskip("trustme")
Serve = Callable[[trio.abc.Stream], Awaitable[None]]


async def both(stream: trio.abc.Stream) -> None:
    """REST and WebSockets on one port: `{"ok":1}` and an echo."""
    while True:
        head = await head_of(stream)
        if b"upgrade: websocket" not in head.lower():
            await stream.send_all(answered(b'{"ok":1}'))
            continue
        socket = await accepted(stream, head)
        while not isinstance(event := await socket.next(), events.CloseConnection):
            if isinstance(event, events.TextMessage):
                await socket.send('{"to":"a","value":1}')
        return


@asynccontextmanager
async def secure_server(authority: Any) -> AsyncIterator[int]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)

    async def serve(stream: trio.SocketStream) -> None:
        await both(trio.SSLStream(stream, context, server_side=True, https_compatible=True))

    async with server(serve) as port:
        yield port


async def pump(source: trio.abc.Stream, sink: trio.abc.Stream) -> None:
    async for data in source:
        await sink.send_all(data)
    await trio.aclose_forcefully(sink)


async def joined(stream: trio.abc.Stream, host: str, port: int) -> None:
    inner = await trio.open_tcp_stream(host, port)
    async with inner, trio.open_nursery() as nursery:
        nursery.start_soon(pump, inner, stream)
        await pump(stream, inner)
        nursery.cancel_scope.cancel()


class HttpProxy:
    """Takes CONNECT from those who know the password."""

    def __init__(self) -> None:
        self.asked = list[bytes]()

    async def serve(self, stream: trio.SocketStream) -> None:
        head = await head_of(stream)
        self.asked.append(head.partition(b"\r\n")[0])
        if b"Basic YW5uOnNlY3JldA==" not in head:
            await stream.send_all(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
            return
        await stream.send_all(b"HTTP/1.1 200 OK\r\n\r\n")
        host, _, port = head.split(b" ")[1].decode().rpartition(":")
        await joined(stream, "127.0.0.1" if host == "localhost" else host, int(port))


class SocksProxy:
    """Takes SOCKS 5, with user and password."""

    def __init__(self) -> None:
        self.asked = list[str]()

    async def serve(self, stream: trio.SocketStream) -> None:
        if bytes(await stream.receive_some(99)) != b"\x05\x01\x02":
            await stream.send_all(b"\x05\xff")
            return
        await stream.send_all(b"\x05\x02")
        is_right = bytes(await stream.receive_some(99)) == b"\x01\x03ann\x06secret"
        await stream.send_all(b"\x01\x00" if is_right else b"\x01\x01")
        if not is_right:
            return
        said = bytes(await stream.receive_some(99))
        port = int.from_bytes(said[-2:], "big")
        self.asked.append("name" if said[3] == 3 else "address")
        await stream.send_all(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        await joined(stream, "127.0.0.1", port)


async def reach(exchange: Any, port: int, *, scheme: str = "") -> None:
    """One request and one WebSocket."""

    def tell(client: Any, message: Any) -> None:
        client.resolve(message["value"], message["to"])

    exchange.handle_message = tell
    assert await exchange.fetch(f"http{scheme}://localhost:{port}/") == {"ok": 1}
    assert await exchange.watch(f"ws{scheme}://localhost:{port}/", "a", "go", "a") == 1


def trusting(authority: Any, folder: Any) -> dict[str, Any]:
    path = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return {"cafile": str(path)}


def test_a_certificate_is_checked_for_rest_and_websockets(tmp_path: Any) -> None:
    async def body() -> None:
        authority = trustme.CA()
        async with secure_server(authority) as port:
            async with exchange_of("binance", trusting(authority, tmp_path)) as exchange:
                await reach(exchange, port, scheme="s")
            async with exchange_of("binance") as exchange:
                with pytest.raises(errors.ExchangeNotAvailable) as caught:
                    await exchange.fetch(f"https://localhost:{port}/")
                with pytest.raises(errors.NetworkError, match="certificate"):
                    await exchange.watch(f"wss://localhost:{port}/", "a", "go", "a")
            assert fate_of(caught.value) is Fate.NOTHING_SENT
            async with exchange_of("binance", {"verify": False}) as exchange:
                await reach(exchange, port, scheme="s")

    run(body)


@pytest.mark.parametrize("scheme", ["", "s"], ids=["plain", "tls"])
def test_an_http_proxy_carries_both(tmp_path: Any, scheme: str) -> None:
    async def body() -> None:
        authority, proxy = trustme.CA(), HttpProxy()
        serving = secure_server(authority) if scheme else server(both)
        async with serving as port, server(proxy.serve) as door:
            url = f"http://ann:secret@127.0.0.1:{door}"
            config = {"httpsProxy": url, "wssProxy": url, **trusting(authority, tmp_path)}
            async with exchange_of("binance", config) as exchange:
                await reach(exchange, port, scheme=scheme)

        assert proxy.asked == [f"CONNECT localhost:{port} HTTP/1.1".encode()] * 2

    run(body)


@pytest.mark.parametrize(("scheme", "asked"), [("socks5h", "name"), ("socks5", "address")])
def test_a_socks_proxy_carries_both_and_looks_names_up_where_told(scheme: str, asked: str) -> None:
    async def body() -> None:
        proxy = SocksProxy()
        async with server(both) as port, server(proxy.serve) as door:
            url = f"{scheme}://ann:secret@127.0.0.1:{door}"
            async with exchange_of("kraken", {"socksProxy": url, "wsSocksProxy": url}) as exchange:
                await reach(exchange, port)

        assert proxy.asked == [asked] * 2

    run(body)


@pytest.mark.parametrize("kind", ["httpsProxy", "socksProxy"])
def test_a_proxy_that_refuses_has_sent_nothing_and_tells_no_password(kind: str) -> None:
    async def body() -> None:
        proxy = HttpProxy() if kind == "httpsProxy" else SocksProxy()
        async with server(both) as port, server(proxy.serve) as door:
            scheme = "http" if kind == "httpsProxy" else "socks5"
            config = {kind: f"{scheme}://ann:wrong@127.0.0.1:{door}"}
            async with exchange_of("binance", config) as exchange:
                with pytest.raises(errors.ExchangeNotAvailable) as caught:
                    await exchange.fetch(f"http://localhost:{port}/")

        assert isinstance(caught.value.__cause__, DialFailed)
        assert "wrong" not in f"{caught.value}{caught.value.__cause__!r}"

    run(body)
