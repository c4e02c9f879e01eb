"""Bugs of a desk that keeps orders which belong together: chains, and who goes when (G)."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from ...actors.market.precision import floor_to_step
from ...actors.orders import chains, lifecycle, reactions, waits
from ...actors.orders.clerk import Clerk
from ...actors.orders.model import OUT
from ...actors.orders.outbox import Outbox
from ...actors.orders.plan import TrailingDistance
from ...storage import tables
from .bug import Bug


def _takes_what_was_ordered(_: Any) -> Any:
    def amount_for(chain: Any, parent: Any, instrument: Any) -> Any:
        del parent
        return floor_to_step(chain.amount, instrument.amount_step)

    return amount_for


def _goes_too_early(right: Any) -> Any:
    def after_step(graph: Any, before: Any, after: Any, at: Any, *more: Any) -> Any:
        changed = right(graph, before, after, at, *more)
        if after.status != "accepted" or before.status == "accepted":
            return changed
        known = {each.id for each in changed}
        free = [each for each in graph.children(after.id) if each.status == "chained"]
        return (
            *changed,
            *(
                replace(each, status="due", changed_at=at, evidence=f"{after.id} is taken")
                for each in free
                if each.id not in known
            ),
        )

    return after_step


def _changes_it_beside_itself(_: Any) -> Any:
    async def take_back(self: Any, order_id: str) -> None:
        clerk = self._clerk
        order = clerk.orders.by_id(order_id)
        if order is None or order.status != "accepted" or order.wish is None:
            return
        if order.wish.then == "end":
            await self._settling.cancel(order.client_id)
            return
        name = clerk.next_name(order)
        after = lifecycle.withdrawn(order, order.wish.reason, self._desk.now, name)
        await clerk.advance(order, after)

    return take_back


def _writes_one_after_the_other(right: Any) -> Any:
    async def commit(self: Any, orders: Any, fills: Any, booking: Any) -> Any:
        no = await right(self, orders[:1], fills, booking)
        for order in orders[1:]:
            no = no or await right(self, (order,), (), None)
        return no

    return commit


def _waits_on(right: Any) -> Any:
    def released(child: Any, before: Any, parent: Any, *more: Any) -> Any:
        after = right(child, before, parent, *more)
        is_given_up = child.status == "chained" and after.status == "cancelled"
        return child if is_given_up else after

    return released


def _forgets_the_best(right: Any) -> Any:
    def withdrawn(*args: Any) -> Any:
        order = right(*args)
        plan = order.plan
        if plan is None or not isinstance(plan.profile, TrailingDistance):
            return order
        return replace(order, plan=replace(plan, profile=replace(plan.profile, extreme=None)))

    return withdrawn


def _hides_the_fills(right: Any) -> Any:
    def withdrawn(order: Any, *more: Any) -> Any:
        after = right(order, *more)
        if after.status == "cancelled":
            return after
        left = after.amount - after.filled
        return replace(after, amount=left, filled=left - left, cost=left - left)

    return withdrawn


def _looks_up_for_all(right: Any) -> Any:
    def prices_of(*args: Any) -> Any:
        for wait in right(*args):
            is_take_profit = wait.why == "trigger"
            yield replace(wait, direction="above") if is_take_profit else wait

    return prices_of


def _gives_up(right: Any) -> Any:
    def lives_on(order: Any) -> bool:
        plan = order.plan
        if order.purpose == "protective" and plan is not None and plan.revision is None:
            return False
        return bool(right(order))

    return lives_on


def _forgets_what_waits(right: Any) -> Any:
    def read_live(*args: Any) -> Any:
        return tuple(order for order in right(*args) if order.status in OUT)

    return read_live


OF_GRAPH: Final = (
    Bug(
        name="sizes_a_child_by_what_was_ordered",
        words="A chained order goes out for all that its parent was to trade, not what it has.",
        codes=("G1",),
        owner=chains,
        part="amount_for",
        wrong=_takes_what_was_ordered,
    ),
    Bug(
        name="frees_children_once_their_parent_is_taken",
        words="A chained order goes out when its parent rests at the exchange, and has not filled.",
        codes=("G1",),
        owner=reactions,
        part="after_step",
        wrong=_goes_too_early,
    ),
    Bug(
        name="sends_a_change_beside_what_rests",
        words="An order that has grown is sent anew, and what rests of it is not taken back first.",
        codes=("O5", "G1", "G2"),
        owner=Outbox,
        part="_take_back",
        wrong=_changes_it_beside_itself,
    ),
    Bug(
        name="frees_children_in_a_commit_of_their_own",
        words="What a fill sets free is written after it, and not with it.",
        codes=("G3",),
        owner=Clerk,
        part="_commit",
        wrong=_writes_one_after_the_other,
    ),
    Bug(
        name="leaves_the_children_of_what_never_filled",
        words="An order that ends with nothing filled leaves those behind that wait for it.",
        codes=("G3",),
        owner=chains,
        part="released",
        wrong=_waits_on,
    ),
    Bug(
        name="forgets_the_best_price_when_sent_anew",
        words="A stop that is sent anew has forgotten the best price that it has followed.",
        codes=("G4",),
        owner=lifecycle,
        part="withdrawn",
        wrong=_forgets_the_best,
    ),
    Bug(
        name="hides_fills_when_sent_anew",
        words="An order that was changed begins anew, with nothing filled.",
        codes=("F5",),
        owner=lifecycle,
        part="withdrawn",
        wrong=_hides_the_fills,
    ),
    Bug(
        name="waits_for_a_price_from_below_alone",
        words="What buys at a low price waits for a high one, as what sells does.",
        codes=("G5",),
        owner=waits,
        part="_prices_of",
        wrong=_looks_up_for_all,
    ),
    Bug(
        name="gives_up_a_stop_that_was_given_back",
        words="A stop that the exchange has cancelled by itself is not sent again.",
        codes=("G6",),
        faults=("A26", "C6"),
        owner=lifecycle,
        part="lives_on",
        wrong=_gives_up,
    ),
    Bug(
        name="forgets_what_waits_at_restart",
        words="After a restart only orders are read back that the exchange may have.",
        codes=("P4",),
        faults=("K1", "H1"),
        owner=tables,
        part="read_live",
        wrong=_forgets_what_waits,
    ),
)
