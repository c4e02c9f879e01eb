"""The history is what the journal has: every change of every order, in order, and no more (O4)."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.orders.model import Order
from benthic.benchmarks.orders import START, Scribe
from benthic.runtime import Millis
from benthic.storage import open_store
from benthic.storage.environment import Durability
from benthic.storage.history import OrderStep, Wanted, read_history
from benthic.storage.verification import inspect_here

from .test_folding import a_life


def history(path: Path, wanted: Wanted | None = None) -> list[OrderStep]:
    steps: list[OrderStep] = []
    read_history(path, steps.append, wanted or Wanted(), inspector=inspect_here)
    return steps


@settings(max_examples=10)
@given(seed=st.integers(0, 999))
def test_every_state_that_differs_is_a_step_and_steps_follow_each_other(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    path, commits = tmp_path_factory.mktemp("history"), a_life(seed)
    with open_store(path, inspector=inspect_here, durability=Durability.NONE) as store:
        store.write(commits)
    steps, naive = history(path), list[tuple[str, str | None, str]]()
    known: dict[str, Order] = {}
    for commit in commits:
        for order in commit.orders:
            before = known.get(order.id)
            if before != order:
                naive.append((order.id, before.status if before else None, order.status))
            known[order.id] = order

    assert [(step.order_id, step.before, step.after) for step in steps] == naive
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert {step.order_id: step.filled for step in steps} == {
        order.id: order.filled for order in known.values()
    }


def test_a_history_goes_on_from_what_was_folded(tmp_path: Path) -> None:
    scribe = Scribe("main")
    with open_store(tmp_path, inspector=inspect_here) as store:
        store.write([scribe.deposit(), scribe.place()])
        (order_id,) = scribe.orders
        store.compact(Millis(START + 100))
        store.write([scribe.accept(order_id), scribe.trade(order_id)])

    assert [(step.before, step.after) for step in history(tmp_path)] == [
        ("intent", "accepted"),
        ("accepted", "filled"),
    ]
    assert history(tmp_path, Wanted(since=Millis(START + 3)))[0].after == "filled"
