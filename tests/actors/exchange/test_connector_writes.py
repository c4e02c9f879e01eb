"""Every outcome of an order and of a cancel at a venue that goes wrong (A, E, L)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import trio
from msgspec.structs import replace

from benthic.actors.exchange.budget import Admit, RateBudget
from benthic.actors.exchange.errors import Unsettled
from benthic.actors.exchange.markets import key_of
from benthic.actors.exchange.messages import (
    Accepted,
    Cancel,
    FetchFills,
    FillReported,
    OrderRejected,
    OrderReported,
    Query,
    Submit,
)
from benthic.actors.exchange.settings import Credentials, VenueSettings
from benthic.runtime import AskTimeout, Millis, Refusal, VirtualClock, on
from benthic.runtime.secret import Secret

from .connecting import SYMBOL, a_venue, connected, limit, played, settings_of, struck

ORDER = "/api/v3/order"
POST = {"method": "POST", "path": ORDER, "nth": 1}
DELETE = {"method": "DELETE", "path": ORDER, "nth": 1}
HTML = "<html><body><h1>Bad gateway</h1></body></html>"

UNKNOWN: list[tuple[str, Mapping[str, Any], str | None]] = [
    ("A1", {"verb": "drop_request"}, None),
    ("A2", {"verb": "execute_then_drop_response"}, "open"),
    ("A3", {"verb": "status", "status": 502, "point": "after"}, "open"),
    ("A4", {"verb": "status", "status": 408, "code": -1007, "point": "after"}, "open"),
    ("A5", {"verb": "delay", "time": "12s"}, "open"),
    ("A8", {"verb": "truncate", "missing": 12, "whole": True}, "open"),
    ("E3", {"verb": "reset", "sent": 20, "point": "after"}, "open"),
    ("E8", {"verb": "dribble", "size": 1, "every": "1s"}, "open"),
    ("E9", {"verb": "body", "body": HTML, "status": 200, "content_type": "text/html"}, None),
    ("E11", {"verb": "reset", "point": "before"}, None),
    ("M5", {"verb": "half_open", "point": "after"}, "open"),
]


@pytest.mark.parametrize(
    ("code", "verb", "found"), UNKNOWN, ids=[f"{code}-{verb['verb']}" for code, verb, _ in UNKNOWN]
)
def test_an_order_without_an_answer_is_unsettled_and_never_sent_again(
    code: str, verb: Mapping[str, Any], found: str | None
) -> None:
    async def body(clock: VirtualClock) -> None:
        rule = {"fault": code, **verb, "when": POST}
        async with connected(clock, plan=struck(rule)) as desk:
            await desk.until("up")
            with pytest.raises(Unsettled):
                await desk.line.ask(limit("bn-1"))
            await trio.sleep(20)

            report = await desk.line.ask(Query("bn-1", SYMBOL))
            other = await desk.line.ask(limit("bn-2"))  # A5: it gets its own answer

            assert (report and report.status) == found
            assert isinstance(other, Accepted)
            assert other.client_id == "bn-2"
            assert len(desk.posts("bn-1")) == 1
            assert desk.is_well_behaved()
            assert desk.restarts() == 0

    played(body)


REFUSED: list[tuple[str, Submit, str]] = [
    ("A9", limit("bn-1", amount="9"), "INSUFFICIENT_BALANCE"),
    ("A10", limit("bn-1", amount="0.00001"), "MIN_NOTIONAL"),
    ("A10", limit("bn-1", price="50000.123456"), "PRICE_FILTER"),
]


@pytest.mark.parametrize(("code", "order", "reason"), REFUSED, ids=[each[2] for each in REFUSED])
def test_the_venues_no_is_definite(code: str, order: Submit, reason: str) -> None:
    del code

    async def body(clock: VirtualClock) -> None:
        async with connected(clock) as desk:
            await desk.until("up")
            with pytest.raises(OrderRejected) as caught:
                await desk.line.ask(order)
            assert caught.value.reason == reason
            assert await desk.line.ask(Query("bn-1", SYMBOL)) is None

    played(body)


def test_a_repeated_client_id_is_told_as_that_and_the_first_order_stays() -> None:  # A12
    async def body(clock: VirtualClock) -> None:
        async with connected(clock) as desk:
            await desk.until("up")
            first = await desk.line.ask(limit("bn-1"))
            with pytest.raises(OrderRejected, match="DUPLICATE_ORDER"):
                await desk.line.ask(limit("bn-1"))
            report = await desk.line.ask(Query("bn-1", SYMBOL))
            assert report is not None
            assert (report.venue_id, report.status) == (first.venue_id, "open")

    played(body)


@pytest.mark.parametrize(
    ("verb", "status"),
    [({"verb": "drop_request"}, "open"), ({"verb": "execute_then_drop_response"}, "cancelled")],
    ids=["A16-lost", "A16-answer lost"],
)
def test_a_cancel_without_an_answer_is_unsettled_and_a_query_tells(
    verb: Mapping[str, Any], status: str
) -> None:
    async def body(clock: VirtualClock) -> None:
        async with connected(clock, plan=struck({"fault": "A16", **verb, "when": DELETE})) as desk:
            await desk.until("up")
            await desk.line.ask(limit("bn-1"))
            with pytest.raises(Unsettled):
                await desk.line.ask(Cancel("bn-1", SYMBOL))
            report = await desk.line.ask(Query("bn-1", SYMBOL))
            assert (report and report.status) == status
            assert len(desk.record.sent("DELETE", ORDER)) == 1

    played(body)


def test_a_cancel_of_what_is_not_open_is_refused() -> None:  # A17
    async def body(clock: VirtualClock) -> None:
        async with connected(clock) as desk:
            await desk.until("up")
            with pytest.raises(OrderRejected, match="UNKNOWN_ORDER"):
                await desk.line.ask(Cancel("bn-none", SYMBOL))

    played(body)


def test_the_stream_tells_of_an_order_before_its_answer_does() -> None:  # A6
    async def body(clock: VirtualClock) -> None:
        rule = {"fault": "A6", "verb": "delay", "time": "2s", "when": POST}
        async with connected(clock, plan=struck(rule)) as desk:
            await desk.until("up")
            asked = clock.now()
            await desk.line.ask(limit("bn-1"))
            told = [at for at, event in desk.diary if isinstance(event, OrderReported)]
            assert told[0] - asked < 1_000
            assert clock.now() - asked >= 2_000

    played(body)


def test_fills_are_told_with_the_ids_of_their_orders() -> None:
    async def body(clock: VirtualClock) -> None:
        fill = {"verb": "fill", "symbol": "BTCUSDT", "when": {"at": "30s"}}
        async with connected(clock, plan=struck(fill)) as desk:
            await desk.until("up")
            await desk.line.ask(limit("bn-1"))
            await trio.sleep(60)
            fills = {e.fill.trade_id: e.fill for _, e in desk.diary if isinstance(e, FillReported)}
            (only,) = fills.values()
            report = await desk.line.ask(Query("bn-1", SYMBOL))
            assert report is not None
            assert report.fills == (only,)
            assert (report.status, only.client_id) == ("filled", "bn-1")

    played(body)


def test_a_time_stamp_that_was_refused_is_mended_and_sent_once_more() -> None:  # L4
    async def body(clock: VirtualClock) -> None:
        step = {"fault": "L4", "verb": "clock_step", "by": "90s", "when": {"at": "30s"}}
        async with connected(clock, plan=struck(step)) as desk:
            await desk.until("up")
            await trio.sleep(40)
            answer = await desk.line.ask(limit("bn-1"))
            assert answer.client_id == "bn-1"
            posts = desk.posts("bn-1")
            assert len(posts) == 2  # a definite non-acceptance, then the order
            assert posts[0].text != posts[1].text

    played(body)


def test_an_order_is_given_up_when_its_own_deadline_says_so() -> None:  # O5
    async def body(clock: VirtualClock) -> None:
        late = {"fault": "A5", "verb": "delay", "time": "8s", "when": POST}
        async with connected(clock, plan=struck(late)) as desk:
            await desk.until("up")
            began = desk.system.clock.elapsed()
            soon = replace(limit("bn-1"), until=Millis(began + 2_000))
            with pytest.raises(Unsettled):
                await desk.line.ask(soon)
            assert desk.system.clock.elapsed() - began <= 2_000

            past = replace(limit("bn-2"), until=desk.system.clock.elapsed())
            with pytest.raises(OrderRejected, match="NOT_SENT"):
                await desk.line.ask(past)
            await trio.sleep(20)
            assert desk.posts("bn-2") == []

    played(body)


def test_nothing_is_sent_again_for_an_asker_who_has_gone() -> None:  # O5
    async def body(clock: VirtualClock) -> None:
        step = {"fault": "L4", "verb": "clock_step", "by": "90s", "when": {"at": "30s"}}
        slow = {"verb": "delay", "time": "3s", "when": {"path": "/api/v3/time", "since": "30s"}}
        async with connected(clock, plan=struck(step, slow)) as desk:
            await desk.until("up")
            await trio.sleep(31)
            with pytest.raises(AskTimeout):
                await desk.line.ask(limit("bn-1"), timeout=2_000)
            await trio.sleep(20)
            assert len(desk.posts("bn-1")) == 1  # refused for its time stamp

    played(body)


@pytest.mark.parametrize("failing", ["names", "cut"])
def test_an_order_of_which_nothing_left_is_refused_as_not_sent(failing: Any) -> None:  # E1
    async def body(clock: VirtualClock) -> None:
        async with connected(clock) as desk:
            await desk.until("up")
            await trio.sleep(31)  # kept connections have rested too long
            with (
                desk.reached.network.without(failing),
                pytest.raises(OrderRejected, match="NOT_SENT"),
            ):
                await desk.line.ask(limit("bn-1"))
            assert desk.posts("bn-1") == []
            assert (await desk.line.ask(limit("bn-1"))).client_id == "bn-1"

    played(body)


def test_many_requests_are_at_the_venue_at_once_and_each_gets_its_own_answer() -> None:  # R7
    async def body(clock: VirtualClock) -> None:
        slow = {"verb": "delay", "time": "3s", "when": {"method": "POST", "path": ORDER}}
        async with connected(clock, plan=struck(slow)) as desk:
            await desk.until("up")
            began = clock.now()
            answers = dict[str, str]()

            async def place(name: str) -> None:
                answers[name] = (await desk.line.ask(limit(name))).client_id

            async with trio.open_nursery() as nursery:
                for number in range(20):
                    nursery.start_soon(place, f"bn-{number}")
            assert clock.now() - began < 4_000
            assert answers == {f"bn-{number}": f"bn-{number}" for number in range(20)}

    played(body)


def test_an_asker_that_gave_up_changes_nothing() -> None:  # A5
    async def body(clock: VirtualClock) -> None:
        slow = {"verb": "delay", "time": "5s", "when": POST}
        async with connected(clock, plan=struck(slow)) as desk:
            await desk.until("up")
            with pytest.raises(AskTimeout):
                await desk.line.ask(limit("bn-1"), timeout=1_000)
            assert (await desk.line.ask(limit("bn-2"))).client_id == "bn-2"
            await trio.sleep(10)
            report = await desk.line.ask(Query("bn-1", SYMBOL))
            assert (report and report.status) == "open"

    played(body)


def test_what_is_not_listed_is_refused_with_what_may_be_meant() -> None:
    async def body(clock: VirtualClock) -> None:
        async with connected(clock) as desk:
            await desk.until("up")
            wrong = Submit("bn-1", "BTC/USD", "buy", "market", limit("x").amount, None)
            with pytest.raises(OrderRejected, match=r"UNKNOWN_SYMBOL.*BTC/USDT"):
                await desk.line.ask(wrong)
            with pytest.raises(Refusal, match="no market BTC/USD"):
                await desk.line.ask(Query("bn-1", "BTC/USD"))

    played(body)


def test_a_trade_with_ourselves_is_two_trades_of_ours() -> None:
    """Stream, answer and look-up tell both sides of it apart, so that both count (F4)."""

    async def body(clock: VirtualClock) -> None:
        async with connected(clock) as desk:
            await desk.until("up")
            await desk.line.ask(limit("bn-1"))
            taken = await desk.line.ask(limit("bn-2", side="sell"))
            await trio.sleep(2)

            bought = await desk.line.ask(Query("bn-1", SYMBOL))
            sold = await desk.line.ask(Query("bn-2", SYMBOL))
            streamed = {e.fill for _, e in desk.diary if isinstance(e, FillReported)}
            listed = await desk.line.ask(FetchFills(SYMBOL, Millis(0)))

            assert bought is not None
            assert sold is not None
            assert bought.status == sold.status == "filled"
            assert taken.fills == sold.fills
            assert streamed == {*bought.fills, *sold.fills}
            assert len({each.trade_id for each in streamed}) == 2
            assert {each.trade_id for each in listed} == {each.trade_id for each in streamed}

    played(body)


def test_the_rate_budget_tells_accounts_apart_and_learns_nothing_of_their_keys() -> None:  # S1
    accounts = set[str]()

    class Noting(RateBudget):
        """Notes whose requests are admitted."""

        @on(Admit)
        def admit(self, message: Admit) -> None:
            accounts.add(message.account)
            super().admit(message)

    async def body(clock: VirtualClock) -> None:
        venue = a_venue()
        key = venue.api_key("ann").key
        async with connected(clock, venue, budget=Noting) as desk:
            await desk.until("up")
            await desk.line.ask(limit("bn-1"))
        (account,) = accounts - {""}
        parts = {key[start : start + 4] for start in range(len(key) - 3)}
        assert not any(part in account for part in parts)
        other = VenueSettings(name="binance", credentials=Credentials(Secret("k"), Secret("s")))
        assert account == key_of(settings_of(venue)).account != key_of(other).account

    played(body)
