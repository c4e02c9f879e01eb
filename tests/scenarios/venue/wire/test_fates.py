"""What a fault plan can do to bytes, seen by a client at the other end."""

from collections.abc import Callable

import pytest
import trio

from benthic.scenarios.venue.wire.client import Answer, HttpClient, SocketClient
from benthic.scenarios.venue.wire.errors import Disconnected
from benthic.scenarios.venue.wire.fate import Ending, Fate
from benthic.scenarios.venue.wire.limits import Limits
from benthic.scenarios.venue.wire.messages import Response
from benthic.scenarios.venue.wire.outflow import pieces
from benthic.scenarios.venue.wire.strikes import RequestFate

from .echoing import Listener, World, run_world


def ask(world: World, path: str = "/a", *, patience: float = 30) -> tuple[Answer | str, float]:
    """What one request comes to, and after how long, s."""

    async def body(world: World) -> tuple[Answer | str, float]:
        client = HttpClient(await world.memory.open())
        outcome: Answer | str = "nothing"
        try:
            with trio.move_on_after(patience):
                outcome = await client.request("POST", path)
        except Disconnected:
            outcome = "closed"
        except trio.BrokenResourceError:
            outcome = "reset"
        return outcome, round(trio.current_time(), 3)

    return run_world(world, body)


def socket_after(
    strike: Callable[[Listener], None], *, limits: Limits | None = None
) -> list[tuple[float, str]]:
    """What a client hears after its handshake, until it is closed or half a minute has passed."""

    async def body(world: World) -> list[tuple[float, str]]:
        client = await SocketClient.open(await world.memory.open(), "/ws")
        strike(world.echo.listeners[0])
        heard: list[tuple[float, str]] = []

        def note(what: str) -> None:
            heard.append((round(trio.current_time(), 3), what))

        try:
            with trio.move_on_after(30):
                while True:
                    note(await client.receive())
        except Disconnected as end:
            note(f"<{end.code} {end.reason}>" if end.code else "<end>")
        except trio.BrokenResourceError:
            note("<reset>")
        return heard

    return run_world(World(limits=limits), body)


# -- requests


def test_a_lost_request_is_never_seen_and_never_answered() -> None:
    world = World()
    world.plan.requests["/a"] = RequestFate(lost=True)

    assert ask(world) == ("nothing", 30)
    assert world.echo.requests == []


@pytest.mark.parametrize(
    ("ending", "seen"), [(Ending.RESET, "reset"), (Ending.CLOSE, "closed")], ids=["reset", "close"]
)
def test_a_lost_request_may_end_its_connection(ending: Ending, seen: str) -> None:
    world = World()
    world.plan.requests["/a"] = RequestFate(lost=True, fate=Fate(stall=50, ending=ending))

    assert ask(world) == (seen, 0.05)
    assert world.echo.requests == []


def test_a_client_that_gives_up_on_a_lost_request_leaves_nothing_open() -> None:
    async def body(world: World) -> None:
        stream = await world.memory.open()
        await stream.send_all(b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
        await trio.sleep(1)
        await stream.send_eof()
        assert await stream.receive_some() == b""

    world = World()
    world.plan.requests["/a"] = RequestFate(lost=True)
    run_world(world, body)

    assert world.wire.open == {}


def test_an_answer_can_be_given_without_the_exchange_having_seen_the_request() -> None:
    world = World()
    world.plan.requests["/a"] = RequestFate(answer=Response(503, b"Unknown error"))

    outcome, _ = ask(world)

    assert isinstance(outcome, Answer)
    assert (outcome.status, outcome.body) == (503, b"Unknown error")
    assert world.echo.requests == []


def test_a_late_request_arrives_even_where_its_client_has_gone() -> None:
    async def body(world: World) -> int:
        stream = await world.memory.open()
        await stream.send_all(b"POST /a HTTP/1.1\r\nHost: h\r\n\r\n")
        await trio.sleep(1)
        await stream.aclose()
        assert world.echo.requests == []
        await trio.sleep(10)
        return len(world.echo.requests)

    world = World()
    world.plan.requests["/a"] = RequestFate(delay=5_000)

    assert run_world(world, body) == 1
    assert world.wire.open == {}


# -- responses


def test_an_executed_request_may_have_no_answer() -> None:
    world = World()
    world.plan.responses["/a"] = Fate(lost=True)

    assert ask(world) == ("nothing", 30)
    assert len(world.echo.requests) == 1


@pytest.mark.parametrize(
    ("fate", "seen", "after"),
    [
        (Fate(lost=True, ending=Ending.RESET), "reset", 0),
        (Fate(lost=True, ending=Ending.CLOSE), "closed", 0),
        (Fate(keep=30), "nothing", 30),
        (Fate(keep=30, ending=Ending.RESET), "reset", 0),
        (Fate(keep=60, ending=Ending.CLOSE, delay=200), "closed", 0.2),
        (Fate(lost=True, ending=Ending.HALF_OPEN), "nothing", 30),
        (Fate(ending=Ending.MUTE, keep=5), "nothing", 30),
        (Fate(raw=b"\x00\x01garbage\r\n\r\n"), "closed", 0),
    ],
    ids=["drop+rst", "drop+fin", "cut", "cut+rst", "cut+fin", "half-open", "mute", "garbage"],
)
def test_an_answer_may_come_to_harm(fate: Fate, seen: str, after: float) -> None:
    world = World()
    world.plan.responses["/a"] = fate

    assert ask(world) == (seen, after)
    assert len(world.echo.requests) == 1


@pytest.mark.parametrize(
    ("fate", "after"),
    [
        (Fate(delay=1_500), 1.5),
        (Fate(stall=1_500), 1.5),
        (Fate(cut=20, pause=700), 0.7),
        (Fate(piece=10, pause=100), 0.7),
        (Fate(raw=b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nPOST /a? "), 0),
        (Fate(ending=Ending.MUTE), 0),
    ],
    ids=["delay", "stall", "cut", "dribble", "raw", "then-mute"],
)
def test_an_answer_may_come_late_or_in_pieces(fate: Fate, after: float) -> None:
    world = World()
    world.plan.responses["/a"] = fate

    outcome, took = ask(world)

    assert isinstance(outcome, Answer)
    assert outcome.body == b"POST /a? "
    assert took == after


def test_answers_behind_a_late_one_wait_for_it_and_keep_their_order() -> None:
    async def body(world: World) -> bytes:
        world.plan.responses["/slow"] = Fate(delay=1_000)
        stream = await world.memory.open()
        await stream.send_all(
            b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\nGET /quick HTTP/1.1\r\nHost: h\r\n\r\n"
        )
        await stream.send_eof()
        return b"".join([bytes(data) async for data in stream])

    answer = run_world(World(), body)

    assert 0 < answer.index(b"/slow") < answer.index(b"/quick")


# -- connections and pushes


@pytest.mark.parametrize(
    ("fate", "seen"),
    [
        (Fate(ending=Ending.RESET), "reset"),
        (Fate(ending=Ending.CLOSE), "closed"),
        (Fate(ending=Ending.HALF_OPEN), "nothing"),
        (Fate(ending=Ending.MUTE), "nothing"),
    ],
    ids=["reset", "close", "half-open", "mute"],
)
def test_a_connection_may_be_struck_as_it_opens(fate: Fate, seen: str) -> None:
    world = World()
    world.plan.opening = fate

    assert ask(world)[0] == seen
    assert len(world.echo.requests) == (fate.ending is Ending.MUTE)


def test_a_late_push_is_overtaken_and_a_stalled_one_is_not() -> None:
    def strike(listener: Listener) -> None:
        listener.session.send("late", Fate(delay=2_000))
        listener.session.send("stalled", Fate(stall=1_000))
        listener.session.send("after")

    assert socket_after(strike)[:3] == [(1.0, "stalled"), (1.0, "after"), (2.0, "late")]


@pytest.mark.parametrize(
    ("fate", "heard"),
    [
        (Fate(cut=3, pause=400), [(0.4, "whole"), (0.4, "next")]),
        (Fate(piece=1, pause=100), [(0.6, "whole"), (0.6, "next")]),
        (Fate(raw=b"\x81\x03raw"), [(0, "raw"), (0, "next")]),
        (Fate(lost=True), [(0, "next")]),
        (Fate(ending=Ending.RESET), [(0, "whole"), (0, "<reset>")]),
        (Fate(ending=Ending.CLOSE), [(0, "whole"), (0, "<end>")]),
        (Fate(ending=Ending.CLOSE, code=1012, reason="r"), [(0, "whole"), (0, "<1012 r>")]),
        (Fate(keep=4, ending=Ending.RESET), [(0, "<reset>")]),
        (Fate(ending=Ending.MUTE), [(0, "whole")]),
        (Fate(ending=Ending.HALF_OPEN), [(0, "whole")]),
        (Fate(raw=b"\xff\xff"), [(0, "<1002 Invalid opcode 0xf>")]),
    ],
    ids=lambda value: None if isinstance(value, list) else repr(value)[5:30],
)
def test_a_push_may_come_to_harm(fate: Fate, heard: list[tuple[float, str]]) -> None:
    def strike(listener: Listener) -> None:
        listener.session.send("whole", fate)
        listener.session.send("next")

    seen = socket_after(strike)

    assert seen[: len(heard)] == heard


def test_a_fate_may_befall_a_connection_at_any_time() -> None:
    def strike(listener: Listener) -> None:
        listener.session.send("before")
        listener.session.strike(Fate(delay=500, raw=b"\x81\x05extra", ending=Ending.RESET))

    assert socket_after(strike) == [(0, "before"), (0.5, "extra"), (0.5, "<reset>")]


def test_a_half_open_exchange_reads_nothing_and_blocks_its_client_in_the_end() -> None:
    async def body(world: World) -> list[str]:
        stream = await world.memory.open()
        client = await SocketClient.open(stream, "/ws")
        world.echo.listeners[0].session.strike(Fate(ending=Ending.HALF_OPEN))
        with trio.move_on_after(10) as scope:
            for _ in range(100):
                await client.send("x" * 1_000)
        assert scope.cancelled_caught
        await stream.aclose()
        return world.echo.listeners[0].heard

    assert run_world(World(), body) == []


def test_pushes_behind_a_stall_are_bounded() -> None:
    def strike(listener: Listener) -> None:
        listener.session.send("x", Fate(stall=60_000))
        for _ in range(100):
            listener.session.send("y" * 100)

    assert socket_after(strike, limits=Limits(outbox=5_000)) == [(0, "<reset>")]


def test_a_client_that_does_not_read_is_dropped() -> None:
    async def body(world: World) -> None:
        await SocketClient.open(await world.memory.open(), "/ws")
        listener = world.echo.listeners[0]
        for _ in range(100):
            listener.session.send("y" * 100)
        await trio.sleep(1)
        assert listener.heard == ["<closed>"]
        assert not listener.session.is_open

    world = World(limits=Limits(outbox=5_000))
    run_world(world, body)

    assert world.wire.open == {}


def test_a_fate_of_no_bytes_leaves_none() -> None:
    assert pieces(b"", Fate(piece=3)) == []
    assert pieces(b"abc", Fate(keep=0)) == []
    assert pieces(b"abc", Fate(cut=0, piece=2)) == [b"ab", b"c"]
