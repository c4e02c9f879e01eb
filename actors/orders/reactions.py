"""What one step of an order brings about for those that belong to it. Pure.

All of it becomes durable in the same commit as the step, so that no crash can come between a fill
and the children that it sets free, or between a fill and the order that must not fill any more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

import attrs
from msgspec.structs import replace

from ...runtime import Millis
from . import chains, triggers
from .factory import Terms
from .graph import Graph, group_of
from .groups import GroupRule
from .model import HELD, Order
from .plan import NO_PLAN
from .shares import is_done

_CHAIN = "chain"


def after_step(
    graph: Graph,
    before: Order,
    after: Order,
    at: Millis,
    rules: Mapping[str, GroupRule],
    terms: Mapping[str, Terms],
) -> tuple[Order, ...]:
    """The orders that change with a step, oldest first; the one that made it where it does again.

    graph: the family, with `after` in it. What changes may change others in turn; since an order
    ends once and fills here are facts, that comes to an end.
    """
    cascade = _Cascade(graph, at, rules, terms)
    cascade.run(before, after)
    return cascade.graph.changes(graph)


@attrs.define
class _Step:
    """What one order was and is.

    by: the id of the group whose rule has brought it about; `_CHAIN`: a chain, which found no
    amount worth sending; empty: all else.
    """

    was: Order
    now: Order
    by: str = ""


class _Cascade:
    """The steps of one commit, one after the other."""

    def __init__(
        self,
        graph: Graph,
        at: Millis,
        rules: Mapping[str, GroupRule],
        terms: Mapping[str, Terms],
    ) -> None:
        self.graph = graph
        self._at = at
        self._rules = rules
        self._terms = terms
        self._steps = deque[_Step]()

    def run(self, before: Order, after: Order) -> None:
        """Follow a step, and all that comes of it."""
        self._steps.extend(_parts(before, after))
        while self._steps:
            step = self._steps.popleft()
            if step.was.filled != step.now.filled or step.was.is_live != step.now.is_live:
                self._follow(step)
            if is_done(step.now) and not is_done(step.was) and not _is_wanted(step):
                self._take(chains.after_child(self.graph, step.now, self._at, self._terms), "")

    def _follow(self, step: _Step) -> None:
        was, now, at = step.was, step.now, self._at
        self._free(was, now)
        is_told = _is_told(step)
        if is_told:
            self._tell_group(was, now)
        if was.is_live and not now.is_live:
            after = triggers.given_back(self.graph, now, at)
            is_done_with = is_told or step.by
            self.graph = after if is_done_with else triggers.returned(after, was, now, at)

    def _free(self, was: Order, now: Order) -> None:
        """What waits for it; where something is forward in a swap, what grows is shared out."""
        start = self.graph
        changes = chains.after_parent(start, was, now, self._at, self._terms)
        self._take(changes, _CHAIN if now.filled else "")
        groups = {g.id: g for child in self.graph.changes(start) if (g := group_of(child))}
        for group in groups.values():
            instrument = self._terms[now.symbol].instrument
            self.graph = triggers.evened(self.graph, group, self._at, instrument)

    def _tell_group(self, was: Order, now: Order) -> None:
        """Its mates."""
        group = group_of(now)
        rule = None if group is None else self._rules.get(group.rule)
        if group is None or rule is None:
            return
        mates = tuple(mate for mate in self.graph.members(group.id) if mate.id != now.id)
        instrument = self._terms[now.symbol].instrument
        self._take(rule.after(mates, was, now, self._at, instrument), group.id)

    def _take(self, changes: Iterable[Order], by: str) -> None:
        for change in tuple(changes):
            known = self.graph.orders.get(change.id)
            if known is not None and known.is_live and change is not known:
                changed = _marked(known, change, by)
                self.graph = self.graph.put(changed)
                self._steps.append(_Step(known, changed, by))


def _parts(before: Order, after: Order) -> Iterable[_Step]:
    """A step as fills, and then as an end without one: rules are told of either, never of both."""
    ends = before.is_live and not after.is_live and after.status != "filled"
    if ends and after.filled != before.filled:
        between = replace(after, status=before.status, plan=before.plan)
        return (_Step(before, between), _Step(between, after))
    return (_Step(before, after),)


def _marked(known: Order, changed: Order, by: str) -> Order:
    """A change with the mark of the group that wants the end of an order, until it has ended."""
    wish = changed.wish
    if wish is None or wish.then != "end" or wish is known.wish:
        return changed
    plan = changed.plan or NO_PLAN
    return replace(changed, plan=replace(plan, revision=replace(wish, by=by)))


def _is_wanted(step: _Step) -> bool:
    """Whether an order ends since somebody wants it to, who is no group: a user, or its expiry."""
    was, now = step.was, step.now
    if now.status in {"filled", "refused"} or step.by:
        return False
    return was.status in HELD or now.is_live


def _is_told(step: _Step) -> bool:
    """Whether the group of an order hears of a step."""
    was, now, group = step.was, step.now, group_of(step.now)
    if group is None:
        return False
    if now.filled > was.filled:
        return True
    if now.status != "cancelled" or step.by == group.id:
        return False
    if was.status in HELD:  # somebody here has ended it; what is too small to be sent ends alone
        return step.by != _CHAIN
    return was.wish is not None and was.wish.then == "end" and was.wish.by != group.id
