"""What a run can find, as values."""

from __future__ import annotations

import traceback
from typing import Literal

import msgspec

from ...runtime import BenthicError, Millis
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
    error = _single(error)
    where = str(place) if place.file else file
    for line in traceback.extract_tb(error.__traceback__):
        if line.filename == file:
            where = f"{file}:{line.lineno}"
    if isinstance(error, ExpectationFailed):
        return Finding("expectation", "", error.place, error.words, at)
    if isinstance(error, BadScenario):
        return Finding("wrong", "", error.place, f"{error.problem}; {error.remedy}", at)
    if isinstance(error, AssertionError):
        return Finding("expectation", "", where, f"does not hold: {str(error) or 'assert'}", at)
    if isinstance(error, BenthicError):
        return Finding("raised", "", where, f"{type(error).__name__}: {error}", at)
    return Finding("raised", "", where, f"the script raised {type(error).__name__}: {error}", at)


def _single(error: BaseException) -> BaseException:
    """The one error of a group of one, however deep."""
    inner: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    return _single(inner[0]) if len(inner) == 1 else error
