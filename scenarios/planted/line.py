"""Bugs of the way to the exchange and of the gate: manners, reconnects, who may trade when (R)."""

from __future__ import annotations

from typing import Any, Final

import attrs
import trio

from ...actors.bot import venue_tree
from ...actors.exchange import rations
from ...actors.exchange.account_relay import AccountRelay
from ...actors.exchange.account_stream import AccountStream
from ...actors.exchange.backoff import Backoff
from ...actors.exchange.gate import readiness
from ...actors.exchange.gate.gate import Gate
from ...actors.exchange.hearing import AccountHearing
from ...actors.exchange.venue_session import VenueSession
from ...runtime import Millis, Strategy
from ...storage import order_store
from .bug import Bug


def _hears_no_bar(_: Any) -> Any:
    def bar_of(*args: Any) -> None:
        del args

    return bar_of


def _knocks(_: Any) -> Any:
    def next_(self: Any) -> Millis:
        return self._least  # type: ignore[no-any-return]  # a pause that never grows

    return next_


def _is_always_the_same(_: Any) -> Any:
    def is_same_time(line: Any, other: Any) -> bool:
        del line
        return other is not None

    return is_same_time


def _hears_good_news(right: Any) -> Any:
    def line_changed(self: Any, message: Any) -> None:
        if message.line.state == "up":
            right(self, message)

    return line_changed


def _leaks(_: Any) -> Any:
    async def live(self: Any, task_status: Any = trio.TASK_STATUS_IGNORED) -> None:
        parts = self._parts
        hearing = AccountHearing(parts.adapter, parts.publish, parts.clock.now, parts.unsound)
        with trio.CancelScope() as scope:
            async with trio.open_nursery() as nursery:
                own = parts.opened(nursery, hearing)
                self._hearings.append(hearing)
                hearing.exchange = own
                stream = AccountStream(own, hearing, parts.symbols)
                try:
                    await stream.run(lambda: task_status.started((scope, hearing)))
                except trio.Cancelled:
                    with trio.CancelScope(shield=True):
                        await own.close()  # where it fails, nobody does
                    raise
                finally:
                    self._hearings.remove(hearing)

    return live


def _measures_once(right: Any) -> Any:
    async def measure(self: Any, exchange: Any) -> None:
        if self.time.offset.error == 0:  # it is assumed, and not measured
            await right(self, exchange)

    return measure


def _restarts_alone(right: Any) -> Any:
    def account_tree(*args: Any) -> Any:
        return attrs.evolve(right(*args), strategy=Strategy.ONE_FOR_ONE)

    return account_tree


def _forgets_bans(_: Any) -> Any:
    def write_ban(*args: Any) -> None:
        del args

    return write_ban


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
        name="forgets_bans_at_restart",
        words="A ban is not written down, and a restart asks into it.",
        codes=("R9",),
        faults=("L2",),
        owner=order_store,
        part="write_ban",
        wrong=_forgets_bans,
    ),
    Bug(
        name="knocks_without_end",
        words="The pause between two attempts to connect does not grow.",
        codes=("R9",),
        faults=("C12", "M1", "E1"),
        owner=Backoff,
        part="next",
        wrong=_knocks,
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
        name="gate_hears_good_news_only",
        words="The gate stays as it is while the line is away, and waits for better news.",
        codes=("R4",),
        faults=("M6", "M7", "E3", "B5"),
        owner=Gate,
        part="line_changed",
        wrong=_hears_good_news,
    ),
    Bug(
        name="leaks_a_socket_at_each_reconnect",
        words="A stream that broke is left as it is, and another one opened beside it.",
        codes=("R2",),
        faults=("M5", "M4", "E3", "B5"),
        owner=AccountRelay,
        part="_live",
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
        name="desk_restarts_alone",
        words="A desk that crashed starts again on the ledger of before, and that one without it.",
        codes=("R8",),
        faults=("H1",),
        owner=venue_tree,
        part="account_tree",
        wrong=_restarts_alone,
    ),
)
