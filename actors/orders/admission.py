"""Whether an order may go out now: the gate's word, and what the desk itself knows.

A protective order bounds a risk; it passes whenever the line is up, whatever keeps entries out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...runtime import Actor, Ref, Refusal
from ..exchange.gate.messages import AccountStarted, GateClosed, GateOpened
from ..exchange.gate.readiness import Obstacle
from ..exchange.gate.verdicts import Verdicts
from ..exchange.messages import Line
from ..market.side import Purpose
from .clerk import Clerk
from .doubts import Doubts
from .messages import NotAdmitted, NotReconciled, VenueSilent


class Admission:
    """Judges for one desk. symbols: what is traded. line: how it stands; None: not known yet."""

    def __init__(
        self,
        clerk: Clerk,
        doubts: Doubts,
        symbols: Iterable[str],
        line: Callable[[], Line | None],
    ) -> None:
        self._clerk = clerk
        self._doubts = doubts
        self._line = line
        self._verdicts = Verdicts(symbols)  # of the gate

    async def follow(self, desk: Actor, path: str | None) -> Ref | None:
        """The gate, and how it stands; None: there is none."""
        if path is None:
            return None
        gate = desk.lookup(path)
        gate.tell(AccountStarted())  # first: what it knew of the account is void
        await self._verdicts.follow(desk, gate)
        return gate

    def hear(self, message: GateOpened | GateClosed) -> None:
        """The gate has turned."""
        self._verdicts.hear(message)

    @property
    def is_doubtful(self) -> bool:
        """Whether anything may keep an entry out; else there is nothing to ask."""
        return bool(self._verdicts or self._clerk.unreconciled or self._doubts.is_silent)

    def obstacle(self, purpose: Purpose, symbol: str) -> Refusal | None:
        """Why an order may not go out now; None: it may."""
        if purpose == "protective":
            line = self._line()
            if line is None or line.state != "up":
                state = "not known" if line is None else line.state
                return NotAdmitted(purpose, (Obstacle("line", f"it is {state}"),))
            return None
        if obstacles := self._verdicts.of(symbol):
            return NotAdmitted(purpose, obstacles)
        if self._clerk.unreconciled:
            return NotReconciled(len(self._clerk.unreconciled))
        if self._doubts.is_silent:
            return VenueSilent(len(self._doubts))
        return None
