"""A bug as a value, and how it is put into the product for a while.

As in mutation testing, one function, method or class of the real product gives way to a wrong one,
and comes back when the run is over, however it ends. This file is the only one that swaps anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from difflib import get_close_matches
from typing import Any

import attrs

from ...runtime import Actor, UsageError


class NoSuchBug(UsageError):
    """No bug of this name can be planted."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        close = get_close_matches(name, known, n=1)
        remedy = f"did you mean {close[0]}?" if close else f"there are: {', '.join(known)}"
        super().__init__(f"there is no bug {name!r} to be planted; {remedy}")
        self.name = name


@attrs.frozen(kw_only=True)
class Bug:
    """Something that a programmer of a bot gets wrong.

    words: what. codes: of the invariants that should find it. faults: codes of some that bring it
    out; empty: it shows by itself, now and then. owner, part: the class or module, and the name in
    it, that gives way. wrong: what takes its place, given what stood there.
    """

    name: str
    words: str
    codes: tuple[str, ...]
    faults: tuple[str, ...] = ()
    owner: Any
    part: str
    wrong: Callable[[Any], Any]

    def __str__(self) -> str:
        return f"{self.name}: {self.words}"

    @contextmanager
    def planted(self) -> Iterator[None]:
        """It is in the product inside of this."""
        right = vars(self.owner)[self.part]
        wrong = self.wrong(right)
        with ExitStack() as stack:
            _put(self.owner, self.part, wrong, stack)
            for kind in _kinds(self.owner):
                for message, handler in tuple(kind.handlers.items()):
                    if handler is right:
                        stack.callback(kind.handlers.__setitem__, message, right)
                        kind.handlers[message] = wrong
            yield


def _put(owner: Any, part: str, wrong: Any, stack: ExitStack) -> None:
    stack.callback(setattr, owner, part, vars(owner)[part])
    setattr(owner, part, wrong)


def _kinds(owner: Any) -> Iterator[type[Actor]]:
    """An actor's class and those made of it: each keeps a table of its handlers."""
    if isinstance(owner, type) and issubclass(owner, Actor):
        yield owner
        for kind in owner.__subclasses__():
            yield from _kinds(kind)
