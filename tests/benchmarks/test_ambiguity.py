"""The sweep of ambiguity (A1 to A8, A12 to A18): that it finds nothing, and what it would find."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import islice
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from benthic.actors.orders.model import Order, Status
from benthic.actors.portfolio.model import Balance
from benthic.benchmarks.ambiguity.cards import OF_STREAM, WAYS
from benthic.benchmarks.ambiguity.compare import Flaw, Here, There, flaws
from benthic.benchmarks.ambiguity.draw import CODES, Trial, steps
from benthic.benchmarks.ambiguity.run import play_world, quantile, run_ambiguity, told
from benthic.benchmarks.chunks import Report
from benthic.benchmarks.orders import Scribe
from benthic.runtime import Millis
from benthic.scenarios.venue.faults.rules import rule_of
from benthic.scenarios.world import TrueOrder

SEEDS = st.integers(0, 2**32 - 1)
ENDS: dict[Status, str] = {"filled": "filled", "cancelled": "cancelled", "refused": ""}
Spoil = Callable[[Here, There, str], tuple[Here, There]]


# -- whole worlds


def test_a_hundred_orders_that_meet_every_fault_end_as_the_exchange_says() -> None:
    run = play_world(3, 105)
    report = told(Report("ambiguity", 105, run.violations, run.figures, 1.0))
    all_of_them = report.codes["all"]

    assert report.violations == ()
    assert set(report.codes) == {*CODES, "all"}
    assert all(
        each.orders == 7 and each.struck for each in report.codes.values() if each.orders < 9
    )
    assert (all_of_them.duplicated, all_of_them.forgotten, all_of_them.wrong) == (0, 0, 0)
    ended = (all_of_them.filled, all_of_them.partly, all_of_them.cancelled, all_of_them.refused)
    assert sum(ended) == all_of_them.orders == 105
    assert 0 < all_of_them.certain.most_of_95 <= all_of_them.certain.longest < 60_000


@pytest.mark.parametrize(
    ("bug", "seed", "sort"),
    [
        ("sends_again_after_a_timeout", 0, "duplicated"),
        ("new_client_id_on_second_try", 0, "forgotten"),
        ("believes_refusal_of_timed_out_create", 0, "wrong"),
        ("takes_missing_order_for_never_placed", 1, "wrong"),
        ("cancel_needs_no_answer", 0, "wrong"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_a_planted_bug_is_found_by_the_comparison_alone(bug: str, seed: int, sort: str) -> None:
    """No invariant looks on here."""
    run = play_world(seed, 15, planted=bug, checkers=())

    assert any(f": {sort}: bn-" in each for each in run.violations)
    assert any(name.endswith(f"/{sort}") for name in run.figures) or sort == "forgotten"


def test_a_world_without_a_bug_and_without_invariants_finds_nothing() -> None:
    assert play_world(0, 15, checkers=()).violations == ()


def test_a_sweep_that_is_taken_up_again_tells_the_same(tmp_path: Path) -> None:
    kept = tmp_path / "ambiguity.jsonl"
    first = run_ambiguity(15, jobs=1, seed=4, resume=kept)
    again = run_ambiguity(15, jobs=1, seed=4, resume=kept)

    assert first.ok
    assert first.orders == first.codes["all"].orders == 15
    assert attrs.evolve(again, seconds=0) == attrs.evolve(first, seconds=0)


# -- what is drawn


@given(seed=SEEDS, orders=st.integers(1, 70))
def test_as_many_orders_are_drawn_as_were_asked_for_and_each_code_in_its_turn(
    seed: int, orders: int
) -> None:
    drawn = [trial for step in steps(seed, orders) for trial in step.trials]

    assert [trial.number for trial in drawn] == list(range(orders))
    for first in range(0, orders - orders % len(CODES), len(CODES)):
        round_of = drawn[first : first + len(CODES)]
        assert sorted(trial.code for trial in round_of) == sorted(CODES)


@given(seed=SEEDS)
def test_orders_stand_beside_others_only_where_a_fault_strikes_one_request(seed: int) -> None:
    for step in islice(steps(seed, 200), 40):
        assert all(step.stream in trial.way.streams for trial in step.trials)
        if len(step.trials) > 1:
            assert all(trial.way.is_of_one_request for trial in step.trials)


@given(seed=SEEDS, orders=st.integers(1, 60), more=st.integers(0, 60))
def test_a_longer_sweep_begins_with_the_shorter_one(seed: int, orders: int, more: int) -> None:
    def drawn(count: int) -> list[Trial]:
        return [trial for step in steps(seed, count) for trial in step.trials]

    assert drawn(orders + more)[:orders] == drawn(orders)


def test_every_rule_can_be_put_in_force() -> None:
    rules = [rule for ways in WAYS.values() for way in ways for rule in (*way.create, *way.cancel)]
    rules += [rule for of_stream in OF_STREAM.values() for rule in of_stream]

    assert len([rule_of(rule) for rule in rules]) > len(CODES)


# -- what the comparison finds


@st.composite
def alike(draw: st.DrawFn) -> tuple[Here, There]:
    """Books and an exchange that say the same of some orders."""
    scribe = Scribe("main")
    scribe.deposit()
    (intent,) = scribe.place().orders
    orders, theirs = dict[str, Order](), list[TrueOrder]()
    for number, status in enumerate(draw(st.lists(st.sampled_from(sorted(ENDS)), min_size=1))):
        client_id = f"bn-{number}"
        filled = intent.amount if status == "filled" else intent.amount * 0
        cost = filled * (intent.price or 0)
        orders[client_id] = replace(
            intent, id=str(number), client_id=client_id, status=status, filled=filled, cost=cost
        )
        if ENDS[status]:
            theirs.append(true(orders[client_id], ENDS[status]))
    balances = {"USDT": Balance("USDT", intent.held, intent.held * 0)}
    money = {"USDT": Fraction(intent.held)}
    here = Here(orders=orders, balances=balances, placed=tuple(orders))
    return here, There(orders=theirs, balances=money, requests=dict.fromkeys(orders, 1))


def true(order: Order, status: str) -> TrueOrder:
    filled, cost = Fraction(order.filled), Fraction(order.cost)
    amount, price = Fraction(order.amount), Fraction(order.price or 0)
    names = (order.client_id, 1, "BTCUSDT", order.side, status)
    return TrueOrder(*names, amount, price, filled, cost, Millis(1))


def twice(here: Here, there: There, client_id: str) -> tuple[Here, There]:
    known = there.orders + [true(here.orders[client_id], "filled")] * 2
    return here, attrs.evolve(there, orders=known)


def sent_twice(here: Here, there: There, client_id: str) -> tuple[Here, There]:
    return here, attrs.evolve(there, requests={**there.requests, client_id: 2})


def out_of_the_books(here: Here, there: There, client_id: str) -> tuple[Here, There]:
    left = {name: order for name, order in here.orders.items() if name != client_id}
    return attrs.evolve(here, orders=left), there


def otherwise(here: Here, there: There, client_id: str) -> tuple[Here, There]:
    """It ends in another way here."""
    order = here.orders[client_id]
    status: Status = "cancelled" if order.status != "cancelled" else "refused"
    return with_order(here, replace(order, status=status)), there


def in_doubt(here: Here, there: There, client_id: str) -> tuple[Here, There]:
    return with_order(here, replace(here.orders[client_id], status="unknown")), there


def alive(here: Here, there: There, client_id: str) -> tuple[Here, There]:
    return with_order(here, replace(here.orders[client_id], status="accepted")), there


def with_order(here: Here, order: Order) -> Here:
    return attrs.evolve(here, orders={**here.orders, order.client_id: order})


@given(both=alike())
def test_what_says_the_same_has_no_flaw(both: tuple[Here, There]) -> None:
    assert list(flaws(*both)) == []


@pytest.mark.parametrize(
    ("spoil", "sort"),
    [
        (twice, "duplicated"),
        (sent_twice, "duplicated"),
        (out_of_the_books, "forgotten"),
        (otherwise, "wrong"),
        (in_doubt, "wrong"),
        (alive, "wrong"),
    ],
)
@given(both=alike(), data=st.data())
def test_one_order_that_differs_is_found_and_named(
    spoil: Spoil, sort: str, both: tuple[Here, There], data: st.DataObject
) -> None:
    client_id = data.draw(st.sampled_from(sorted(both[0].orders)))

    found = list(flaws(*spoil(*both, client_id)))

    assert (sort, client_id) in {(flaw.sort, flaw.client_id) for flaw in found}
    assert {flaw.client_id for flaw in found} == {client_id}


@given(both=alike(), data=st.data())
def test_a_last_digit_that_differs_is_found(both: tuple[Here, There], data: st.DataObject) -> None:
    here, there = both
    atom = Fraction(1, 10**20)
    field = data.draw(st.sampled_from(["filled", "cost", "money"]))
    if field == "money" or not there.orders:
        held = {"USDT": there.balances["USDT"] + atom}
        found = list(flaws(here, attrs.evolve(there, balances=held)))
    else:
        first, *others = there.orders
        off = attrs.evolve(first, **{field: getattr(first, field) + atom})
        found = list(flaws(here, attrs.evolve(there, orders=[off, *others])))

    assert [flaw.sort for flaw in found] == ["wrong"]


def test_an_asset_that_only_one_of_them_has_is_found() -> None:
    here = Here(orders={}, balances={})
    there = There(orders=[], balances={"BTC": Fraction(1, 2)}, requests={})

    assert list(flaws(here, there)) == [Flaw("wrong", "", "the books have 0 BTC, the exchange 0.5")]


# -- what is told


@given(times=st.dictionaries(st.integers(0, 10**6), st.integers(1, 50), min_size=1))
def test_a_quantile_of_counts_is_that_of_the_times_one_by_one(times: dict[int, int]) -> None:
    each = sorted(time for time, count in times.items() for _ in range(count))

    assert quantile(times, 1.0) == each[-1]
    assert quantile(times, 0.5) == each[(len(each) + 1) // 2 - 1]


def test_figures_add_up_by_code_and_all_together() -> None:
    figures = {
        "A1/orders": 3.0,
        "A1/refused": 3.0,
        "A1/wrong": 1.0,
        "A1/certain 29000": 3.0,
        "A2/orders": 1.0,
        "A2/filled": 1.0,
        "A2/certain 11000": 1.0,
        "stream silent/orders": 4.0,
        "stream silent/certain 29000": 4.0,
        "virtual": 7_200.0,
    }
    report = told(Report("ambiguity", 4, ("x",), figures, 1.0))

    assert not report.ok
    assert report.virtual_hours == 2
    assert (report.codes["all"].orders, report.codes["all"].wrong) == (4, 1)
    assert (report.codes["A1"].refused, report.codes["A2"].filled) == (3, 1)
    assert report.codes["A2"].certain.median == 11_000
    assert report.codes["all"].certain.longest == 29_000
    assert list(report.streams) == ["silent"]
