"""The line to a venue that goes away, comes back, goes silent or says no (B, C12, E, I2, L, M)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import trio

from benthic.actors.exchange.bans import Ban, MemoryBans
from benthic.actors.exchange.ccxt_connector import GetPermissions
from benthic.actors.exchange.errors import (
    Barred,
    KeyTrouble,
    RegionBlocked,
    UnsoundAnswer,
    VenueAway,
)
from benthic.actors.exchange.line import DETECTION
from benthic.actors.exchange.messages import (
    FetchHoldings,
    FetchTicker,
    LineChanged,
    OrderRejected,
    OrderReported,
    Query,
)
from benthic.actors.exchange.settings import Credentials
from benthic.runtime import Millis, VirtualClock
from benthic.runtime.secret import Secret
from benthic.scenarios.venue.access.errors import ApiError
from benthic.scenarios.venue.config import START
from benthic.scenarios.venue.spot.wsapi import WsClient

from .connecting import (
    MINUTE,
    SYMBOL,
    a_venue,
    connected,
    limit,
    played,
    settings_of,
    struck,
)

HOUR = 60 * MINUTE


def test_a_line_opens_in_order_and_the_key_was_looked_at_before_it_is_up() -> None:
    async def body(clock: VirtualClock) -> None:
        async with connected(clock) as desk:
            line = await desk.until("up")
            assert line.count == 1
            paths = [each.path for each in desk.record.arrivals]
            firsts = ["time", "exchangeInfo", "apiRestrictions", "ws-api"]
            places = [next(at for at, p in enumerate(paths) if name in p) for name in firsts]
            assert places == sorted(places)
            permissions = await desk.line.ask(GetPermissions())
            assert permissions is not None
            assert permissions.can_trade

    played(body)


BREAKS: list[tuple[str, Mapping[str, Any]]] = [
    ("B5", {"verb": "expire_listen_keys", "when": {"at": "90s"}}),
    ("M6", {"verb": "server_shutdown", "after": "5s", "when": {"at": "90s"}}),
    ("M6", {"verb": "disconnect", "when": {"at": "90s"}}),
    ("E3", {"verb": "reset", "when": {"event": "executionReport", "nth": 1}}),
    ("E4", {"verb": "cut_frame", "sent": 5, "when": {"event": "executionReport", "nth": 1}}),
    ("E6", {"verb": "frame", "hex": "830100", "when": {"event": "executionReport", "nth": 1}}),
    ("A7", {"verb": "drop", "when": {"event": "executionReport", "nth": 1}}),
    ("M4", {"verb": "mute", "when": {"event": "executionReport", "nth": 1}}),
    ("M5", {"verb": "half_open", "when": {"event": "executionReport", "nth": 1}}),
]


@pytest.mark.parametrize(
    ("code", "rule"), BREAKS, ids=[f"{code}-{rule['verb']}" for code, rule in BREAKS]
)
def test_a_stream_that_breaks_is_noticed_in_time_and_comes_up_as_another(
    code: str, rule: Mapping[str, Any]
) -> None:
    async def body(clock: VirtualClock) -> None:
        async with connected(clock, plan=struck({"fault": code, **rule})) as desk:
            await desk.until("up")
            await trio.sleep(90 - 1)
            broke = clock.now()
            await desk.line.ask(limit("bn-1"))
            await desk.until("up", count=2, within=DETECTION + 20_000)
            away = [at for at, e in desk.diary if isinstance(e, LineChanged)][1]
            assert away - broke <= DETECTION
            states = [line.state for line in desk.lines()]
            assert states[0] == states[-1] == "up"
            assert set(states[1:-1]) <= {"away", "opening"}
            before = len(desk.diary)
            await desk.line.ask(limit("bn-2"))
            await trio.sleep(1)
            told = [e for _, e in desk.diary[before:] if isinstance(e, OrderReported)]
            assert "bn-2" in {e.report.client_id for e in told}
            assert desk.restarts() == 0

    played(body)


def test_two_streams_that_overlap_tell_the_same_fills() -> None:  # B7
    async def body(clock: VirtualClock) -> None:
        twice = {"verb": "duplicate", "when": {"event": "executionReport"}}
        async with connected(clock, plan=struck(twice)) as desk:
            await desk.until("up")
            await desk.line.ask(limit("bn-1"))
            await trio.sleep(1)
            reports = {e.report for _, e in desk.diary if isinstance(e, OrderReported)}
            assert len(reports) == 1  # repeated, and the same each time

    played(body)


def test_maintenance_for_six_hours_burns_no_restart_and_ends_by_itself() -> None:  # C12
    async def body(clock: VirtualClock) -> None:
        down = {"verb": "engine_restart", "share": 0, "down": "6h", "when": {"at": "2m"}}
        gone = {"verb": "disconnect", "when": {"at": "2m"}}
        async with connected(clock, plan=struck(down, gone)) as desk:
            await desk.until("up")
            await trio.sleep(10 * 60)
            assert (await desk.state()).state in {"away", "opening"}
            asked = desk.record.arrived
            await trio.sleep(5 * 3600)
            assert desk.record.arrived - asked < 5 * 60 * 10
            line = await desk.until("up", count=2, within=2 * HOUR)
            assert line.since - START < 6 * HOUR + 5 * MINUTE
            assert desk.restarts() == 0

    played(body)


def test_a_wrong_key_shuts_the_line_with_one_reason_and_no_loop() -> None:  # I2
    async def body(clock: VirtualClock) -> None:
        venue = a_venue()
        wrong = Credentials(Secret("K" * 64), Secret("S" * 64))
        async with connected(clock, venue, settings=settings_of(venue, credentials=wrong)) as desk:
            line = await desk.until("shut")
            asked = desk.record.arrived
            await trio.sleep(3600)
            assert desk.record.arrived == asked
            assert "key" in line.reason
            assert "K" * 64 not in line.reason
            assert "S" * 64 not in line.reason
            with pytest.raises(KeyTrouble):
                await desk.line.ask(FetchHoldings())
            with pytest.raises(OrderRejected, match="KEY"):
                await desk.line.ask(limit("bn-1"))
            assert desk.restarts() == 0

    played(body)


@pytest.mark.parametrize("nth", [1, 2], ids=["at the start", "while it runs"])
def test_a_region_that_is_not_served_is_not_asked_again(nth: int) -> None:  # E14
    async def body(clock: VirtualClock) -> None:
        blocked = {"verb": "status", "status": 451, "when": {"path": "*", "since": f"{nth - 1}m"}}
        gone = {"verb": "disconnect", "when": {"at": "70s"}}
        async with connected(clock, plan=struck(blocked, gone)) as desk:
            line = await desk.until("shut")
            asked = desk.record.arrived
            await trio.sleep(3600)
            assert desk.record.arrived == asked
            assert "does not serve this region" in line.reason
            assert "check the key" not in line.reason
            with pytest.raises(RegionBlocked):
                await desk.line.ask(FetchHoldings())
            with pytest.raises(OrderRejected, match="REGION"):
                await desk.line.ask(limit("bn-1"))

    played(body)


def test_the_names_of_the_host_fail_for_ten_minutes() -> None:  # E1
    async def body(clock: VirtualClock) -> None:
        async with connected(clock) as desk:
            await desk.until("up")
            await desk.line.ask(limit("bn-1"))
            with desk.reached.network.without("names"):
                for hub in desk.reached.venue.hubs.values():
                    assert hub is not None
                desk.reached.venue.close_sockets(1001, "gone")
                await trio.sleep(600)
                assert (await desk.state()).state in {"away", "opening"}
                dialled = desk.reached.network.dialled
                with pytest.raises(VenueAway):
                    await desk.line.ask(Query("bn-1", SYMBOL))  # and not: there is none
                assert desk.reached.network.dialled - dialled <= 5
            await desk.until("up", count=2)
            report = await desk.line.ask(Query("bn-1", SYMBOL))
            assert (report and report.status) == "open"

    played(body)


@pytest.mark.parametrize("status", [429, 418], ids=["L1", "L2"])
def test_nothing_is_sent_before_the_time_that_the_venue_said(status: int) -> None:
    async def body(clock: VirtualClock) -> None:
        ban = {"verb": "ban", "time": "3m", "status": status, "when": {"at": "60s"}}
        async with connected(clock, plan=struck(ban)) as desk:
            await desk.until("up")
            await desk.line.ask(limit("bn-1"))
            await trio.sleep(65)
            with pytest.raises(Barred):
                await desk.line.ask(FetchHoldings())
            line = await desk.until("barred", within=1_000)
            assert line.until is not None
            for number in range(5):
                with pytest.raises(OrderRejected, match="RATE_LIMIT"):
                    await desk.line.ask(limit(f"bn-x{number}"))
                with pytest.raises(Barred):
                    await desk.line.ask(Query("bn-1", SYMBOL))
            await desk.until("up", count=2, within=4 * MINUTE)
            assert (await desk.line.ask(limit("bn-2"))).client_id == "bn-2"
            assert desk.is_well_behaved()

    played(body)


def test_a_ban_that_the_account_s_stream_is_refused_with_holds_for_every_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # L2
    words = f"Way too much request weight used; IP banned until {START + HOUR}."

    def refuse(*_: object) -> dict[str, object]:
        raise ApiError(-1003, words, status=418)

    monkeypatch.setattr(WsClient, "_subscribe_signed", refuse)

    async def body(clock: VirtualClock) -> None:
        async with connected(clock) as desk:
            line = await desk.until("barred")
            asked = desk.record.arrived
            await trio.sleep(HOUR / 1_000 - 1)
            assert line.until is not None
            assert line.until >= START + HOUR
            assert desk.record.arrived == asked

    played(body)


class Sentenced(MemoryBans):
    """Remembers a ban from before."""

    def __init__(self) -> None:
        super().__init__()
        ban = Ban("binance/live", Millis(START + 10 * MINUTE), "banned for asking too much")
        self._bans[ban.address] = ban


def test_a_ban_is_remembered_across_a_restart() -> None:  # L2
    async def body(clock: VirtualClock) -> None:
        async with connected(clock, bans=Sentenced) as desk:
            await trio.sleep(9 * 60)
            assert (await desk.state()).state == "barred"
            assert desk.record.arrived == 0
            assert desk.reached.network.dialled == 0
            await desk.until("up", within=5 * MINUTE)

    played(body)


def test_a_reconnect_storm_is_met_with_longer_and_longer_pauses() -> None:  # M7
    async def body(clock: VirtualClock) -> None:
        at = {"at": "60s"}
        refused = {"verb": "refuse_connections", "time": "20m", "status": 503, "when": at}
        gone = {"verb": "disconnect", "when": at}
        async with connected(clock, plan=struck(refused, gone)) as desk:
            await desk.until("up")
            await trio.sleep(60)
            before = len(desk.record.sent("GET", "/ws-api/v3"))
            await trio.sleep(1_100)
            handshakes = len(desk.record.sent("GET", "/ws-api/v3")) - before
            assert 12 < handshakes < 120  # of 300 in each five minutes that are allowed
            holdings = await desk.line.ask(FetchHoldings())  # requests are served meanwhile
            assert holdings
            await desk.until("up", count=2)

    played(body)


def test_reads_are_asked_again_and_writes_are_not() -> None:  # E9
    html = {
        "verb": "body",
        "body": "<html>maintenance</html>",
        "content_type": "text/html",
        "when": {"path": "/api/v3/account", "first": 2},
    }

    async def body(clock: VirtualClock) -> None:
        async with connected(clock, plan=struck(html)) as desk:
            await desk.until("up")
            assert await desk.line.ask(FetchHoldings())
            assert len(desk.record.sent("GET", "/api/v3/account")) == 3

    played(body)


def test_a_read_that_goes_on_failing_says_so_within_its_deadline() -> None:
    gone = {"verb": "drop_request", "when": {"path": "/api/v3/account"}}

    async def body(clock: VirtualClock) -> None:
        async with connected(clock, plan=struck(gone)) as desk:
            await desk.until("up")
            began = clock.now()
            with pytest.raises(VenueAway):
                await desk.line.ask(FetchHoldings())
            assert clock.now() - began <= 10_100

    played(body)


@pytest.mark.parametrize("kind", ["nan", "negative", "infinity", "huge"])
def test_prices_that_cannot_be_are_refused_and_nothing_of_them_is_told(kind: str) -> None:  # M10
    bad = {
        "verb": "garbage",
        "kind": kind,
        "field": "lastPrice",
        "when": {"path": "/api/v3/ticker/24hr"},
    }

    async def body(clock: VirtualClock) -> None:
        venue = a_venue()
        async with connected(clock, venue, plan=struck(bad)) as desk:
            await desk.until("up")
            with pytest.raises((UnsoundAnswer, VenueAway)):
                await desk.line.ask(FetchTicker(SYMBOL))
            assert desk.restarts() == 0

    played(body)


def test_a_clock_that_drifts_is_followed_without_a_refused_request() -> None:  # L4
    async def body(clock: VirtualClock) -> None:
        drift = {"verb": "clock_drift", "ppm": 500, "when": {"at": "1s"}}
        async with connected(clock, plan=struck(drift)) as desk:
            await desk.until("up")
            for number in range(12):
                await trio.sleep(600)
                await desk.line.ask(limit(f"bn-{number}", amount="0.001"))
            refused = [each for each in desk.record.answers if each.status == 400]
            assert refused == []
            assert desk.is_well_behaved()

    played(body)


def test_a_stopped_connector_has_left_no_task_and_no_socket() -> None:  # R2
    async def body(clock: VirtualClock) -> None:
        before = trio.lowlevel.current_statistics().tasks_living
        async with connected(clock) as desk:
            await desk.until("up")
            assert desk.reached.network.open_streams > 0
            assert trio.lowlevel.current_statistics().tasks_living > before
        assert trio.lowlevel.current_statistics().tasks_living == before

    played(body)
