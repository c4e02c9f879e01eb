"""What must hold of a record that is no candle: numbers that a market gives, and time that goes on.

Pure rules; the first that does not hold is a TapeError at the place of the record.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

from ....runtime import Millis
from ..tape.errors import BrokenRow, ImpossibleRecord, Place, TimeDisorder, quoted
from ..tape.spacing import utc_text
from ..tape.table import meant
from ..tape.times import HINT

REPAIR: Final = "repair the row or remove it"

_EARLIEST: Final = 100_000_000_000  # ms, 1973: what is less counts in s
_LATEST: Final = 10_000_000_000_000  # ms, 2286: what is more counts in µs or ns
_PLACES: Final = 28  # digits on either side of the point


def decimal(place: Place, column: str, value: object) -> Decimal:
    """The number of a field, exactly as it is written. Raises BrokenRow or ImpossibleRecord.

    A float is taken for the shortest text that it was written as (see `meant`).
    """
    if value is None:
        raise BrokenRow(place, f"{column} is empty", REPAIR, column=column)
    text = repr(meant(value)) if isinstance(value, float) else str(value)
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        problem = f"{column} {quoted(text)} is not a number"
        raise BrokenRow(place, problem, REPAIR, column=column) from error
    if not number.is_finite():
        raise _impossible(place, column, text, "is not a finite number")
    if number.adjusted() >= _PLACES or _exponent(number) < -_PLACES:
        raise _impossible(place, column, text, f"has more than {_PLACES} digits on one side")
    return number


def positive(place: Place, column: str, value: object) -> Decimal:
    """As `decimal`, and above 0."""
    number = decimal(place, column, value)
    if number <= 0:
        raise _impossible(place, column, str(value), "is not above 0")
    return number


def non_negative(place: Place, column: str, value: object) -> Decimal:
    """As `decimal`, and not below 0."""
    number = decimal(place, column, value)
    if number < 0:
        raise _impossible(place, column, str(value), "is below 0")
    return number


def time_after(place: Place, at: int, before: int) -> Millis:
    """The time of a record, ms, which is not before that of the one before it.

    Raises TimeDisorder, also where it counts in another unit.
    """
    if not _EARLIEST <= at < _LATEST:
        problem = f"time {at} is not in ms since 1970-01-01"
        raise TimeDisorder(place, problem, HINT, column="time")
    if at < before:
        problem = f"time goes backwards, from {utc_text(before)} to {utc_text(at)}"
        raise TimeDisorder(place, problem, "sort the rows oldest first", column="time")
    return Millis(at)


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _impossible(place: Place, column: str, text: str, problem: str) -> ImpossibleRecord:
    return ImpossibleRecord(place, f"{column} {quoted(text)} {problem}", REPAIR, column=column)
