"""HTTP as the exchange speaks it: whole requests in, answers out, nonsense refused."""

from itertools import pairwise

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from benthic.scenarios.venue.wire.client import HttpClient
from benthic.scenarios.venue.wire.limits import Limits
from benthic.scenarios.venue.wire.memory import Line
from benthic.scenarios.venue.wire.strikes import RequestFate

from .echoing import World, run_world


async def everything(stream: trio.abc.ReceiveStream) -> bytes:
    """All that comes until the exchange closes."""
    return b"".join([bytes(data) async for data in stream])


def exchange(*sent: bytes, limits: Limits | None = None) -> tuple[bytes, World]:
    """What is answered to bytes after which the client says no more."""

    async def body(world: World) -> bytes:
        stream = await world.memory.open()
        for data in sent:
            await stream.send_all(data)
        await stream.send_eof()
        return await everything(stream)

    world = World(limits=limits)
    return run_world(world, body), world


def test_a_request_reaches_the_door_as_it_was_sent() -> None:
    _, world = exchange(
        b"POST /api/v3/order?symbol=A%2FB&x=%20 HTTP/1.1\r\nHost: h\r\nX-MBX-APIKEY: k\r\n"
        b"Accept: a\r\nAccept: b\r\nContent-Length: 4\r\n\r\nq=1&"
    )

    (request,) = world.echo.requests
    assert (request.method, request.path) == ("POST", "/api/v3/order")
    assert (request.query, request.body) == ("symbol=A%2FB&x=%20", b"q=1&")
    assert request.headers["x-mbx-apikey"] == "k"
    assert request.headers["accept"] == "a, b"
    assert (request.address, request.number) == ("memory", 1)


def test_requests_of_one_connection_are_answered_in_their_order() -> None:
    ask = b"".join(b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n" % number for number in range(20))

    answer, world = exchange(ask)

    assert [request.path for request in world.echo.requests] == [f"/{n}" for n in range(20)]
    assert [answer.index(b"GET /%d?" % number) for number in range(20)] == sorted(
        answer.index(b"GET /%d?" % number) for number in range(20)
    )


@given(cuts=st.lists(st.integers(1, 200), max_size=8))
def test_it_does_not_matter_in_which_pieces_bytes_come(cuts: list[int]) -> None:
    ask = (
        b"POST /a?b=1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nabc\r\n0\r\n\r\n"
        b"GET /next HTTP/1.1\r\nHost: h\r\n\r\n"
    )
    edges = [0, *sorted(cut for cut in set(cuts) if cut < len(ask)), len(ask)]

    whole, _ = exchange(ask)
    cut, _ = exchange(*(ask[a:b] for a, b in pairwise(edges)))

    assert cut == whole
    assert whole.count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (b"hello\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),  # no host
        (b"GET nowhere HTTP/1.1\r\nHost: h\r\n\r\n", b"400"),
        (b"GET /\xff HTTP/1.1\r\nHost: h\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", b"501"),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\n", b"413"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * 40_000, b"431"),
    ],
)
def test_what_is_no_request_is_answered_and_the_connection_closed(
    ask: bytes, status: bytes
) -> None:
    answer, world = exchange(ask, b"GET /after HTTP/1.1\r\nHost: h\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"connection: close" in answer
    assert answer.count(b"HTTP/1.1 ") == 1
    assert world.echo.requests == []


def test_a_body_without_a_length_is_cut_off_at_the_limit() -> None:
    chunk = b"400\r\n" + b"x" * 1024 + b"\r\n"
    head = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"

    answer, world = exchange(head, *[chunk] * 8, limits=Limits(body=4096))

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert world.echo.requests == []


@pytest.mark.parametrize(
    ("sent", "path", "query"),
    [
        ("http://h:1/a?b", "/a", "b"),
        ("http://h", "/", ""),
        ("http://h?x=1", "/", "x=1"),
        ("/a??b", "/a", "?b"),
    ],
)
def test_a_target_may_name_its_host(sent: str, path: str, query: str) -> None:
    _, world = exchange(f"GET {sent} HTTP/1.1\r\nHost: h\r\n\r\n".encode())

    assert (world.echo.requests[0].path, world.echo.requests[0].query) == (path, query)


@pytest.mark.parametrize(
    "ask",
    [
        b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
    ],
    ids=["asked", "http-1.0"],
)
def test_a_connection_is_closed_after_the_answer_where_the_client_wants_it(ask: bytes) -> None:
    async def body(world: World) -> bytes:
        stream = await world.memory.open()
        await stream.send_all(ask)
        return await everything(stream)

    answer = run_world(World(), body)

    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"connection: close" in answer


def test_a_head_request_gets_the_length_and_not_the_body() -> None:
    answer, _ = exchange(b"HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n")

    assert answer.endswith(b"content-length: 9\r\n\r\n")


def test_a_client_that_asks_first_is_told_to_send_its_body() -> None:
    async def body(world: World) -> list[bytes]:
        stream = await world.memory.open()
        await stream.send_all(
            b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        )
        told = await stream.receive_some()
        await stream.send_all(b"hi")
        return [bytes(told), bytes(await stream.receive_some())]

    told, answer = run_world(World(), body)

    assert told == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answer.endswith(b"POST /? hi")


def test_an_upgrade_to_what_is_no_websocket_is_answered_as_if_not_asked() -> None:
    answer, _ = exchange(
        b"GET /a HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"
        b"GET /b HTTP/1.1\r\nHost: h\r\n\r\n"
    )

    assert answer.count(b"HTTP/1.1 200 OK") == 2


def test_the_client_keeps_its_connection_over_many_requests_and_a_slow_line() -> None:
    async def body(world: World) -> tuple[int, float]:
        client = HttpClient(await world.memory.open("10.0.0.1"))
        for number in range(10):
            answer = await client.request("GET", f"/{number}?q=1", body=b"x" * number)
            assert answer.body == f"GET /{number}?q=1 {'x' * number}".encode()
        await client.aclose()
        return world.wire.connections, round(trio.current_time(), 6)

    world = World(line=Line(latency=5, piece=7))

    assert run_world(world, body) == (1, 0.1)
    assert {request.address for request in world.echo.requests} == {"10.0.0.1"}
    assert [request.number for request in world.echo.requests] == list(range(1, 11))


def test_a_client_that_sends_far_ahead_of_its_answers_is_dropped() -> None:
    async def body(world: World) -> None:
        world.plan.requests["/slow"] = RequestFate(delay=60_000)
        stream = await world.memory.open()
        await stream.send_all(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
        await stream.send_all(b"x" * 20_000)
        with pytest.raises(trio.BrokenResourceError):
            await stream.receive_some()

    world = World(limits=Limits(ahead=10_000))
    run_world(world, body)

    assert world.wire.open == {}
