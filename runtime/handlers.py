"""Which method handles which message: the `@on` decorator and the table that it fills."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from .errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])


def on(*message_types: type, io: bool = False) -> Callable[[F], F]:
    """Declare the handler of `message_types`.

    A `def` handler runs to completion. An `async def` handler may await `self.ask` and
    `self.sleep`. With `io=True` it may await trio: it runs as a task of the incarnation, and the
    mailbox waits until it ends.
    """
    for message_type in message_types:
        if not isinstance(message_type, type):
            raise UsageError(f"@on takes message classes, not {message_type!r}")

    def mark(function: F) -> F:
        if io and not inspect.iscoroutinefunction(function):
            raise UsageError(f"{function.__qualname__} is declared io=True and is no async def")
        function.__handles__ = message_types  # type: ignore[attr-defined]  # read by collect
        function.__io__ = io  # type: ignore[attr-defined]
        return function

    return mark


def collect(cls: type) -> tuple[dict[type, Any], frozenset[type]]:
    """The handlers of a class and its bases by message type, and which of them are I/O."""
    handlers: dict[type, Any] = {}
    io_messages: set[type] = set()
    for base in reversed(cls.__mro__):
        own: dict[type, str] = {}
        for name, function in vars(base).items():
            for message_type in getattr(function, "__handles__", ()):
                if message_type in own:
                    raise UsageError(
                        f"{cls.__qualname__} handles {message_type.__qualname__} twice: "
                        f"in {own[message_type]} and in {name}"
                    )
                own[message_type] = name
                handlers[message_type] = function
                (io_messages.add if function.__io__ else io_messages.discard)(message_type)
    return handlers, frozenset(io_messages)
