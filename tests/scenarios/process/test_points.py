"""Named instants are told apart by what a request holds, and a doom strikes at its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from benthic.actors.market.fill import Fill
from benthic.actors.orders.drafts import PlaceOrders
from benthic.actors.orders.journal import Commit, Load
from benthic.actors.orders.plan import Plan
from benthic.benchmarks.graph_family import Family
from benthic.benchmarks.orders import Scribe
from benthic.runtime import Millis
from benthic.scenarios.process.points import HOLDS, POINTS
from benthic.scenarios.world.batches import guarded
from benthic.storage.order_store import Request

DIE = """
import sys
from benthic.actors.orders.journal import Load
from benthic.scenarios.process.doomed import Doom

doom = Doom(lambda name: print(name, flush=True))
doom.arm("after_load", 3)
for number in range(5):
    print(number, flush=True)
    doom.look([Load("main")], "before")
    doom.look([Load("main")], "after")
"""


def met(request: Request) -> set[str]:
    return {what for what, holds in HOLDS.items() if holds(request)}


def test_each_step_of_an_orders_life_has_its_name() -> None:
    scribe = Scribe("main")

    assert met(scribe.deposit()) == {"commit"}
    assert met(scribe.place()) == {"commit", "intent"}
    (order,) = scribe.orders
    assert met(scribe.accept(order)) == {"commit", "acceptance"}
    assert met(scribe.trade(order)) == {"commit", "fill"}
    scribe.place()
    (other,) = scribe.orders
    assert met(scribe.cancel(other)) == {"commit", "cancel"}
    assert met(Load("main")) == {"load"}


def test_each_step_of_orders_that_belong_together_has_its_name() -> None:
    entry = {"kind": "limit", "price": "100"}
    drafts, groups = guarded("buy", "0.2", stop="98", take_profit="104", entry=entry)
    family = Family(PlaceOrders(drafts, groups), Decimal(100))

    def met_by_all(*fills: Fill) -> set[str]:
        orders = tuple(family.orders.values())
        return met(Commit("main", orders, fills, (), ())) - {"commit"}

    assert met_by_all() == {"batch"}
    family.settle()
    family.fill(family.entry, Fraction(1))
    fill = Fill("t", "", "BTC/USDT", "buy", Decimal(100), Decimal(1), Decimal(0), "", Millis(0))
    assert met_by_all(fill) == {"fill", "release"}
    family.send(family.those("due")[0])
    assert "child" in met_by_all()
    family.settle()
    family.tick(Decimal(105))  # the take profit is put forward, and the stop makes way
    assert met_by_all() == {"acceptance", "trigger", "wish"}
    family.settle()
    family.cancel(family.those("accepted")[0])
    assert met_by_all() == {"acceptance", "wish"}


def test_an_order_that_is_sent_under_another_name_has_its_instant() -> None:
    scribe = Scribe("main")
    scribe.deposit()
    scribe.place()
    (order,) = scribe.orders.values()
    renewed = replace(order, status="intent", plan=Plan(lives=1))

    assert met(Commit("main", (renewed,), (), (), ())) == {"commit", "intent", "renewal"}


@given(st.sampled_from(sorted(POINTS)))
def test_a_point_is_named_by_its_phase_and_what_it_holds(name: str) -> None:
    point = POINTS[name]

    assert name == point.name == f"{point.phase}_{point.what}"
    assert point.is_met_by(Load("main")) == (point.what == "load")


def test_a_doom_strikes_once_its_instant_has_come_so_often() -> None:
    child = subprocess.run([sys.executable, "-c", DIE], capture_output=True, check=False, text=True)

    assert child.returncode == -signal.SIGKILL
    assert child.stdout.split() == ["0", "1", "2", "after_load"]


def test_a_point_that_is_not_there_is_no_point() -> None:
    with pytest.raises(KeyError):
        POINTS["during_fill"]
