"""Kills (K1, P2): nothing that was answered is lost, and the check sees what would be."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from benthic.actors.exchange.messages import Submit
from benthic.benchmarks.kills import run_kills
from benthic.benchmarks.kills_bot import EXCHANGES, Arrival, venue_log
from benthic.benchmarks.kills_check import Ack, check, parse
from benthic.benchmarks.orders import Scribe
from benthic.runtime import Millis
from benthic.storage import open_store
from benthic.storage.verification import inspect_here

ACCOUNT = EXCHANGES[0]


def test_a_killed_bot_has_lost_nothing_that_it_answered() -> None:
    report = run_kills(4, jobs=1)

    assert report.violations == ()
    assert report.trials == 4
    assert report.figures["client errors"] == 0


@pytest.fixture
def scribe(tmp_path: Path) -> Scribe:
    """Who has written the store in the test's folder: an order that rests, one that has ended."""
    scribe = Scribe(ACCOUNT)
    with open_store(tmp_path / "store", inspector=inspect_here) as store:
        store.load(ACCOUNT)
        store.write([scribe.deposit(), scribe.place(), scribe.place(), scribe.place()])
        first, second, _ = scribe.orders
        store.write([scribe.accept(first), scribe.trade(first, Decimal("0.5"))])
        store.write([scribe.trade(second)])
    return scribe


def test_a_store_that_holds_what_was_answered_is_in_order(tmp_path: Path, scribe: Scribe) -> None:
    half, intent = scribe.orders.values()
    acks = [
        Ack(ACCOUNT, half.id, "accepted", half.filled),
        Ack(ACCOUNT, intent.id, "intent", Decimal(0)),
    ]

    assert list(check(tmp_path, acks)) == []
    assert list(check(tmp_path / "nowhere", [])) == []


def lost(scribe: Scribe) -> Ack:
    scribe.place()
    return Ack(ACCOUNT, list(scribe.orders)[-1], "accepted", Decimal(0))


def less_filled(scribe: Scribe) -> Ack:
    return Ack(ACCOUNT, next(iter(scribe.orders)), "accepted", Decimal(1000))


def live_again(scribe: Scribe) -> Ack:
    return Ack(ACCOUNT, next(iter(scribe.orders)), "cancelled", Decimal(0))


def gone_back(scribe: Scribe) -> Ack:
    return Ack(ACCOUNT, list(scribe.orders)[-1], "accepted", Decimal(0))


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        pytest.param(lost, "was answered as accepted", id="an order"),
        pytest.param(less_filled, "was answered with 1000 filled", id="a fill"),
        pytest.param(live_again, "was answered as cancelled, is accepted", id="an end"),
        pytest.param(gone_back, "was answered as accepted, is an intent", id="a step"),
    ],
)
def test_the_check_sees_that_an_answer_was_lost(
    tmp_path: Path, scribe: Scribe, answer: Callable[[Scribe], Ack], what: str
) -> None:
    (found,) = check(tmp_path, [answer(scribe)])

    assert found.startswith("lost: ")
    assert what in found
    assert list(check(tmp_path / "nowhere", [answer(scribe)])) == ["lost: there is no store"]


def test_the_check_sees_an_order_that_was_sent_twice_or_before_it_was_durable(
    tmp_path: Path, scribe: Scribe
) -> None:
    known = next(iter(scribe.orders.values())).client_id
    with venue_log(tmp_path, ACCOUNT).open("wb") as log:
        for client_id in (known, known, "bn-unknown"):
            submit = Submit(client_id, "BTC/USDT", "buy", "market", Decimal(1), None)
            log.write(msgspec.json.encode(Arrival(Millis(1), submit=submit)) + b"\n")
    found = list(check(tmp_path, []))

    assert found == [
        f"twice: {known} was sent to the venue 2 times",
        "lost: bn-unknown reached the venue, and the store knows nothing of it",
    ]


def test_half_a_line_at_the_end_of_what_was_said_is_no_answer() -> None:
    heard = parse(b"ready agree\nack one o-1 filled 0.5\nack one o-2 fil")

    assert heard.ready == "agree"
    assert heard.acks == [Ack("one", "o-1", "filled", Decimal("0.5"))]
    assert parse(b"error one StoreFull no\n").errors == ["error one StoreFull no"]
