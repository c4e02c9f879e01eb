"""`benthic orders`: the graph of orders as people and scripts read it."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from benthic.actors.orders.model import Order
from benthic.actors.orders.plan import (
    Chain,
    Expiry,
    Group,
    Plan,
    Profile,
    Revision,
    Swap,
    TrailingDistance,
    TrailingOwn,
    TrailingStep,
    TrailingSteps,
    Trigger,
)
from benthic.benchmarks.orders import Scribe
from benthic.cli.order_words import forest, grouped, outbox, told, trailed
from benthic.runtime import Millis
from benthic.storage import open_store

from .conftest import Benthic


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A plain order that shall become another, and a bracket whose parent has filled by half."""
    path, scribe = tmp_path / "store", Scribe("main")
    with open_store(path) as order_store:
        order_store.write([scribe.deposit(), scribe.deposit_base()])
        order_store.write([scribe.place(), scribe.bracket(), scribe.bracket()])
        plain, first, *_ = scribe.orders
        order_store.write([scribe.accept(plain), scribe.edit(plain)])
        order_store.write([scribe.trade(first, Decimal("0.5"))])
    return path


def an_order(name: str, plan: Plan | None = None) -> Order:
    scribe = Scribe("main")
    scribe.deposit()
    scribe.place()
    (order,) = scribe.orders.values()
    return replace(order, id=name, plan=plan)


def child(name: str, parent: str) -> Order:
    plan = Plan(chain=Chain(parent, Decimal(1), Decimal(1)))
    return replace(an_order(name, plan), status="chained")


def test_orders_that_wait_stand_below_the_one_that_they_wait_for(
    benthic: Benthic, store: Path
) -> None:
    ran = benthic("orders", store)
    words = " ".join(ran.out.split())

    assert ran.code == 0
    assert any(line.startswith("   00000000") for line in ran.out.splitlines())
    assert "(oco, in turns: the stop rests first, what is put forward has 120 s):" in words
    assert "trails by 0.05 of the price" in words
    assert "shall become 0.06967006 at 49985.73" in words
    assert "due: to be sent" in words


def test_the_json_of_an_order_has_all_of_its_plan_as_text(benthic: Benthic, store: Path) -> None:
    (account,) = benthic("orders", store, "--json").json["accounts"]
    plain, first, profit, stop, *_ = account["orders"]

    assert plain["plan"]["revision"]["amount"] == "0.06967006"
    assert first["plan"] is None
    assert (profit["status"], stop["status"]) == ("due", "due")
    assert stop["plan"]["chain"]["parent"] == first["id"]
    assert stop["plan"]["profile"]["type"] == "distance"
    assert stop["plan"]["profile"]["distance"] == "0.05"
    assert stop["names"] == [stop["client_id"]]
    assert [(due["order"], due["what"]) for due in account["outbox"][1:3]] == [
        (profit["id"], "due: to be sent"),
        (stop["id"], "due: to be sent"),
    ]
    assert account["outbox"][0]["what"].startswith("to be taken back: shall become")
    assert not floats_in(json.loads(benthic("orders", store, "--json").out))


def floats_in(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(floats_in, value.values()))
    return any(map(floats_in, value)) if isinstance(value, list) else isinstance(value, float)


def test_a_history_tells_each_step_with_what_it_rests_on(benthic: Benthic, store: Path) -> None:
    (account,) = benthic("orders", store, "--json").json["accounts"]
    plain, parent, profit, *_ = (order["id"] for order in account["orders"])
    ran = benthic("orders", store, profit, "--history")

    assert [line[24:].partition(": ")[0] for line in ran.out.splitlines()] == [
        f"main {profit} BTC/USDT chained",
        f"main {profit} BTC/USDT chained -> due",
    ]
    assert f"({parent} has filled 0.03983504)" in ran.out
    wished = benthic("orders", store, f"bn-{plain.replace('-', '')}", "--history", "--json")
    steps = [json.loads(line) for line in wished.out.splitlines()]
    assert [(step["before"], step["after"]) for step in steps] == [
        (None, "intent"),
        ("intent", "accepted"),
        ("accepted", "accepted"),
    ]
    assert steps[-1]["wish"]["amount"] == "0.06967006"
    assert not any(map(floats_in, steps))


def test_the_steps_of_a_history_can_be_picked(benthic: Benthic, store: Path) -> None:
    def told(*options: object) -> list[str]:
        return benthic("orders", store, "--history", *options).out.splitlines()

    everything = told()
    assert told("--status", "due") == [line for line in everything if " -> due: " in line] != []
    assert told("--limit", 2) == everything[-2:]
    assert told("--symbol", "ETH/USDT") == told("--until", "2020-01-01") == []
    assert told("--since", "2020-01-01", "--symbol", "BTC/USDT") == everything


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(["--limit", "2"], "--limit picks steps of a history; add --history", id="no"),
        pytest.param(["an-id"], "an order picks steps of a history", id="order"),
        pytest.param(["nobody", "--history"], "no order has the id nobody", id="unknown"),
        pytest.param(["--history", "--since", "soon"], "--since 'soon' is no time", id="time"),
        pytest.param(["--history", "--limit", "0"], "--limit", id="limit"),
    ],
)
def test_a_history_that_cannot_be_told_is_one_clear_error(
    benthic: Benthic, store: Path, options: list[str], words: str
) -> None:
    ran = benthic("orders", store, *options)

    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


WORDS: dict[str, Plan] = {
    "as p fills: 0.5 for all of 1, less the fees": Plan(
        chain=Chain("p", Decimal("0.5"), Decimal(1), takes_fees=True)
    ),
    "as p has ended: 0.5 for all of 1": Plan(chain=Chain("p", Decimal("0.5"), Decimal(1), "end")),
    "of group g": Plan(group=Group("g", "oco")),
    "inactive until 101 or above": Plan(trigger=Trigger(Decimal(101), "above")),
    "trigger price 99": Plan(stop=Decimal(99)),
    "trails at the venue by 0.01 of the price": Plan(trail=Decimal("0.01")),
    "FOK": Plan(time_in_force="FOK"),
    "reduces only": Plan(effect="reduce"),
    "its price is watched here": Plan(keeper="desk"),
    "goes at market: its price had been passed": Plan(forced="market"),
    "put forward since 1970-01-01 00:00:01": Plan(forward_since=Millis(1_000)),
    "tag mine": Plan(tag="mine"),
    "expires at 1970-01-01 00:00:00 or once the price is 90 or below": Plan(
        expiry=Expiry(Millis(0), Decimal(90), "below")
    ),
    "shall become 0.4 at 99": Plan(revision=Revision("send", Decimal("0.4"), Decimal(99), None)),
    "shall become 0.4 from 98 on, held back here": Plan(
        revision=Revision("hold", Decimal("0.4"), None, Decimal(98))
    ),
    "shall end (too late)": Plan(revision=Revision("end", Decimal(1), None, None, "too late")),
    "was known as bn-2, bn-1": Plan(past=("bn-1", "bn-2")),
    "at the venue as v-1": Plan(aliases=("v-1",)),
}


@pytest.mark.parametrize("words", WORDS)
def test_each_piece_of_a_plan_is_told_in_words(words: str) -> None:
    assert list(told(an_order("o", WORDS[words]))) == [words]


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        pytest.param(TrailingDistance(Decimal(5), "absolute"), "trails by 5", id="absolute"),
        pytest.param(
            TrailingDistance(Decimal("0.1"), "share", Decimal(110)),
            "trails by 0.1 of the price, best so far 110",
            id="share",
        ),
        pytest.param(
            TrailingSteps(
                (
                    TrailingStep(Decimal(110), Decimal(100), is_reached=True),
                    TrailingStep(Decimal(120), Decimal(110)),
                ),
                "above",
            ),
            "trails by steps: 110 from 120 or above on",
            id="steps",
        ),
        pytest.param(TrailingOwn("mine"), "trails as mine says", id="own"),
    ],
)
def test_each_way_of_trailing_is_told_in_words(profile: Profile, words: str) -> None:
    assert trailed(profile) == words


def test_a_group_says_whether_its_orders_take_turns() -> None:
    assert grouped(Group("g", "balanced")) == "balanced"
    assert grouped(Group("g", "oco", Swap("take_profit_first", Millis(1_500)))) == (
        "oco, in turns: the take profit rests first, what is put forward has 1.5 s"
    )


def test_the_outbox_names_what_is_due_sent_or_taken_back_and_nothing_else() -> None:
    ending = Plan(revision=Revision("end", Decimal(1), None, None))
    orders = [
        replace(an_order("due"), status="due"),
        an_order("intent"),
        replace(an_order("ending", ending), status="accepted"),
        replace(an_order("resting"), status="accepted"),
        replace(an_order("waiting"), status="inactive"),
    ]

    assert [(due.order.id, due.words) for due in outbox(orders)] == [
        ("due", "due: to be sent"),
        ("intent", "intent: sent, or about to be"),
        ("ending", "to be taken back: shall end"),
    ]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=10))
def test_every_order_is_shown_once_however_they_hang_together(parents: list[int]) -> None:
    orders = [child(str(n), str(parent)) for n, parent in enumerate(parents)]  # cycles, too
    shown = list(forest(orders))

    assert sorted(order.id for _, order in shown) == sorted(order.id for order in orders)
    depths = {order.id: depth for depth, order in shown}
    for order in orders:
        if depths[order.id]:
            assert order.plan is not None
            assert order.plan.chain is not None
            assert depths[order.id] == depths[order.plan.chain.parent] + 1
