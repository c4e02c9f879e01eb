"""What the runtime asks of an incarnation; `Actor` is the one class that gives it."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol


class Behaviour(Protocol):
    """One life of an actor, between two restarts."""

    handlers: ClassVar[dict[type, Any]]  # message type -> function(actor, message)
    io_messages: ClassVar[frozenset[type]]  # handled in a trio task
    _cell: Any

    def on_start(self) -> Any:
        """Called before the first message; may return a coroutine."""

    def on_stop(self) -> Any:
        """Called after the last message; may return a coroutine."""
