"""Bugs of orders that share one position: who trades of it, and who makes way for whom (G)."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from ...actors.orders import desk, groups, revising, triggers
from ...actors.orders.groups import Balanced, OneCancelsOther
from ...actors.orders.plan import TrailingSteps
from .bug import Bug


def _leaves_them(_: Any) -> Any:
    def after(*args: Any) -> tuple[()]:
        del args
        return ()

    return after


def _does_not_wait(_: Any) -> Any:
    def may_go(*args: Any) -> bool:
        del args
        return True

    return may_go


def _goes_back_to_the_entry(right: Any) -> Any:
    def trailed(mate: Any, price: Any, instrument: Any, at: Any, *own: Any) -> Any:
        profile = mate.plan.profile
        if not isinstance(profile, TrailingSteps):
            return right(mate, price, instrument, at, *own)
        even = profile.steps[0].stop
        return revising.edited(mate, "a take profit has filled", at, stop=even)

    return trailed


def _ends_it(_: Any) -> Any:
    def shelved(mate: Any, order: Any, reason: str, at: Any) -> Any:
        del order
        return revising.ended(mate, reason, at)

    return shelved


def _sends_them_all(right: Any) -> Any:
    def given_back(graph: Any, order: Any, at: Any) -> Any:
        group = order.plan.group if order.plan else None
        for mate in graph.members(group.id) if group is not None else ():
            if mate.status == "inactive":
                graph = graph.put(replace(mate, status="due", changed_at=at, evidence="its turn"))
        return right(graph, order, at)

    return given_back


OF_TURNS: Final = (
    Bug(
        name="leaves_the_other_end",
        words="Of a stop and a take profit one has filled, and the other stays.",
        codes=("G2",),
        owner=OneCancelsOther,
        part="after",
        wrong=_leaves_them,
    ),
    Bug(
        name="keeps_the_other_side_as_large_as_it_was",
        words="In a balanced group a fill on one side takes nothing off the other.",
        codes=("G2",),
        owner=Balanced,
        part="after",
        wrong=_leaves_them,
    ),
    Bug(
        name="takes_turns_without_waiting",
        words="A take profit is sent while the stop that makes way for it may still rest.",
        codes=("G2",),
        faults=("A16", "A17"),
        owner=desk,
        part="may_go",
        wrong=_does_not_wait,
    ),
    Bug(
        name="moves_a_stop_back_to_the_entry",
        words="A take profit that fills puts the stop at the entry, though it was beyond that.",
        codes=("G4",),
        owner=groups,
        part="trailed",
        wrong=_goes_back_to_the_entry,
    ),
    Bug(
        name="sends_all_that_waits_once_one_has_ended",
        words="Once one of a group has ended all its mates go out, their prices there or not.",
        codes=("G5", "G2"),
        owner=triggers,
        part="given_back",
        wrong=_sends_them_all,
    ),
    Bug(
        name="cancels_a_stop_for_a_take_profit",
        words="A stop that makes way for a take profit is cancelled, and not held back.",
        codes=("G6",),
        owner=triggers,
        part="_shelved",
        wrong=_ends_it,
    ),
)
