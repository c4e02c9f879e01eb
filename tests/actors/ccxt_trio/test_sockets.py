"""WebSockets: what is heard, how they end, and that nothing of them is left."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trio
import trio.testing
from wsproto import events
from wsproto.connection import Connection, ConnectionType
from wsproto.extensions import PerMessageDeflate

from benthic.actors.ccxt_trio.errors import HandshakeRefused, SocketClosed
from benthic.actors.ccxt_trio.frames import FrameReader
from benthic.actors.ccxt_trio.loading import PRO, names
from benthic.actors.ccxt_trio.reference import ReferenceSockets
from benthic.actors.ccxt_trio.sockets import Handshake, LeanSockets, SocketDialer
from benthic.actors.ccxt_trio.upstream import errors

from .standing import ServerSocket, accepted, dead_port, exchange_of, head_of, run, server

KINDS = [pytest.param(LeanSockets, id="lean"), pytest.param(ReferenceSockets, id="reference")]
Speak = Callable[[ServerSocket], Awaitable[None]]


class Heard:
    """All that came, in order."""

    def __init__(self) -> None:
        self.said = list[Any]()

    def on_data(self, data: str | bytes) -> None:
        self.said.append(data)

    def on_ping(self, payload: bytes) -> None:
        self.said.append(("ping", payload))

    def on_pong(self) -> None:
        self.said.append("pong")


def speaking(speak: Speak, *, deflate: bool = False) -> Callable[[trio.SocketStream], Any]:
    async def serve(stream: trio.SocketStream) -> None:
        async with stream:
            await speak(await accepted(stream, await head_of(stream), deflate=bool(deflate)))

    return serve


async def heard(port: int, dialer: SocketDialer) -> tuple[list[Any], int]:
    """What a socket says until it ends, and the code of its end."""
    ears = Heard()
    async with trio.open_nursery() as nursery:
        socket = await dialer.open(Handshake(url=f"ws://127.0.0.1:{port}/a?b=c"), nursery)
        with pytest.raises(SocketClosed) as ended:
            await socket.read(ears)
        await socket.aclose()
        nursery.cancel_scope.cancel()
    return ears.said, ended.value.code


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("deflate", [False, True], ids=["plain", "deflate"])
def test_messages_of_every_length_come_whole_and_in_order(
    kind: Callable[[], SocketDialer],
    deflate: object,
) -> None:
    sent: list[str | bytes] = [
        "",
        "a",
        "ü" * 60,
        "b" * 125,
        "c" * 126,
        "d" * 65_535,
        "e" * 65_536,
        b"\x00" * 300,
    ]

    async def speak(socket: ServerSocket) -> None:
        await socket.send(*sent)
        await socket.stream.send_all(socket.protocol.send(events.CloseConnection(code=1001)))
        await socket.next()

    async def body() -> None:
        async with server(speaking(speak, deflate=bool(deflate))) as port:
            said, code = await heard(port, kind())

        assert said == sent
        assert code == 1001

    run(body)


@pytest.mark.parametrize("deflate", [False, True], ids=["plain", "deflate"])
@pytest.mark.parametrize("piece", [1, 3, 7, 4096])
def test_frames_read_in_any_pieces_are_what_wsproto_reads(
    deflate: object,
    piece: int,
) -> None:
    def ends(kind: ConnectionType) -> Connection:
        extension = PerMessageDeflate()
        if deflate:
            extension.finalize("permessage-deflate")
        return Connection(kind, [extension])

    exchange, ours = ends(ConnectionType.SERVER), ends(ConnectionType.CLIENT)
    said: list[events.Event] = [
        events.TextMessage(data="whole"),
        events.TextMessage(data="first ", message_finished=False),
        events.Ping(payload=b"in between"),
        events.TextMessage(data="second ", message_finished=False),
        events.Pong(payload=b""),
        events.TextMessage(data="third"),
        events.BytesMessage(data=b"x" * 70_000),
        events.TextMessage(data="last"),
    ]
    wire = b"".join(exchange.send(each) for each in said)
    ears = Heard()
    reader = FrameReader(ours, ears)
    for start in range(0, len(wire), piece):
        reader.feed(wire[start : start + piece])
        while reader.read(2):
            pass

    assert ears.said == [
        *("whole", ("ping", b"in between"), "pong", "first second third"),
        *(b"x" * 70_000, "last"),
    ]


@pytest.mark.parametrize(
    ("wire", "code"),
    [
        pytest.param(b"\x81\x02\xff\xfe", 1007, id="no UTF-8"),
        pytest.param(b"\x81\x82\x00\x00\x00\x00ab", 1002, id="masked"),
        pytest.param(b"\x81\x7e\x00\x01a", 1002, id="a length longer than needed"),
        pytest.param(b"\x80\x01a", 1002, id="the end of nothing"),
        pytest.param(b"\xc1\x01a", 1002, id="compressed without leave"),
        pytest.param(b"\x83\x00", 1002, id="no such opcode"),
        pytest.param(b"\x81\x7f\x00\x00\x00\x00\x7f\xff\xff\xff", 1009, id="too long"),
        pytest.param(b"\x88\x02\x03\xe8", 1000, id="a close"),
    ],
)
def test_what_breaks_the_rules_ends_the_socket(wire: bytes, code: int) -> None:
    reader = FrameReader(Connection(ConnectionType.CLIENT), Heard())
    reader.feed(wire)

    with pytest.raises(SocketClosed) as ended:
        reader.read(10)

    assert ended.value.code == code


@pytest.mark.parametrize("kind", KINDS)
def test_a_refused_handshake_tells_its_status_and_when_to_come_back(
    kind: Callable[[], SocketDialer],
) -> None:
    async def refuse(stream: trio.SocketStream) -> None:
        await head_of(stream)
        head = b"HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"
        await stream.send_all(head)
        await stream.aclose()

    async def body() -> None:
        async with server(refuse) as port, trio.open_nursery() as nursery:
            url = f"ws://127.0.0.1:{port}/ws?listenKey=s3cret"
            with pytest.raises(HandshakeRefused) as refused:
                await kind().open(Handshake(url=url), nursery)

        assert (refused.value.status, refused.value.retry_after) == (429, "7")
        assert "s3cret" not in str(refused.value)

    run(body)


def test_every_exchange_with_websockets_reports_a_dead_port_and_leaves_nothing() -> None:
    port = dead_port()
    known = names(PRO)

    async def body() -> None:
        for name in known:
            async with exchange_of(name) as exchange:
                url = f"ws://127.0.0.1:{port}/ws"
                with pytest.raises(errors.NetworkError):
                    await exchange.watch(url, "hash", {"subscribe": 1}, "hash")
                with pytest.raises(errors.NetworkError):
                    await exchange.fetch(f"http://127.0.0.1:{port}/")
        gc.collect()  # an open socket would warn, and warnings are errors

    assert len(known) == 76
    run(body)


class Events:
    """A tap that remembers. reads: to whom what it reads by itself is addressed."""

    def __init__(self, reads: str = "") -> None:
        self.reads = reads
        self.said = list[tuple[str, Any]]()

    def subscribing(self, url: str) -> None: ...

    def connected(self, url: str) -> None:
        del url
        self.said.append(("connected", None))

    def message(self, url: str, message: Any) -> bool:
        del url
        return bool(message["to"] == self.reads)

    def event(self, url: str, message_hash: str, result: Any) -> None:
        del url
        self.said.append((message_hash, result))

    def closed(self, url: str, error: BaseException | None) -> None:
        del url
        self.said.append(("closed", error))


def tell(client: Any, message: Any) -> None:
    """What an exchange's `handle_message` does, at its simplest."""
    client.resolve(message["value"], message["to"])


async def wait_and_say(socket: ServerSocket) -> None:
    """After the first word: two events of one kind and one of another; then listen."""
    await socket.next()
    await socket.send('{"to":"a","value":1}', '{"to":"a","value":2}', '{"to":"b","value":3}')
    while not isinstance(await socket.next(), events.CloseConnection):
        pass


def test_the_tap_hears_every_event_and_watchers_the_latest_or_all() -> None:
    async def body() -> None:
        tap = Events()
        async with (
            server(speaking(wait_and_say)) as port,
            exchange_of("binance", tap=tap) as exchange,
        ):
            exchange.handle_message = tell
            url = f"ws://127.0.0.1:{port}/ws"
            assert await exchange.watch_multiple(url, ["x", "b"], "go", ["x"]) == 3

        assert tap.said[:4] == [("connected", None), ("a", 1), ("a", 2), ("b", 3)]
        assert tap.said[-1] == ("closed", None)

    run(body)


def test_what_the_tap_has_read_by_itself_ccxt_does_not_read_again() -> None:
    async def body() -> None:
        tap = Events(reads="a")
        async with (
            server(speaking(wait_and_say)) as port,
            exchange_of("binance", tap=tap) as exchange,
        ):
            exchange.handle_message = tell
            url = f"ws://127.0.0.1:{port}/ws"
            assert await exchange.watch_multiple(url, ["a", "b"], "go", ["x"]) == 3

        assert tap.said == [("connected", None), ("b", 3), ("closed", None)]

    run(body)


def test_cancelling_one_watcher_leaves_the_other() -> None:
    async def body() -> None:
        async def speak(socket: ServerSocket) -> None:
            await socket.next()
            await go.wait()
            await socket.send('{"to":"a","value":1}')
            await socket.next()

        go = trio.Event()
        got = list[Any]()
        async with server(speaking(speak)) as port, exchange_of("binance") as exchange:
            exchange.handle_message = tell
            url = f"ws://127.0.0.1:{port}/ws"

            async def watch() -> None:
                got.append(await exchange.watch(url, "a", "go", "a"))

            async with trio.open_nursery() as nursery:
                nursery.start_soon(watch)
                nursery.start_soon(watch)
                with trio.move_on_after(0.05) as scope:
                    await watch()
                go.set()

        assert scope.cancelled_caught
        assert got == [1, 1]

    run(body)


def test_a_parser_that_fails_is_heard_by_the_watchers() -> None:
    async def body() -> None:
        async with server(speaking(wait_and_say)) as port, exchange_of("binance") as exchange:

            def fail(_client: Any, message: Any) -> None:
                raise KeyError(message["missing"])

            exchange.handle_message = fail
            with pytest.raises(errors.BadResponse, match=r"KeyError.*missing"):
                await exchange.watch(f"ws://127.0.0.1:{port}/ws", "a", "go", "a")
            assert not exchange.clients

    run(body)


def test_a_server_that_hangs_up_is_redialled_and_a_silent_one_is_noticed() -> None:
    async def body() -> None:
        dials = 0

        async def speak(socket: ServerSocket) -> None:
            nonlocal dials
            dials += 1
            await socket.next()
            if dials > 1:
                await trio.sleep_forever()  # answers no ping: silent

        config = {"streaming": {"keepAlive": 40, "maxPingPongMisses": 2}}
        async with server(speaking(speak)) as port, exchange_of("binance", config) as exchange:
            exchange.handle_message = tell
            url = f"ws://127.0.0.1:{port}/ws"
            with pytest.raises(errors.NetworkError, match="closed by remote server"):
                await exchange.watch(url, "a", "go", "a")
            with pytest.raises(errors.RequestTimeout, match="silent"):
                await exchange.watch(url, "a", "go", "a")

        assert dials == 2

    run(body)


def test_closing_the_exchange_ends_its_watchers_its_tasks_and_its_delays() -> None:
    async def body() -> None:
        heard_of = list[type]()
        async with server(speaking(wait_and_say)) as port, trio.open_nursery() as nursery:  # noqa: SIM117 - the watcher outlives the exchange
            async with exchange_of("binance") as exchange:
                exchange.handle_message = tell

                async def watch() -> None:
                    try:
                        await exchange.watch(f"ws://127.0.0.1:{port}/ws", "never", "go", "never")
                    except errors.ExchangeClosedByUser as error:
                        heard_of.append(type(error))

                nursery.start_soon(watch)
                exchange.delay(60_000, trio.sleep_forever)
                spawned = exchange.spawn(trio.sleep_forever)
                await trio.testing.wait_all_tasks_blocked()

        assert heard_of == [errors.ExchangeClosedByUser]
        assert spawned.cancelled()

    run(body)
