"""Carries out the verbs that strike the venue itself, each on the part that it concerns.

What each does to markets and accounts stands in `trading` and `contracts`. Here are the clock,
the doors and the connections, and who is called for what.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from ....actors.matching.engine import MatchingEngine
from ....actors.matching.values import AccountId, Family
from ....runtime.clock import Millis
from ..agenda import Agenda
from ..offer import Offer
from ..wire.messages import Request
from ..wire.strikes import Faults
from .clock import VenueClock
from .contracts import Contracts
from .doors import Doors
from .errors import Report
from .families import family_and_market
from .plan import FaultPlan
from .planned import PlannedFaults
from .state_verbs import (
    Ban,
    ChangeFilter,
    ClockDrift,
    ClockStep,
    Deleverage,
    Delist,
    Deposit,
    Disconnect,
    EngineRestart,
    ExpireListenKeys,
    Fill,
    Fund,
    Halt,
    Liquidate,
    ManualOrder,
    MovePrice,
    RefuseConnections,
    Resume,
    ServerShutdown,
    SetFees,
    SetMark,
    VenueCancel,
    Withdraw,
)
from .strike import Struck
from .survey import Survey
from .trading import Trading


class Site(Protocol):
    """A venue, as far as its faults have to know it."""

    @property
    def agenda(self) -> Agenda:
        """When what happens."""
        ...

    @property
    def clock(self) -> VenueClock:
        """What the venue tells of the time."""
        ...

    @property
    def engines(self) -> Mapping[Family, MatchingEngine]:
        """One for each family."""
        ...

    @property
    def accounts(self) -> Mapping[AccountId, object]:
        """The clients', by number."""
        ...

    def offer(self) -> Offer:
        """What it offers, by name."""
        ...

    def move_quotes(self, family: Family, symbol: str, price: int) -> None:
        """Let those who quote in a market go along to where somebody has moved it."""
        ...

    def settle(self) -> None:
        """Publish what the engines did."""
        ...

    def use_faults(self, faults: Faults) -> None:
        """Ask this plan at every push."""
        ...

    def account_of(self, key: str) -> int | None:
        """Whose API key it is."""
        ...

    def expire_listen_keys(self) -> None:
        """End every listen key and user-data subscription."""
        ...

    def announce_shutdown(self) -> None:
        """Tell every WebSocket that the venue goes down."""
        ...

    def close_sockets(self, code: int, reason: str) -> None:
        """Close every WebSocket."""
        ...


def inspector_of(site: Site) -> Survey:
    """What a venue has that a rule can name, for who reads a plan for it."""
    return Survey(site.engines, site.accounts, site.offer())


def put_in_force(plan: FaultPlan, site: Site) -> PlannedFaults:
    """The faults of a venue by plan; its wire is given the same. Raises BadPlan.

    The plan is held against the venue: what it names is there.
    """
    survey, report = inspector_of(site), Report()
    for number, rule in enumerate(plan.rules, 1):
        place = f"{plan.place}: rule {number}"
        report.flaws.extend(survey.of_when(rule.when, f"{place}: when"))
        report.flaws.extend(survey.of_verb(rule.verb, place))
    report.require_none()
    faults = PlannedFaults(plan, site.agenda, State(site))
    site.use_faults(faults)
    return faults


class State:
    """The `Ground` of a fault plan: a venue's own state."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._trading = Trading(site.engines)
        self._contracts = Contracts(self._trading)

    def inspector(self) -> Survey:
        """See `Ground.inspector`."""
        return inspector_of(self._site)

    def now(self) -> Millis:
        """See `Ground.now`."""
        return self._site.clock.now()

    def account_of(self, request: Request) -> int | None:
        """See `Ground.account_of`."""
        key = request.headers.get("x-mbx-apikey")
        return None if key is None else self._site.account_of(key)

    def carry_out(self, struck: Struck, doors: Doors) -> None:
        """See `Ground.carry_out`."""
        verb: Any = struck.rule.verb
        self._trading.family = None
        if getattr(verb, "symbol", ""):
            self._trading.family, symbol = family_and_market(verb.symbol)
            verb = msgspec.structs.replace(verb, symbol=symbol)
        at = self._site.agenda.now
        if isinstance(verb, EngineRestart):
            self._trading.restart(verb, struck.chance, at)
            doors.shut(Millis(at + verb.down))
        elif not (
            self._strike_way(verb, doors, at)
            or self._strike_market(verb, at)
            or self._strike_contract(verb, at)
        ):
            self._strike_account(verb, at)
        self._site.settle()

    def _strike_way(self, verb: object, doors: Doors, at: Millis) -> bool:
        """Clock, doors and connections; whether the verb is one of theirs."""
        match verb:
            case ClockDrift():
                self._site.clock.drift(verb.ppm)
            case ClockStep():
                self._site.clock.step(verb.by)
            case Ban():
                doors.ban(verb.address, Millis(at + verb.time), verb.status)
            case RefuseConnections():
                doors.refuse(Millis(at + verb.time), verb.status)
            case ExpireListenKeys():
                self._site.expire_listen_keys()
            case ServerShutdown():
                self._shut_down(verb)
            case Disconnect():
                self._site.close_sockets(verb.code, verb.reason)
            case _:
                return False
        return True

    def _shut_down(self, verb: ServerShutdown) -> None:
        site = self._site
        site.announce_shutdown()
        site.agenda.after(verb.after, lambda: site.close_sockets(verb.code, "server shutdown"))

    def _strike_market(self, verb: object, at: Millis) -> bool:
        match verb:
            case Delist():
                self._trading.set_state("delist", verb.symbol, "delisted", at)
            case Halt():
                self._trading.set_state("halt", verb.symbol, "halted", at)
            case Resume():
                self._trading.set_state("resume", verb.symbol, "trading", at)
            case ChangeFilter():
                self._trading.change_filter(verb, at)
            case MovePrice():
                self._site.move_quotes(*self._trading.move_price(verb.symbol, verb.to, at))
            case _:
                return False
        return True

    def _strike_contract(self, verb: object, at: Millis) -> bool:
        match verb:
            case SetMark():
                self._contracts.set_mark(verb, at)
            case Fund():
                self._contracts.fund(verb, at)
            case Liquidate():
                self._contracts.liquidate(verb, at)
            case Deleverage():
                self._contracts.deleverage(verb, at)
            case _:
                return False
        return True

    def _strike_account(self, verb: object, at: Millis) -> None:
        match verb:
            case VenueCancel():
                self._trading.cancel(verb, at)
            case Fill():
                self._trading.fill(verb, at)
            case ManualOrder():
                self._trading.place(verb, at)
            case Deposit():
                self._trading.deposit(verb, at)
            case Withdraw():
                self._trading.withdraw(verb, at)
            case SetFees():
                self._trading.set_fees(verb)
            case _:
                raise AssertionError(f"{verb!r} does not strike a venue")
