"""WebSockets: handshakes, messages both ways, pings, closes, and what is no frame."""

import pytest
import trio
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, TextMessage
from wsproto.extensions import PerMessageDeflate

from benthic.scenarios.venue.wire.client import HttpClient, SocketClient
from benthic.scenarios.venue.wire.errors import Disconnected
from benthic.scenarios.venue.wire.limits import Limits

from .echoing import Listener, World, run_world

KEY = "AAAAAAAAAAAAAAAAAAAAAA=="
UPGRADE = {
    "connection": "Upgrade",
    "upgrade": "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": KEY,
}


async def a_socket(world: World, *extensions: PerMessageDeflate) -> tuple[SocketClient, Listener]:
    client = await SocketClient.open(await world.memory.open(), "/ws", extensions=extensions)
    return client, world.echo.listeners[-1]


async def raw_socket(world: World, **headers: str) -> tuple[trio.abc.Stream, bytes]:
    """A stream after its handshake, and the answer to that."""
    stream = await world.memory.open()
    lines = (f"{name}: {value}\r\n" for name, value in (UPGRADE | headers).items())
    await stream.send_all(f"GET /ws HTTP/1.1\r\nhost: h\r\n{''.join(lines)}\r\n".encode())
    return stream, bytes(await stream.receive_some())


@pytest.mark.parametrize("extensions", [(), (PerMessageDeflate,)], ids=["plain", "deflate"])
@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535 - 9, 65_536 - 9, 65_536])
def test_messages_of_every_size_go_both_ways(
    extensions: tuple[type[PerMessageDeflate], ...], size: int
) -> None:
    async def body(world: World) -> str:
        client, _ = await a_socket(world, *(each() for each in extensions))
        await client.send("x" * size)
        return await client.receive()

    assert run_world(World(), body) == "you said " + "x" * size


def test_text_is_unicode_both_ways_and_deflate_keeps_its_window() -> None:
    async def body(world: World) -> None:
        client, listener = await a_socket(world, PerMessageDeflate())
        for _ in range(3):
            await client.send("bid ≥ ask 🐙")
            assert await client.receive() == "you said bid ≥ ask 🐙"
        assert listener.heard == ["bid ≥ ask 🐙"] * 3

    run_world(World(), body)


@pytest.mark.parametrize(
    ("offer", "answer"),
    [
        ("permessage-deflate", b"permessage-deflate"),
        ("permessage-deflate; client_max_window_bits", b"client_max_window_bits=15"),
        ("permessage-deflate; client_max_window_bits=x", None),
        ("permessage-deflate; server_max_window_bits=99", None),
        ("x-unknown, permessage-deflate", b"permessage-deflate"),
        ("x-unknown", None),
    ],
)
def test_compression_is_agreed_on_only_where_the_offer_makes_sense(
    offer: str, answer: bytes | None
) -> None:
    async def body(world: World) -> bytes:
        return (await raw_socket(world, **{"sec-websocket-extensions": offer}))[1]

    said = run_world(World(), body)

    assert said.startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
    assert (b"sec-websocket-extensions" in said) is (answer is not None)
    assert (answer or b"") in said


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-websocket-key": "short"}, b"400"),
        ({"sec-websocket-key": "é"}, b"400"),
        ({"sec-websocket-version": "8"}, b"426"),
        ({"connection": "keep-alive"}, b"400"),
    ],
)
def test_a_handshake_that_is_none_is_refused(headers: dict[str, str], status: bytes) -> None:
    async def body(world: World) -> bytes:
        return (await raw_socket(world, **headers))[1]

    world = World()

    assert run_world(world, body).startswith(b"HTTP/1.1 " + status)
    assert world.echo.listeners == []


def test_a_door_may_refuse_and_the_connection_serves_on() -> None:
    async def body(world: World) -> None:
        stream = await world.memory.open()
        with pytest.raises(Disconnected, match="refuse") as refused:
            await SocketClient.open(stream, "/refuse")
        assert (refused.value.code, refused.value.reason) == (403, "no")
        assert (await HttpClient(stream).request("GET", "/a")).status == 200

    run_world(World(), body)


def test_pings_are_answered_either_way_and_heard_of() -> None:
    async def body(world: World) -> None:
        client, listener = await a_socket(world)
        await client.ping(b"a")
        listener.session.ping(b"b")
        await client.send("end")
        await client.receive()
        assert (client.pings, client.pongs) == (1, 1)
        assert set(listener.heard) == {"<ping>", "<pong b'b'>", "end"}

    run_world(World(), body)


def test_what_is_sent_while_the_handshake_is_answered_follows_it() -> None:
    async def body(world: World) -> str:
        socket = world.echo.socket

        def greet(request: object, session: object) -> object:
            listener = socket(request, session)  # type: ignore[arg-type] # passed on as they are
            assert isinstance(listener, Listener)
            listener.session.send("welcome")
            return listener

        world.echo.socket = greet  # type: ignore[method-assign,assignment] # the same, and a word
        client, _ = await a_socket(world)
        return await client.receive()

    assert run_world(World(), body) == "welcome"


@pytest.mark.parametrize("extensions", [(), (PerMessageDeflate,)], ids=["plain", "deflate"])
def test_text_that_is_none_is_sent_as_near_as_can_be(
    extensions: tuple[type[PerMessageDeflate], ...],
) -> None:
    async def body(world: World) -> str:
        client, listener = await a_socket(world, *(each() for each in extensions))
        listener.session.send("a\ud800b")
        return await client.receive()

    assert run_world(World(), body) == "a?b"


def test_a_close_is_answered_and_the_handler_told_once() -> None:
    async def body(world: World) -> None:
        client, listener = await a_socket(world)
        listener.session.close(4001, "enough")
        listener.session.send("nobody hears this")
        with pytest.raises(Disconnected) as end:
            await client.receive()
        assert (end.value.code, end.value.reason) == (4001, "enough")
        await trio.sleep(60)
        assert listener.heard == ["<closed>"]
        assert not listener.session.is_open

    world = World()
    run_world(world, body)

    assert world.wire.open == {}
    assert len(world.agenda) == 0


def test_a_client_that_does_not_answer_a_close_is_left() -> None:
    async def body(world: World) -> float:
        stream, _ = await raw_socket(world)
        world.echo.listeners[0].session.close()
        assert bytes(await stream.receive_some()) == b"\x88\x02\x03\xe8"
        assert await stream.receive_some() == b""
        return trio.current_time()

    assert run_world(World(limits=Limits(goodbye=5_000)), body) == pytest.approx(5)


@pytest.mark.parametrize("how", ["close", "end", "vanish"])
def test_a_client_that_leaves_is_told_of(how: str) -> None:
    async def body(world: World) -> None:
        client, listener = await a_socket(world)
        if how == "close":
            await client.aclose(1001, "bye")
        elif how == "end":
            await client._stream.send_eof()  # type: ignore[attr-defined] # a MemoryStream has it
        else:
            await client._stream.aclose()
        await trio.sleep(1)
        assert listener.heard == ["<closed>"]

    run_world(World(), body)


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (b"\xff" * 20, 1002),  # reserved bits
        (b"\x81\x05hello", 1002),  # without a mask
        (b"\x81\x82\0\0\0\0\xc3\x28", 1007),  # no UTF-8
        (b"\x80\x80\0\0\0\0", 1002),  # goes on with what never began
        (b"\x89\xfe\x01\x00\0\0\0\0", 1002),  # a long ping
        (b"\x82\x81\0\0\0\0x", 1003),  # binary
    ],
    ids=["bits", "mask", "utf-8", "continuation", "ping", "binary"],
)
def test_what_is_no_frame_closes_with_its_code(frames: bytes, code: int) -> None:
    async def body(world: World) -> tuple[bytes, list[str]]:
        stream, _ = await raw_socket(world)
        await stream.send_all(frames)
        answer = bytes(await stream.receive_some())
        await trio.sleep(60)
        return answer, world.echo.listeners[0].heard

    answer, heard = run_world(World(), body)

    assert answer[:1] == b"\x88"
    assert int.from_bytes(answer[2:4], "big") == code
    assert heard == ["<closed>"]


def test_a_message_that_is_too_long_closes_even_where_it_is_tiny_on_the_wire() -> None:
    bomb = PerMessageDeflate()
    bomb.finalize("permessage-deflate")
    frames = Connection(ConnectionType.CLIENT, [bomb]).send(TextMessage(data="x" * 30_000_000))

    async def body(world: World) -> int | None:
        stream, _ = await raw_socket(world, **{"sec-websocket-extensions": "permessage-deflate"})
        await stream.send_all(frames)
        answer = bytes(await stream.receive_some())
        assert world.echo.listeners[0].heard == []
        return int.from_bytes(answer[2:4], "big")

    assert len(frames) < 40_000
    assert run_world(World(), body) == 1009


def test_frames_that_came_with_the_handshake_are_heard() -> None:
    hello = Connection(ConnectionType.CLIENT).send(TextMessage(data="hello"))

    async def body(world: World) -> list[str]:
        stream = await world.memory.open()
        lines = "".join(f"{name}: {value}\r\n" for name, value in UPGRADE.items())
        await stream.send_all(f"GET /ws HTTP/1.1\r\nhost: h\r\n{lines}\r\n".encode() + hello)
        await trio.sleep(1)
        return world.echo.listeners[0].heard

    assert run_world(World(), body) == ["hello"]


def test_a_fragmented_message_with_a_ping_between_is_one_message() -> None:
    client = Connection(ConnectionType.CLIENT)
    first = client.send(TextMessage(data="to", message_finished=False))
    ping = Connection(ConnectionType.CLIENT).send(BytesMessage(data=b"x"))
    ping = b"\x89" + ping[1:]
    last = client.send(TextMessage(data="gether"))

    async def body(world: World) -> list[str]:
        stream, _ = await raw_socket(world)
        await stream.send_all(first + ping + last)
        await trio.sleep(1)
        return world.echo.listeners[0].heard

    assert run_world(World(), body) == ["<ping>", "together"]
