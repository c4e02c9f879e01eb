"""Random interleavings of what a gate is told, and that a gate that is wrong is found (R4)."""

from __future__ import annotations

import pytest

from benthic.actors.exchange.gate import (
    Gate,
    GetGate,
    Obstacle,
    OrdersReconciled,
    TopicLost,
)
from benthic.benchmarks.gates import run_gate, run_gates
from benthic.runtime import on


@pytest.mark.parametrize("seed", range(0, 120, 40))
def test_a_gate_is_open_where_a_plain_model_says_so_and_nowhere_else(seed: int) -> None:
    report = run_gates(40, seed=seed)

    assert report.violations == ()
    assert report.figures["openings"] > 40
    assert report.figures["questions"] > 1_600


def test_an_interleaving_is_the_same_each_time() -> None:
    assert run_gate(7) == run_gate(7)


class Deaf(Gate):
    """Does not hear of losses."""

    @on(TopicLost)
    def topic_lost(self, message: TopicLost) -> None:
        pass


class Hasty(Gate):
    """Takes orders for reconciled whatever the line was then."""

    @on(OrdersReconciled)
    def orders_reconciled(self, message: OrdersReconciled) -> None:
        line = self._facts.line
        super().orders_reconciled(message if line is None else OrdersReconciled(line))


class Sleepy(Gate):
    """Forgets to wake when something becomes too old."""

    def _plan(self, when: object) -> None:
        pass


class Mute(Gate):
    """Says that it is closed, and not why."""

    @on(GetGate)
    def get(self, message: GetGate) -> tuple[Obstacle, ...]:
        return tuple(Obstacle(each.what, "") for each in super().get(message))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Deaf, "open too early"),
        (Hasty, "open too early"),
        (Sleepy, "was not closed when all was too old"),
        (Mute, "is no reason"),
    ],
)
def test_a_gate_that_is_wrong_is_found(kind: type[Gate], words: str) -> None:
    found = [each for seed in range(40) for each in run_gate(seed, kind).violations]

    assert any(words in each for each in found)
