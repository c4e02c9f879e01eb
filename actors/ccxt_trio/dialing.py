"""TCP, TLS and proxies: how a stream to a server is opened on the live network.

HTTP proxies are asked to CONNECT, also for what is not encrypted; SOCKS is version 5. Every
stream that does not come to be is closed. It speaks neither HTTP nor WebSocket with the server.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final
from urllib.parse import SplitResult, unquote

import h11
import outcome
import trio
from socksio import ProtocolError, socks5

from .errors import DialFailed
from .wire import SECURE, Road, authority, place, port_of, split

CHUNK: Final = 4_096  # bytes read at a time from a proxy
HEAD: Final = 65_536  # bytes of an answer that a proxy may give
GRANTED: Final = range(200, 300)


class NetworkDialer:
    """Opens streams on the network of this machine."""

    async def open(self, url: SplitResult, road: Road) -> trio.abc.Stream:
        """See `Dialer`."""
        stream = await self._reach(url, road)
        if url.scheme not in SECURE:
            return stream
        return await _secured(stream, url, road.tls or ssl.create_default_context())

    async def _reach(self, url: SplitResult, road: Road) -> trio.abc.Stream:
        """A stream whose other end is the server, not yet encrypted."""
        host, port = url.hostname or "", port_of(url)
        if road.proxy is None:
            return await _tcp(host, port, place(url))
        proxy = split(road.proxy)
        where = f"{place(url)} through {place(proxy)}"
        stream: trio.abc.Stream = await _tcp(proxy.hostname or "", port_of(proxy), where)
        if proxy.scheme == "https":
            stream = await _secured(stream, proxy, road.tls or ssl.create_default_context())
        if proxy.scheme in {"http", "https"}:
            return await _or_closed(stream, where, partial(_connect, stream, url, proxy, where))
        if proxy.scheme in {"socks5", "socks5h"}:
            return await _or_closed(stream, where, partial(_socks, stream, url, proxy, where))
        await trio.aclose_forcefully(stream)
        raise DialFailed(where, "proxies speak http, https, socks5 or socks5h")


async def _tcp(host: str, port: int, where: str) -> trio.SocketStream:
    try:
        stream = await trio.open_tcp_stream(host, port)
    except OSError as error:
        raise DialFailed(where, f"no connection: {error}") from error
    except ExceptionGroup as error:
        raise DialFailed(where, "no connection to any of its addresses") from error
    except UnicodeError as error:
        raise DialFailed(where, f"{host!r} is no host name") from error
    return stream


async def _secured(
    stream: trio.abc.Stream, url: SplitResult, context: ssl.SSLContext
) -> trio.abc.Stream:
    """The same stream inside of TLS; the certificate is checked before a byte of ours goes out."""
    secure: trio.SSLStream[trio.abc.Stream] = trio.SSLStream(
        stream, context, server_hostname=url.hostname, https_compatible=True
    )
    return await _or_closed(secure, place(url), partial(_shaken, secure))


async def _shaken(secure: trio.SSLStream[trio.abc.Stream]) -> None:
    await secure.do_handshake()


async def _or_closed(
    stream: trio.abc.Stream, where: str, step: Callable[[], Awaitable[None]]
) -> trio.abc.Stream:
    """The stream after a step that went well; closed, whatever else happens."""
    ended = await outcome.acapture(step)
    if isinstance(ended, outcome.Value):
        return stream
    await trio.aclose_forcefully(stream)
    if isinstance(ended.error, (trio.BrokenResourceError, trio.ClosedResourceError, OSError)):
        cause = ended.error.__cause__ or ended.error  # trio hides the certificate's error in it
        raise DialFailed(where, f"no connection: {cause}") from ended.error
    raise ended.error


async def _connect(
    stream: trio.abc.Stream, url: SplitResult, proxy: SplitResult, where: str
) -> None:
    """Ask an HTTP proxy for a tunnel."""
    server = f"{url.hostname}:{port_of(url)}"
    headers = [("Host", server), *_credentials(proxy)]
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD)
    asked = h11.Request(method="CONNECT", target=server, headers=headers)
    await stream.send_all(
        (connection.send(asked) or b"") + (connection.send(h11.EndOfMessage()) or b"")
    )
    try:
        while (event := connection.next_event()) is h11.NEED_DATA:
            connection.receive_data(bytes(await stream.receive_some(CHUNK)))
    except h11.RemoteProtocolError as error:
        raise DialFailed(where, f"the proxy speaks no HTTP: {error}") from error
    if not isinstance(event, h11.Response) or event.status_code not in GRANTED:
        status = getattr(event, "status_code", "nothing")
        raise DialFailed(where, f"the proxy answered CONNECT with {status}")


def _credentials(proxy: SplitResult) -> list[tuple[str, str]]:
    if proxy.username is None:
        return []
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return [("Proxy-Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}")]


async def _socks(stream: trio.abc.Stream, url: SplitResult, proxy: SplitResult, where: str) -> None:
    """Ask a SOCKS 5 proxy for a tunnel; with socks5h the proxy looks the name up."""
    connection: Any = socks5.SOCKS5Connection()  # its types hide its methods
    method = (
        socks5.SOCKS5AuthMethod.NO_AUTH_REQUIRED
        if proxy.username is None
        else socks5.SOCKS5AuthMethod.USERNAME_PASSWORD
    )
    try:
        connection.send(socks5.SOCKS5AuthMethodsRequest([method]))
        chosen = await _told(stream, connection, where)
        if not isinstance(chosen, socks5.SOCKS5AuthReply) or chosen.method != method:
            raise DialFailed(where, "the proxy does not take these credentials, or wants some")
        if proxy.username is not None:
            user, password = unquote(proxy.username), unquote(proxy.password or "")
            connection.send(socks5.SOCKS5UsernamePasswordRequest(user.encode(), password.encode()))
            said = await _told(stream, connection, where)
            if not isinstance(said, socks5.SOCKS5UsernamePasswordReply) or not said.success:
                raise DialFailed(where, "the proxy refuses the user or the password")
        server = await _addressed(url, proxy, where)
        command = socks5.SOCKS5Command.CONNECT
        connection.send(socks5.SOCKS5CommandRequest.from_address(command, server))
        reply = await _told(stream, connection, where)
    except ProtocolError as error:
        raise DialFailed(where, f"the proxy speaks no SOCKS 5: {error}") from error
    granted = socks5.SOCKS5ReplyCode.SUCCEEDED
    if not isinstance(reply, socks5.SOCKS5Reply) or reply.reply_code != granted:
        code = getattr(reply, "reply_code", None)
        raise DialFailed(where, f"the proxy does not connect: {getattr(code, 'name', reply)}")


async def _addressed(url: SplitResult, proxy: SplitResult, where: str) -> tuple[str, int]:
    host, port = url.hostname or "", port_of(url)
    if proxy.scheme == "socks5h":
        return host, port
    try:
        found = await trio.socket.getaddrinfo(host, port, type=trio.socket.SOCK_STREAM)
    except OSError as error:
        raise DialFailed(where, f"the name {authority(url)} is not known: {error}") from error
    return str(found[0][4][0]), port


async def _told(stream: trio.abc.Stream, connection: Any, where: str) -> Any:
    """Send what was asked, and the proxy's word to it. Its words are short and come alone."""
    await stream.send_all(connection.data_to_send())
    data = bytes(await stream.receive_some(CHUNK))
    if not data:
        raise DialFailed(where, "the proxy hung up")
    return connection.receive_data(data)
