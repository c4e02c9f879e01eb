"""The exchange on a port: what only real sockets can show."""

import resource
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import trio

from benthic.runtime.errors import UsageError
from benthic.scenarios.venue.wire.client import HttpClient, SocketClient
from benthic.scenarios.venue.wire.driver import Driver
from benthic.scenarios.venue.wire.fate import Ending, Fate
from benthic.scenarios.venue.wire.limits import Limits
from benthic.scenarios.venue.wire.strikes import RequestFate
from benthic.scenarios.venue.wire.tcp import TcpFace

from .echoing import World

PATIENCE = 30  # s of wall time until a test counts as hung
GET = b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
Serve = Callable[[World, int], Awaitable[None]]


def serve(world: World, body: Serve, *, speed: float = 1.0) -> None:
    """Run `body(world, port)` beside the exchange, on the wall's clock."""

    async def main() -> None:
        world.driver = Driver(world.agenda, speed=speed)
        with trio.fail_after(PATIENCE):
            async with trio.open_nursery() as nursery:
                await nursery.start(world.driver.run)
                port = await nursery.start(TcpFace(world.wire, world.driver).run)
                await body(world, port)
                nursery.cancel_scope.cancel()

    trio.run(main)


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[trio.SocketStream]:
    async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
        yield stream


async def everything(stream: trio.abc.ReceiveStream) -> bytes:
    return b"".join([bytes(data) async for data in stream])


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await trio.lowlevel.checkpoint()


def test_requests_and_websockets_are_served_beside_each_other() -> None:
    async def body(world: World, port: int) -> None:
        async with connected(port) as one, connected(port) as two:
            http, ws = HttpClient(one), await SocketClient.open(two, "/ws")
            for number in range(3):
                assert (await http.request("GET", f"/{number}")).status == 200
                await ws.send(f"{number}")
                assert await ws.receive() == f"you said {number}"
        await until(lambda: not world.wire.open)
        assert world.echo.listeners[0].heard == ["0", "1", "2", "<closed>"]
        assert world.echo.requests[0].address == "127.0.0.1"

    serve(World(), body)


def test_a_reset_is_one_on_the_wire() -> None:
    async def body(world: World, port: int) -> None:
        world.plan.responses["/a"] = Fate(
            raw=b"x" * 30, cut=20, pause=50, keep=21, ending=Ending.RESET
        )
        async with connected(port) as stream:
            await stream.send_all(GET)
            with pytest.raises(trio.BrokenResourceError) as broken:
                await everything(stream)
            assert isinstance(broken.value.__cause__, ConnectionResetError)
        await until(lambda: not world.wire.open)

    serve(World(), body)


def test_a_close_in_mid_answer_is_no_reset() -> None:
    async def body(world: World, port: int) -> None:
        world.plan.responses["/a"] = Fate(keep=20, ending=Ending.CLOSE)
        async with connected(port) as stream:
            await stream.send_all(GET)
            assert (
                b"".join([bytes(data) async for data in stream]) == b"HTTP/1.1 200 OK\r\nc" + b"on"
            )

    serve(World(), body)


def test_times_of_faults_run_at_the_speed_of_the_exchange() -> None:
    async def body(world: World, port: int) -> None:
        world.plan.requests["/a"] = RequestFate(delay=3_600_000)
        world.plan.responses["/a"] = Fate(piece=20, pause=3_600_000)
        async with connected(port) as stream:
            assert (await HttpClient(stream).request("GET", "/a")).body == b"GET /a? "
        assert world.agenda.now > 2 * 3_600_000

    serve(World(), body, speed=1e8)


def test_a_refusal_reaches_a_client_that_is_still_sending() -> None:
    async def body(_: World, port: int) -> None:
        async with connected(port) as stream:
            answer = await HttpClient(stream).request("POST", "/", body=b"x" * 5_000_000)
            assert (answer.status, answer.headers["connection"]) == (413, "close")

    serve(World(), body)


def test_a_half_open_connection_answers_nothing_and_sends_no_end() -> None:
    async def body(world: World, port: int) -> None:
        world.plan.responses["/a"] = Fate(lost=True, ending=Ending.HALF_OPEN)
        async with connected(port) as stream, connected(port) as other:
            await stream.send_all(GET + GET)
            await until(lambda: len(world.echo.requests) == 1)
            with trio.move_on_after(0.05) as scope:
                await stream.receive_some()
            assert scope.cancelled_caught
            assert (await HttpClient(other).request("GET", "/b")).status == 200
            assert len(world.echo.requests) == 2

    serve(World(), body)


def test_a_client_that_does_not_read_is_dropped_while_others_are_served() -> None:
    async def body(world: World, port: int) -> None:
        async with connected(port) as slow, connected(port) as quick:
            await SocketClient.open(slow, "/ws")
            listener = world.echo.listeners[0]
            http = HttpClient(quick)
            while listener.session.is_open:
                for _ in range(16):
                    listener.session.send("x" * 65_000)
                assert (await http.request("GET", "/a")).status == 200
            await until(lambda: listener.heard == ["<closed>"])
            assert len(world.wire.open) == 1

    serve(World(limits=Limits(outbox=1_000_000)), body)


def test_a_client_that_reads_late_gets_all_within_the_bound() -> None:
    async def body(world: World, port: int) -> None:
        async with connected(port) as stream:
            client = await SocketClient.open(stream, "/ws")
            for number in range(200):
                world.echo.listeners[0].session.send(f"{number:<60000}")
            world.echo.listeners[0].session.close()
            for number in range(200):
                assert int(await client.receive()) == number

    serve(World(limits=Limits(outbox=20_000_000)), body)


def test_for_one_connection_too_many_the_longest_quiet_gives_way() -> None:
    async def body(world: World, port: int) -> None:
        async with connected(port) as first, connected(port) as second:
            busy = HttpClient(first)
            await busy.request("GET", "/a")
            await HttpClient(second).request("GET", "/a")
            await busy.request("GET", "/a")
            async with connected(port) as third:
                assert (await HttpClient(third).request("GET", "/a")).status == 200
            assert (await busy.request("GET", "/a")).status == 200
            with pytest.raises(trio.BrokenResourceError):
                await second.receive_some()
            await until(lambda: len(world.wire.open) == 1)

    serve(World(limits=Limits(connections=2)), body)


def test_a_port_that_is_taken_is_an_error_at_once() -> None:
    async def body(world: World, port: int) -> None:
        with pytest.raises(UsageError, match="try port 0"):
            await TcpFace(world.wire, world.driver).run(port)

    serve(World(), body)


FLOOD = """
import resource, socket, sys, trio
limit, clients = int(sys.argv[1]), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
from benthic.scenarios.venue.agenda import Agenda
from benthic.scenarios.venue.wire.connection import Wire
from benthic.scenarios.venue.wire.driver import Driver
from benthic.scenarios.venue.wire.messages import Response
from benthic.scenarios.venue.wire.tcp import TcpFace

class Door:
    def request(self, request):
        return Response(200, b"served")
    def socket(self, request, session):
        return Response(404)

async def main():
    wire = Wire(Door(), Agenda())
    driver = Driver(wire.agenda)
    async with trio.open_nursery() as nursery:
        await nursery.start(driver.run)
        port = await nursery.start(TcpFace(wire, driver).run)
        print(port, flush=True)

trio.run(main)
"""


@pytest.mark.parametrize(
    ("descriptors", "clients"), [(40, 200), (10_200, 10_000)], ids=["shortage", "10,000"]
)
def test_a_flood_of_connections_does_not_stop_it(descriptors: int, clients: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < clients + 300:
        pytest.skip(f"this machine allows {hard} open files a process, {clients + 300} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, clients + 300), hard))
    command = [sys.executable, "-c", FLOOD, str(descriptors), str(clients)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = "127.0.0.1", int(server.stdout.readline())
        quiet = [socket.create_connection(address) for _ in range(clients)]
        with socket.create_connection(address) as last:
            last.settimeout(PATIENCE)
            last.sendall(GET)
            assert last.recv(1_000).endswith(b"served")
        for each in quiet:
            each.close()
        with socket.create_connection(address) as after:
            after.sendall(GET)
            assert after.recv(1_000).endswith(b"served")
        server.kill()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
