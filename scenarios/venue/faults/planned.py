"""A fault plan in force: what the wire and the hub ask, and what the control port changes.

It puts the parts together and decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final, Protocol

from ....actors.matching.refusals import Refused
from ....runtime.errors import UsageError
from ..agenda import Agenda, Ticket
from ..wire.fate import Fate
from ..wire.messages import Request, Response, Session
from ..wire.strikes import Push, RequestFate, ResponseFate
from .doors import Doors
from .log import FaultLog, Fired
from .plan import FaultPlan, Rule
from .pushes import Pushes
from .requests import Requests
from .rules import Inspector
from .strike import Armed, Strike, Struck, Subject

MOST_SOON: Final = 1_000  # strikes that wait for their moment
USER: Final = "user"  # how a plan calls the stream of an account, whatever key it bears


class Ground(Protocol):
    """The venue, as far as faults need it; `state` is the one of a real venue."""

    def inspector(self) -> Inspector:
        """Who says whether what a rule names is there."""
        ...

    def now(self) -> int:
        """The venue's own time, which clock faults move."""
        ...

    def account_of(self, request: Request) -> int | None:
        """Whose key came along with a request."""
        ...

    def carry_out(self, struck: Struck, doors: Doors) -> None:
        """Do to the venue what a state verb says. Raises UsageError or Refused."""
        ...


class PlannedFaults:
    """The faults of one venue. It is what `Wire.faults` and `Hub.faults` are set to."""

    def __init__(self, plan: FaultPlan, agenda: Agenda, ground: Ground) -> None:
        self.log = FaultLog()
        self.doors = Doors()
        self._agenda = agenda
        self._ground = ground
        self._last_soon = 0  # the moment of the last strike that a push called for
        self._tickets: dict[int, Ticket] = {}  # by rule: when it strikes next by itself
        self.strike = Strike(FaultPlan(seed=plan.seed), lambda: agenda.now, self.log)
        self._requests = Requests(self.strike, self.carry_out, ground.account_of, ground.now)
        self._pushes = Pushes(self.strike, agenda, self._carry_out_soon)
        for rule in plan.rules:
            self.add(rule)

    # -- for the wire and the hub

    def on_open(self, _address: str) -> Fate | None:
        return self.doors.at_open(self._agenda.now)

    def on_request(self, request: Request) -> RequestFate | None:
        kept_out = self.doors.at_request(request, self._agenda.now)
        return kept_out if kept_out is not None else self._requests.on_request(request)

    def on_response(self, request: Request, response: Response) -> ResponseFate | None:
        return self._requests.on_response(request, response)

    def on_push(
        self, session: Session, stream: str, kind: str, symbol: str, text: str
    ) -> Sequence[Push] | None:
        if not (self.strike.has_push_rules or self._pushes.is_busy):
            return None
        heard = stream if "@" in stream or "!" in stream else USER
        subject = Subject(
            is_push=True,
            stream=heard,
            event=kind,
            symbol=symbol,
            target=f"session {session.id}",
        )
        return self._pushes.on_push(session, subject, text, stream)

    # -- for whoever runs the venue

    @property
    def inspector(self) -> Inspector:
        """Who says whether what a rule names is there; of a rule that comes later."""
        return self._ground.inspector()

    def add(self, rule: Rule) -> Armed:
        """Put a rule in force; one with a moment strikes by itself."""
        armed = self.strike.add(rule)
        if rule.when.at is not None:
            self._schedule(armed, self.strike.start + rule.when.at)
        return armed

    def remove(self, number: int) -> bool:
        """Take a rule out of force; False: there is none of this number."""
        ticket = self._tickets.pop(number, None)
        if ticket is not None:
            ticket.cancel()
        return self.strike.remove(number)

    def fire(self, rule: Rule, *, cause: str) -> Fired:
        """Let a verb of the venue strike now; what the record says of it, problems included."""
        by_hand = Armed(0, rule, f"{self.strike.seed}/{self.log.total}")
        struck = self.strike.fire(by_hand, cause=cause, target="venue")
        return self.carry_out(struck)

    def carry_out(self, struck: Struck) -> Fired:
        """Do what a state verb says; what it cannot do is on record and stops nothing."""
        self.strike.is_striking = True
        try:
            self._ground.carry_out(struck, self.doors)
        except (UsageError, Refused) as error:
            return self.log.came_to_nothing(struck.entry, str(error))
        finally:
            self.strike.is_striking = False
        return struck.entry

    def state(self) -> dict[str, object]:
        """What there is and what is shut, as the control port shows it."""
        now = self._agenda.now
        return {
            "now": now,
            "told": self._ground.now(),
            "rules": len(self.strike.rules),
            "fired": self.log.total,
            **self.doors.state(now),
        }

    def _carry_out_soon(self, struck: Struck) -> None:
        """From within a push the venue is busy: strike once it has said what it had to say.

        Of several each gets a moment of its own, so that nobody waits for all of them.
        """
        now = self._agenda.now
        moment = max(now, self._last_soon + 1)
        if moment > now + MOST_SOON:
            problem = "too many strikes wait already; strike fewer, by nth or every"
            self.log.came_to_nothing(struck.entry, problem)
            return
        self._last_soon = moment
        self._agenda.at(moment, partial(self._carry_out, struck))

    def _carry_out(self, struck: Struck) -> None:
        self.carry_out(struck)

    def _schedule(self, armed: Armed, moment: int) -> None:
        def strike() -> None:
            self._tickets.pop(armed.number, None)
            when = armed.rule.when
            if when.until is not None and self._agenda.now - self.strike.start >= when.until:
                return
            if armed.has_chance():
                self.carry_out(self.strike.fire(armed, cause="its moment", target="venue"))
            if when.again is not None:
                self._schedule(armed, moment + when.again)

        self._tickets[armed.number] = self._agenda.at(moment, strike)
