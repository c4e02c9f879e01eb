"""What a run can find, as values."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Literal

import msgspec

from ...runtime import BenthicError, Millis, UsageError
from ..errors import BadScenario, ExpectationFailed
from .places import NOWHERE, Place

FindingKind = Literal["violation", "expectation", "raised", "hung", "wrong"]
"""An invariant that did not hold; a sentence of the script that did not; an error that the script
raised; a run that did not end; a script that asks for what cannot be."""


class Violation(msgspec.Struct, frozen=True):
    """An invariant that does not hold. code: of the fault catalogue, such as F3."""

    code: str
    bot: str  # its name; empty where it is of no one bot
    detail: str

    def __str__(self) -> str:
        return (
            f"{self.code} {self.bot}: {self.detail}" if self.bot else f"{self.code} {self.detail}"
        )


class Finding(msgspec.Struct, frozen=True):
    """Why a run failed."""

    kind: FindingKind
    code: str  # of a violation
    place: str  # in the script, where there is one
    words: str
    at: Millis

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        code = f"{self.code} " if self.code else ""
        return f"{place}{code}{self.words}"


def raised(error: BaseException, file: str, at: Millis, place: Place = NOWHERE) -> Finding:
    """The finding for what a script raised: the innermost line of `file` in its traceback.

    place: where to look instead, if none of its lines was reached.
    """
    where = str(place) if place.file else file
    for each in _to_the_first(error):
        for line in traceback.extract_tb(each.__traceback__):
            if line.filename == file:
                where = f"{file}:{line.lineno}"
        error = each
    if isinstance(error, ExpectationFailed):
        return Finding("expectation", "", error.place, error.words, at)
    if isinstance(error, BadScenario):
        return Finding("wrong", "", error.place, f"{error.problem}; {error.remedy}", at)
    if isinstance(error, AssertionError):
        return Finding("expectation", "", where, f"does not hold: {str(error) or 'assert'}", at)
    if isinstance(error, UsageError):
        return Finding("wrong", "", where, str(error), at)
    if isinstance(error, BenthicError):
        return Finding("raised", "", where, f"{type(error).__name__}: {error}", at)
    return Finding("raised", "", where, f"the script raised {type(error).__name__}: {error}", at)


def is_interrupt(error: BaseException) -> bool:
    """Whether somebody pressed Ctrl-C, however deep in a group: the run ends, and fails nothing."""
    inner: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    return isinstance(error, KeyboardInterrupt) or any(map(is_interrupt, inner))


def _to_the_first(error: BaseException) -> Iterator[BaseException]:
    """An error, and from a group on its first one, however deep; that brought down the others."""
    yield error
    inner: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    if inner:
        yield from _to_the_first(inner[0])
