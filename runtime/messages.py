"""The two kinds of message that travel between actors.

A message is an immutable value. It inherits `Tell`, or `Ask[R]` where it wants an answer of type
R; both are empty, so that a message may be an attrs class, a msgspec Struct or a plain class.
"""

from __future__ import annotations

from typing import Generic, TypeVar

R_co = TypeVar("R_co", covariant=True)


class Tell:
    """A message without an answer."""

    __slots__ = ()


class Ask(Generic[R_co]):
    """A message that is answered with an R: `await ref.ask(message)` is typed R."""

    __slots__ = ()
