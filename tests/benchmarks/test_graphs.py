"""Promises of the sweep of families: it finds what is wrong, and nothing where all is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from benthic.actors.market.instrument import Instrument
from benthic.actors.orders import revising
from benthic.actors.orders.graph import Graph
from benthic.actors.orders.groups import GROUP_RULES, Balanced, Members, OneCancelsOther
from benthic.actors.orders.model import Order
from benthic.benchmarks.graph_family import Rules
from benthic.benchmarks.graph_walks import run_graphs, run_walk
from benthic.runtime import Millis


@pytest.mark.parametrize("seed", range(0, 400, 8))
def test_nothing_is_found_in_a_walk(seed: int) -> None:
    assert run_walk(seed).violation == ""


def test_the_same_walk_comes_again() -> None:
    assert run_walk(7) == run_walk(7)


class Deaf(OneCancelsOther):
    """Does not hear that one has filled."""

    def after(
        self, members: Members, before: Order, order: Order, at: Millis, instrument: Instrument
    ) -> Iterator[Order]:
        if order.status != "filled":
            yield from super().after(members, before, order, at, instrument)


class Lavish(Balanced):
    """Takes no more than half off the others."""

    def after(
        self, members: Members, before: Order, order: Order, at: Millis, instrument: Instrument
    ) -> Iterator[Order]:
        for mate in super().after(members, before, order, at, instrument):
            known = next(each for each in (*members, order) if each.id == mate.id)
            lost = revising.target(known)[0] - revising.target(mate)[0]
            yield revising.enlarged(mate, max(lost, Decimal(0)) / 2, "lavish", at)


def at_once(graph: Graph, order: Order) -> bool:
    """Lets everything go that is due."""
    del graph, order
    return True


PLANTED: Mapping[str, tuple[Rules, str]] = {
    "deaf": (Rules({**GROUP_RULES, "oco": Deaf()}), "G2"),
    "lavish": (Rules({**GROUP_RULES, "balanced": Lavish()}), "G2"),
    "at once": (Rules(may_go=at_once), "G2"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_rule_that_is_wrong_is_found_by_its_invariant(name: str) -> None:
    rules, code = PLANTED[name]

    found = {run_walk(seed, rules=rules).violation[:2] for seed in range(150)}

    assert code in found


def test_the_sweep_walks_in_processes_of_their_own_and_goes_on_from_its_file(
    tmp_path: Path,
) -> None:
    file = tmp_path / "graphs.jsonl"
    first = run_graphs(20, steps=20, resume=file, seed=3)

    again = run_graphs(20, steps=20, resume=file, seed=3)

    assert first.ok
    assert (first.trials, first.figures["steps"]) == (20, 400)
    assert again.figures == first.figures
