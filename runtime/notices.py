"""What the runtime itself tells actors."""

from __future__ import annotations

from typing import Any

import attrs

from .clock import Millis
from .messages import Tell
from .ref import Ref


@attrs.frozen
class Terminated(Tell):
    """A watched actor is gone for good. Not said on restarts: the address survives those."""

    ref: Ref
    reason: str


@attrs.frozen
class DeadLetter(Tell):
    """A message reached nobody. Subscribe to it with `source=None`."""

    path: str
    message_type: str
    why: str
    at: Millis


@attrs.frozen
class Crashed(Tell):
    """An actor raised, and its incarnation is over. Subscribe to it with `source=None`."""

    path: str
    error: BaseException
    at: Millis


class Outcome(Tell):
    """What came of a `self.request`: its answer, or the error that an ask would have raised.

    token: what the request was made with, so that its maker knows which one this is of.
    """

    __slots__ = ("error", "token", "value")

    def __init__(  # by hand: one is made on every order's way, and attrs takes twice as long
        self, token: Any, value: Any = None, error: BaseException | None = None
    ) -> None:
        self.token = token
        self.value = value
        self.error = error

    def __repr__(self) -> str:
        return f"Outcome({self.token!r}, {self.value!r}, {self.error!r})"

    def get(self) -> Any:
        """The answer, or the error raised."""
        if self.error is not None:
            raise self.error
        return self.value
