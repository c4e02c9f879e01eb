"""Named instants are told apart by what a request holds, and a doom strikes at its own."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.orders.journal import Load
from benthic.benchmarks.orders import Scribe
from benthic.scenarios.process.points import HOLDS, POINTS
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
