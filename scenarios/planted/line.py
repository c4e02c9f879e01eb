"""Bugs of the way to the exchange and of the gate: manners, reconnects, who may trade when (R)."""

from __future__ import annotations

from secrets import randbits
from typing import Any, Final

import attrs
import trio

from ...actors.ccxt_trio.h11_transport import H11Transport
from ...actors.exchange import rations
from ...actors.exchange.gate import readiness
from ...actors.exchange.venue_session import VenueSession
from ...actors.orders import desk
from ...actors.orders.ids import CHANCE_BITS
from ...actors.orders.reconciling import Reconciling
from ...runtime import cell
from ...runtime.mailbox import DroppingMail, Mailbox
from ...runtime.supervision.supervisor import SupervisorActor
from .bug import Bug

ROOM: Final = 1_000  # messages


def _hears_no_bar(_: Any) -> Any:
    def bar_of(*args: Any) -> None:
        del args

    return bar_of


def _is_always_the_same(_: Any) -> Any:
    def is_same_time(line: Any, other: Any) -> bool:
        del line
        return other is not None

    return is_same_time


@attrs.frozen
class _Unclosed:
    """A stream that nobody closes."""

    inner: Any

    async def send_all(self, data: bytes) -> None:
        await self.inner.send_all(data)

    async def receive_some(self, max_bytes: int | None = None) -> Any:
        return await self.inner.receive_some(max_bytes)

    async def aclose(self) -> None:
        await trio.lowlevel.checkpoint()


def _leaks(right: Any) -> Any:
    async def exchanged(self: Any, line: Any, errand: Any) -> Any:
        stream, line.stream = line.stream, _Unclosed(line.stream)
        try:
            return await right(self, line, errand)
        finally:
            line.stream = stream

    return exchanged


def _measures_once(right: Any) -> Any:
    async def measure(self: Any, exchange: Any) -> None:
        if self.time.offset.error == 0:  # it is assumed, and not measured
            await right(self, exchange)

    return measure


def _is_content(right: Any) -> Any:
    async def line_changed(self: Any, line: Any) -> None:
        if self._orders_for is None or line.state != "up":
            await right(self, line)
        else:
            self.line = line  # the stream will tell

    return line_changed


def _drops_the_oldest(_: Any) -> Any:
    def make_mail(path: str, mailbox: Mailbox) -> Any:
        return DroppingMail(path, min(mailbox.bound, ROOM))

    return make_mail


def _restarts_one(_: Any) -> Any:
    def group(self: Any, child: Any) -> list[Any]:
        del self
        return [child]

    return group


def _draws_of_its_own(right: Any) -> Any:
    def order_ids(chance: int, epoch: int) -> Any:
        del chance
        return right(randbits(CHANCE_BITS), epoch)

    return order_ids


OF_LINE: Final = (
    Bug(
        name="ignores_retry_after",
        words="Nobody reads how long the exchange wants to be left alone.",
        codes=("R9",),
        faults=("L1", "L2"),
        owner=rations,
        part="bar_of",
        wrong=_hears_no_bar,
    ),
    Bug(
        name="opens_the_gate_before_it_has_looked",
        words="That the account was read once counts for every time that the line comes up.",
        codes=("R4",),
        faults=("M6", "M7", "E3", "B5"),
        owner=readiness,
        part="is_same_time",
        wrong=_is_always_the_same,
    ),
    Bug(
        name="does_not_look_after_a_reconnect",
        words="After a reconnect nothing is read again: the stream will tell.",
        codes=("R8",),
        faults=("M6", "M7", "E3", "B5"),
        owner=Reconciling,
        part="line_changed",
        wrong=_is_content,
    ),
    Bug(
        name="leaks_the_connection_of_a_failed_request",
        words="A connection on which no answer came is put aside, and not closed.",
        codes=("R2",),
        faults=("A5", "E3", "E4", "M5"),
        owner=H11Transport,
        part="_exchanged",
        wrong=_leaks,
    ),
    Bug(
        name="measures_the_clock_once",
        words="How far the exchange's clock is off is measured at the start and never again.",
        codes=("R8",),
        faults=("L4",),
        owner=VenueSession,
        part="_measure",
        wrong=_measures_once,
    ),
    Bug(
        name="drops_the_oldest_message",
        words="A mailbox has room for a thousand messages, and drops the oldest of more.",
        codes=("R3",),
        faults=("H8",),
        owner=cell,
        part="make_mail",
        wrong=_drops_the_oldest,
    ),
    Bug(
        name="restarts_only_what_has_crashed",
        words="A supervisor starts the one that has crashed, and no other, whatever its strategy.",
        codes=("R1",),
        faults=("H1", "H7"),
        owner=SupervisorActor,
        part="_group",
        wrong=_restarts_one,
    ),
    Bug(
        name="names_orders_by_real_chance",
        words="Ids of orders are drawn from the host's chance, and not from the seed's.",
        codes=("R5",),
        owner=desk,
        part="OrderIds",
        wrong=_draws_of_its_own,
    ),
)
