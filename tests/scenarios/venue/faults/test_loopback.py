"""Faults over loopback TCP, and a plan that is changed through the control port while it runs."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trio

from benthic.scenarios.venue.faults.control import ControlDoor
from benthic.scenarios.venue.faults.plan import FaultPlan
from benthic.scenarios.venue.faults.planned import PlannedFaults
from benthic.scenarios.venue.faults.state import put_in_force
from benthic.scenarios.venue.wire.client import Answer, HttpClient, SocketClient
from benthic.scenarios.venue.wire.connection import Wire
from benthic.scenarios.venue.wire.driver import Driver
from benthic.scenarios.venue.wire.errors import Disconnected
from benthic.scenarios.venue.wire.tcp import TcpFace

from .struck import a_venue

TOKEN = "0123456789abcdef" * 3
TIME = "/api/v3/time"


class Served:
    """A venue and its control port, on two ports of this machine."""

    def __init__(self, faults: PlannedFaults, venue_port: int, control_port: int) -> None:
        self.faults = faults
        self.venue_port = venue_port
        self.control_port = control_port

    async def get(self, path: str = TIME) -> Answer:
        """Ask the venue, on a new connection."""
        stream = await trio.open_tcp_stream("127.0.0.1", self.venue_port)
        async with stream:
            return await HttpClient(stream).request("GET", path)

    async def order(self, method: str, path: str, table: Any = None) -> tuple[int, Any]:
        """Ask the control port."""
        body = b"" if table is None else json.dumps(table).encode()
        stream = await trio.open_tcp_stream("127.0.0.1", self.control_port)
        async with stream:
            answer = await HttpClient(stream).request(
                method, path, headers=[("authorization", f"Bearer {TOKEN}")], body=body
            )
            return answer.status, json.loads(answer.body)


def serve(body: Callable[[Served], Awaitable[None]]) -> None:
    async def main() -> None:
        venue = a_venue()
        faults = put_in_force(FaultPlan(), venue)
        driver = Driver(venue.agenda)
        wire = Wire(venue, venue.agenda, faults=faults)
        control = Wire(ControlDoor(faults, TOKEN), venue.agenda)
        async with trio.open_nursery() as nursery:
            await nursery.start(driver.run)
            port = await nursery.start(TcpFace(wire, driver).run)
            other = await nursery.start(TcpFace(control, driver).run)
            with trio.fail_after(30):
                await body(Served(faults, port, other))
            nursery.cancel_scope.cancel()

    trio.run(main)


def test_a_rule_strikes_from_the_moment_it_is_added_until_it_is_removed() -> None:
    async def body(served: Served) -> None:
        assert (await served.get()).status == 200
        status, rule = await served.order(
            "POST", "/rules", {"verb": "status", "status": 503, "when": {"path": TIME}}
        )
        assert status == 201
        assert (await served.get()).status == 503
        assert (await served.order("DELETE", f"/rules/{rule['number']}"))[0] == 200
        assert (await served.get()).status == 200
        _, record = await served.order("GET", "/fired")
        assert [fired["verb"] for fired in record["fired"]] == ["status"]

    serve(body)


def test_the_venue_is_struck_by_hand() -> None:
    async def body(served: Served) -> None:
        status, fired = await served.order("POST", "/fire", {"verb": "halt", "symbol": "BTCUSDT"})
        assert (status, fired["problem"]) == (200, "")
        info = json.loads((await served.get("/api/v3/exchangeInfo?symbol=BTCUSDT")).body)
        assert info["symbols"][0]["status"] != "TRADING"
        _, state = await served.order("GET", "/state")
        assert state["fired"] == 1

    serve(body)


@pytest.mark.parametrize(
    ("rule", "ends"),
    [
        ({"verb": "reset", "when": {"path": TIME}}, trio.BrokenResourceError),
        ({"verb": "reset", "sent": 30, "point": "after", "when": {"path": TIME}}, None),
        ({"verb": "drop_request", "line": "close", "when": {"path": TIME}}, Disconnected),
        ({"verb": "truncate", "when": {"path": TIME}}, Disconnected),
    ],
    ids=["reset", "reset-inside", "close", "truncate"],
)
def test_connections_end_on_a_real_socket_as_over_memory(
    rule: dict[str, Any], ends: type[Exception] | None
) -> None:
    async def body(served: Served) -> None:
        assert (await served.order("POST", "/rules", rule))[0] == 201
        with pytest.raises(ends or (trio.BrokenResourceError, Disconnected)):
            await served.get()

    serve(body)


def test_a_half_open_connection_is_silent_on_a_real_socket() -> None:
    async def body(served: Served) -> None:
        rule = {"verb": "half_open", "when": {"path": TIME}}
        assert (await served.order("POST", "/rules", rule))[0] == 201
        with trio.move_on_after(0.3) as waited:
            await served.get()
        assert waited.cancelled_caught

    serve(body)


def test_refused_connections_are_reset_on_a_real_socket() -> None:
    async def body(served: Served) -> None:
        order = {"verb": "refuse_connections", "time": "1h"}
        assert (await served.order("POST", "/fire", order))[0] == 200
        with pytest.raises((trio.BrokenResourceError, OSError, Disconnected)):
            await served.get()

    serve(body)


def test_a_handshake_is_refused_with_its_status_on_a_real_socket() -> None:
    async def body(served: Served) -> None:
        rule = {"verb": "status", "status": 429, "when": {"path": "/ws*"}}
        assert (await served.order("POST", "/rules", rule))[0] == 201
        stream = await trio.open_tcp_stream("127.0.0.1", served.venue_port)
        async with stream:
            with pytest.raises(Disconnected) as refused:
                await SocketClient.open(stream, "/ws/btcusdt@trade")
        assert refused.value.code == 429

    serve(body)
