"""What one step of an order brings about for those that belong to it. Pure.

All of it becomes durable in the same commit as the step, so that no crash can come between a fill
and the children that it sets free, or between a fill and the order that must not fill any more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import TypedDict, Unpack

from ...runtime import Millis
from . import chains
from .factory import Terms
from .graph import Graph, group_of
from .groups import GroupRule
from .model import Order


def after_step(
    graph: Graph,
    before: Order,
    after: Order,
    at: Millis,
    rules: Mapping[str, GroupRule],
    terms: Mapping[str, Terms],
) -> tuple[Order, ...]:
    """The orders that change with a step besides the one that made it, oldest first.

    graph: the family, with `after` in it. What changes may change others in turn; since an order
    ends once and fills here are facts, that comes to an end.
    """
    start = graph
    steps = deque([(before, after)])
    while steps:
        was, now = steps.popleft()
        if was.filled == now.filled and was.is_live == now.is_live:
            continue
        for react in (_of_chains, _of_its_risk, _of_its_group):
            for changed in react(graph, was, now, at, rules=rules, terms=terms):
                known = graph.orders[changed.id]
                if changed is not known and known.is_live:
                    graph = graph.put(changed)
                    steps.append((known, changed))
    return tuple(each for each in graph.changes(start) if each.id != after.id)


class _Given(TypedDict):
    rules: Mapping[str, GroupRule]
    terms: Mapping[str, Terms]


def _of_chains(
    graph: Graph, was: Order, now: Order, at: Millis, **given: Unpack[_Given]
) -> Iterable[Order]:
    """What waits for it."""
    del was
    return chains.after_parent(graph, now, at, given["terms"])


def _of_its_risk(
    graph: Graph, was: Order, now: Order, at: Millis, **given: Unpack[_Given]
) -> Iterable[Order]:
    """What it bounded the risk of."""
    del was, given
    return chains.after_child(graph, now, at)


def _of_its_group(
    graph: Graph, was: Order, now: Order, at: Millis, **given: Unpack[_Given]
) -> Iterable[Order]:
    """Its mates."""
    group = group_of(now)
    rule = None if group is None else given["rules"].get(group.rule)
    if group is None or rule is None:
        return ()
    mates = tuple(mate for mate in graph.members(group.id) if mate.id != now.id)
    return rule.after(mates, was, now, at, given["terms"][now.symbol].instrument)
