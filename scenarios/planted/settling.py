"""Bugs of a desk that finds out how its orders stand: look-ups, cancels, passes over all (O, R)."""

from __future__ import annotations

from typing import Any, Final

from ...actors.exchange.messages import Submit
from ...actors.orders import evidence, lifecycle, outcomes
from ...actors.orders.reconciling import Reconciling
from ...actors.orders.settling import Settling
from ...actors.orders.tokens import Placed
from ...runtime import Millis
from .bug import Bug


def _asks_once(_: Any) -> Any:
    def proves_absence(*args: Any) -> bool:
        del args
        return True

    return proves_absence


def _takes_it_for_cancelled(right: Any) -> Any:
    async def listed(self: Any, token: Any, reports: Any, error: Any) -> None:
        there = {report.client_id for report in reports}
        for order in tuple(self._clerk.orders.live.values()):
            known = order.status == "accepted" and order.client_id in there
            if known or self._flights.get(order.client_id) or order.status != "accepted":
                continue
            ended = lifecycle.cancelled(order, "the venue lists it no more", self._desk.now)
            await self._clerk.advance(order, ended)
        await right(self, token, reports, error)

    return listed


def _sends_what_is_not_listed(right: Any) -> Any:
    def look_up(self: Any, order: Any, asked: Millis) -> None:
        if order.status != "accepted" and self._flights.get(order.client_id) is None:
            desk, again = self._desk, _submit(order)
            token = Placed(order.client_id, desk.now)
            desk.request(desk._connector, again, token, timeout=10_000)  # noqa: SLF001 - a bug
        right(self, order, asked)

    return look_up


def _submit(order: Any) -> Submit:
    terms = (order.symbol, order.side, order.kind, order.amount, order.price)
    return Submit(order.client_id, *terms, None, None, "GTC", "any", order.purpose)


def _needs_no_answer(right: Any) -> Any:
    async def cancelled(self: Any, token: Any, outcome: Any) -> None:
        order, error = self._clerk.orders.live.get(token.client_id), outcome.error
        if order is None or error is None or outcomes.left_alone(error):
            await right(self, token, outcome)
            return
        if outcomes.was_heard(error):
            await right(self, token, outcome)
            return
        ended = lifecycle.cancelled(order, "it was to be cancelled", self._desk.now)
        await self._clerk.advance(order, ended)
        self._answer(token.client_id)

    return cancelled


def _takes_a_no_for_done(right: Any) -> Any:
    async def cancelled(self: Any, token: Any, outcome: Any) -> None:
        order, error = self._clerk.orders.live.get(token.client_id), outcome.error
        if order is None or error is None or outcomes.left_alone(error):
            await right(self, token, outcome)
            return
        if not outcomes.was_heard(error):
            await right(self, token, outcome)
            return
        ended = lifecycle.cancelled(order, "there is none to be cancelled", self._desk.now)
        await self._clerk.advance(order, ended)
        self._answer(token.client_id)

    return cancelled


OF_SETTLING: Final = (
    Bug(
        name="takes_missing_order_for_never_placed",
        words="One look-up that finds no such order is taken as proof that it was never there.",
        codes=("O5",),
        faults=("A14", "A5"),
        owner=evidence,
        part="proves_absence",
        wrong=_asks_once,
    ),
    Bug(
        name="takes_unlisted_order_for_cancelled",
        words="An order that is not among the open ones is taken for cancelled.",
        codes=("O5",),
        faults=("A7", "A17", "B15", "E3", "M4", "M5"),
        owner=Reconciling,
        part="_listed",
        wrong=_takes_it_for_cancelled,
    ),
    Bug(
        name="sends_again_what_is_not_listed",
        words="An order of unknown outcome that is not among the open ones is sent again.",
        codes=("O7", "O2"),
        faults=("A1", "A2", "A3", "C2", "K1"),
        owner=Reconciling,
        part="_look_up",
        wrong=_sends_what_is_not_listed,
    ),
    Bug(
        name="cancel_needs_no_answer",
        words="A cancel that was not answered is taken for done.",
        codes=("O6", "O5"),
        faults=("A16",),
        owner=Settling,
        part="cancelled",
        wrong=_needs_no_answer,
    ),
    Bug(
        name="cancel_refused_is_cancelled",
        words="An order that there is not to be cancelled is taken for cancelled, not for filled.",
        codes=("O5",),
        faults=("A17",),
        owner=Settling,
        part="cancelled",
        wrong=_takes_a_no_for_done,
    ),
)
