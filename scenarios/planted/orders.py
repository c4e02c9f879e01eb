"""Bugs on an order's way to the exchange: what is sent, when, and how answers are taken (O)."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from ...actors.ccxt_trio.upstream import SyncExchange, errors
from ...actors.exchange.adapters.adapter import Adapter
from ...actors.exchange.errands import Errands
from ...actors.exchange.errors import Unsettled
from ...actors.exchange.messages import Submit
from ...actors.orders import chains, outcomes
from ...actors.orders.clerk import Clerk
from ...actors.orders.journal import Commit
from ...actors.portfolio.messages import Reserve
from ...runtime import AskError, Millis, Refusal
from .bug import Bug


def _sends_again(right: Any) -> Any:
    async def write(self: Any, call: Any, written: Any, deadline: Millis) -> Any:
        try:
            return await right(self, call, written, deadline)
        except Unsettled:
            return await right(self, call, written, deadline)

    return write


def _names_anew(right: Any) -> Any:
    async def submit(self: Any, exchange: Any, order: Submit) -> Any:
        try:
            return await right(self, exchange, order)
        except errors.NetworkError:
            another = f"{order.client_id[:-1]}x"
            return await right(self, exchange, replace(order, client_id=another))

    return submit


def _believes_in_a_no(right: Any) -> Any:
    def submitted(error: BaseException) -> Any:
        verdict = right(error)
        return "refused" if verdict == "unknown" else verdict

    return submitted


def _sends_before(_: Any) -> Any:
    async def intend(self: Any, order: Any) -> None:
        reserve = Reserve(order.id, order.held_asset, order.held)
        booking = await self._desk.ask(self._portfolio, reserve)
        commit = Commit(self._account, (order,), (), booking.entries, booking.balances)
        self.orders.keep(order)
        self._desk.spawn(_written, self._journal, commit)

    return intend


async def _written(journal: Any, commit: Commit) -> None:
    with suppress(Refusal, AskError):
        await journal.ask(commit)


def _believes_the_latest(right: Any) -> Any:
    async def reconcile(self: Any, order: Any, report: Any) -> Any:
        if not order.is_live and report.status == "open":
            return await self.advance(order, replace(order, status="accepted"))
        return await right(self, order, report)

    return reconcile


def _writes_powers(right: Any) -> Any:
    def price_to_precision(self: Any, symbol: Any, price: Any) -> str:
        return str(Decimal(right(self, symbol, price)).normalize())

    return price_to_precision


def _asks_for_no_least(_: Any) -> Any:
    def is_placeable(order: Any, amount: Any, instrument: Any) -> bool:
        del order, instrument
        return bool(amount > 0)

    return is_placeable


OF_ORDERS: Final = (
    Bug(
        name="sends_again_after_a_timeout",
        words="What was not answered is sent again, under the same name.",
        codes=("O7", "O2"),
        faults=("A2", "A3", "A4", "E3", "E4", "E9"),
        owner=Errands,
        part="write",
        wrong=_sends_again,
    ),
    Bug(
        name="new_client_id_on_second_try",
        words="What was not answered is sent again, under a new name.",
        codes=("O3", "O1"),
        faults=("A2", "A3", "A4", "E3", "E4", "E9"),
        owner=Adapter,
        part="submit",
        wrong=_names_anew,
    ),
    Bug(
        name="believes_refusal_of_timed_out_create",
        words="An order that was not answered is taken for refused.",
        codes=("O5",),
        faults=("A2", "A3", "A4", "A5"),
        owner=outcomes,
        part="submitted",
        wrong=_believes_in_a_no,
    ),
    Bug(
        name="sends_before_commit",
        words="An order is sent while its intent is still being written.",
        codes=("O3",),
        faults=("K6", "K3"),
        owner=Clerk,
        part="intend",
        wrong=_sends_before,
    ),
    Bug(
        name="believes_the_latest_report",
        words="An order is as the latest report says, also where that is an old one.",
        codes=("O4",),
        owner=Clerk,
        part="reconcile",
        wrong=_believes_the_latest,
    ),
    Bug(
        name="writes_round_prices_as_powers",
        words="A price loses its zeros at the end, and is written as 6E+4.",
        codes=("O8",),
        owner=SyncExchange,
        part="price_to_precision",
        wrong=_writes_powers,
    ),
    Bug(
        name="sends_what_is_worth_too_little",
        words="A chained order goes out however little has filled of its parent.",
        codes=("O9",),
        owner=chains,
        part="is_placeable",
        wrong=_asks_for_no_least,
    ),
)
