"""Numbers and names that a script gives, looked at where it gives them."""

from __future__ import annotations

from collections.abc import Container, Iterable
from decimal import Decimal, InvalidOperation
from math import isfinite

from ..errors import BadFault
from ..venue.faults.errors import nearest
from .places import caller


def check_least(least: float, **given: float | None) -> None:
    """Raise BadFault where a number is below `least`, or is none; None: it was not given."""
    for name, value in given.items():
        if value is not None and not (isfinite(value) and value >= least):
            words = f"{name} is {value:g}"
            raise BadFault(str(caller()), words, remedy=f"give {least:g} or more")


def check_between(least: float, most: float, **given: float) -> None:
    """Raise BadFault where a number lies outside of these, or is none."""
    for name, value in given.items():
        if not least <= value <= most:
            words = f"{name} is {value:g}"
            raise BadFault(str(caller()), words, remedy=f"give {least:,.0f} to {most:,.0f}")


def check_one_of(name: str, value: str, known: Iterable[str]) -> None:
    """Raise BadFault where a word is none of those that are known."""
    names = list(known)
    if value not in names:
        raise BadFault(str(caller()), f"{name} is {value!r}", remedy=nearest(value, names))


def check_new(what: str, name: str, there: Container[str]) -> None:
    """Raise BadScenario where a name is taken."""
    if name in there:
        problem = f"there is {what} {name!r} already"
        raise caller().wrong(problem, remedy="give it another name")


def decimal_of(name: str, text: str) -> Decimal:
    """The number that is written there. Raises BadFault."""
    try:
        return Decimal(text)
    except (InvalidOperation, TypeError, ValueError) as error:
        remedy = 'write a number such as "0.01"'
        raise BadFault(str(caller()), f"{name} is {text!r}", remedy=remedy) from error
