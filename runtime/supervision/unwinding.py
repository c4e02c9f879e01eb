"""Unwinding turns that awaited trio although their handler is not declared `io=True`.

Such a turn has registered the leader's task with trio and may have opened scopes and nurseries in
it. It is told by TrioInTurn at every wait that can be withdrawn. A wait that cannot (a nursery's
for its tasks, a thread) is left to the leader, which gives no other turn until it is over, since
its stack of scopes must be its own again.
"""

from __future__ import annotations

import contextlib
import contextvars
import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any, NoReturn

import outcome
import trio

from ..errors import TrioInTurn
from ..pending import PARK

STEPS = 100  # waits that a refused turn may begin while it unwinds


class RefusedTurn:
    """A turn that is on its way out."""

    def __init__(
        self,
        coroutine: Coroutine[Any, Any, Any],
        context: contextvars.Context,
        error: TrioInTurn,
    ) -> None:
        self.scopes: tuple[object, object] = (None, None)  # the leader's innermost before, after
        self._coroutine = coroutine
        self._context = context
        self._error = error
        self._steps = STEPS
        self._wait: Any = None  # what only trio can end
        self._postponed = False

    def unwind(self, trap: Any) -> bool:
        """Whether the turn is over, now that it waits for `trap`."""
        while trap is not None and self._steps:
            self._steps -= 1
            if trap is PARK:
                trap = self._resume(self._coroutine.throw, self._error)
            elif not hasattr(trap, "abort_func"):  # a checkpoint, shielded: nothing to wait for
                trap = self._resume(self._coroutine.send, outcome.Value(None))
            elif trap.abort_func(self._cancelled) is trio.lowlevel.Abort.SUCCEEDED:
                trap = self._resume(self._coroutine.throw, self._error)
            else:
                self._wait = trap
                return False
        with contextlib.suppress(Exception):
            self._context.run(self._coroutine.close)
        return True

    def postpone(self, trap: Any) -> bool:
        """Undo the wait, and leave the rest for when the turns above this one have ended."""
        if hasattr(trap, "abort_func"):
            trap.abort_func(self._cancelled)
        self._postponed = True
        return False

    async def end(self) -> None:
        """Wait, in the leader's task, for what only trio can end."""
        if self._postponed:
            self.unwind(PARK)
        while self._wait is not None:
            wait, self._wait = self._wait, None
            result = await hand_over(wait)
            self.unwind(self._resume(self._coroutine.send, result))

    def _resume(self, how: Callable[[Any], object], value: object) -> object:
        try:
            return self._context.run(how, value)
        except Exception:  # StopIteration too; its actor has crashed with TrioInTurn already
            return None

    def _cancelled(self) -> NoReturn:
        raise self._error


@types.coroutine
def hand_over(trap: object) -> Generator[object, object, object]:
    """Wait for `trap` as if the current task had begun to."""
    return (yield trap)
