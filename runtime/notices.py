"""What the runtime itself tells actors."""

from __future__ import annotations

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
