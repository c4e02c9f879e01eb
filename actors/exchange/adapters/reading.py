"""One answer of a venue, read field by field: a sound value, nothing, or `UnsoundAnswer`.

ccxt's unified dicts come in here and our values go out in the files beside this one. ccxt is told
to keep numbers as the text that the venue wrote (`number: str`, see `adapter`); where a number
comes as a float all the same, its shortest text counts, as in `market.money.from_float`.

A refusal names the venue, the place and what is wrong with it, and shows no more of the answer than
a short part of the one value that is: answers can hold keys, and anything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Final

from ....runtime import Millis
from ...market.errors import BadValue
from ...market.money import parse_decimal
from ...market.side import Side
from ...market.symbol import is_asset
from ..errors import UnsoundAnswer

DAY: Final = Millis(86_400_000)
SOON: Final = Millis(60_000)  # that what a stream brings may lie ahead of our idea of its clock
EARLIEST: Final = Millis(
    1_230_768_000_000
)  # 2009: before it nothing traded; seconds look like 1970
LATEST: Final = Millis(7_258_118_400_000)  # 2200: microseconds look like the year 50,000 and more
LONGEST_ID: Final = 128
NEVER: Final = (None, "", 0, -1)  # how venues write a time that is none
SHOWN: Final = 40  # characters of a wrong value
PARSER_ERRORS: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class Reading:
    """A dict of ccxt's that is being read.

    place: what it is, for errors ("fetch_order"). heard: when it came in, by our clock; a time that
    lies more than `ahead` ms after it is refused. None: any time of this age and the next is taken.
    """

    def __init__(
        self,
        venue: str,
        place: str,
        raw: object,
        *,
        heard: Millis | None = None,
        ahead: int = DAY,
    ) -> None:
        self.venue = venue
        self.place = place
        self.heard = heard
        self.ahead = ahead
        if not isinstance(raw, Mapping):
            raise UnsoundAnswer(venue, place, f"a {type(raw).__name__} where fields should be")
        self.raw: Mapping[str, Any] = raw

    def unsound(self, problem: str) -> UnsoundAnswer:
        """The refusal of this answer."""
        return UnsoundAnswer(self.venue, self.place, problem)

    # -- numbers

    def number(self, key: str) -> Decimal | None:
        """A finite number of any sign; None where there is none."""
        return self.as_number(self.raw.get(key), key)

    def as_number(self, value: object, name: str) -> Decimal | None:
        """As `number`, of a value that was found elsewhere."""
        if value is None or value == "":
            return None
        if isinstance(value, float | int | Decimal) and not isinstance(value, bool):
            value = str(value)
        try:
            return parse_decimal(value, place=name)
        except BadValue:
            problem = f"{name} {shown(value)} is no finite number below 10^28"
            raise self.unsound(problem) from None  # the cause would show the whole value

    def positive(self, key: str) -> Decimal | None:
        """A number above 0; None where there is none."""
        value = self.number(key)
        if value is not None and value <= 0:
            raise self.unsound(f"{key} {shown(value)} is not above 0")
        return value

    def size(self, key: str) -> Decimal | None:
        """A number of 0 or more; None where there is none."""
        value = self.number(key)
        if value is not None and value < 0:
            raise self.unsound(f"{key} {shown(value)} is below 0")
        return value

    def above_zero(self, key: str) -> Decimal | None:
        """A number above 0; None where there is none or it is 0, which says the same."""
        return self.size(key) or None

    def required(self, key: str) -> Decimal:
        """A number above 0, which must be there."""
        value = self.positive(key)
        if value is None:
            raise self.unsound(f"{key} is missing")
        return value

    # -- texts

    def text(self, key: str) -> str:
        """A short printable text; empty where there is none."""
        value = self.raw.get(key)
        if value is None:
            return ""
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or len(value) > LONGEST_ID or not value.isprintable():
            raise self.unsound(f"{key} {shown(value)} is no short text")
        return value

    def name(self, key: str) -> str:
        """A text that must be there."""
        value = self.text(key)
        if not value:
            raise self.unsound(f"{key} is missing")
        return value

    def asset(self, key: str) -> str:
        """What is held or paid; empty where it is not said."""
        value = self.text(key)
        if value and not is_asset(value):
            raise self.unsound(f"{key} {shown(value)} names no asset")
        return value

    def symbol(self, expected: str | None = None) -> str:
        """The market that it is about, which must be the one that was asked for (B14, E12)."""
        value = self.name("symbol")
        if expected is not None and value != expected:
            raise self.unsound(f"it is about {shown(value)} and not about {expected}")
        if "/" not in value:
            raise self.unsound(f"{shown(value)} names no market")
        return value

    def side(self) -> Side:
        value = self.raw.get("side")
        if value == "buy":
            return "buy"
        if value == "sell":
            return "sell"
        raise self.unsound(f"side {shown(value)} is neither buy nor sell")

    # -- times

    def time(self, *keys: str) -> Millis:
        """The first of these times that is told; else when the answer was heard."""
        for key in keys:
            told = self.told(key)
            if told is not None:
                return told
        if self.heard is None:
            raise self.unsound(f"{keys[0]} is missing")
        return self.heard

    def told(self, key: str) -> Millis | None:
        """A time of our age in ms (M13); None where there is none."""
        value = self.raw.get(key)
        return None if value in NEVER else self.as_time(value, key)

    def as_time(self, value: object, name: str, *, ahead: int | None = None) -> Millis:
        """A time of our age in ms.

        ahead: ms that it may lie after the moment in which the answer was heard; None: the usual.
        """
        ahead = self.ahead if ahead is None else ahead
        at = value
        if isinstance(at, float) and at.is_integer():
            at = int(at)
        if isinstance(at, bool) or not isinstance(at, int):
            raise self.unsound(f"{name} {shown(value)} is no time in ms")
        heard = self.heard
        if heard is not None and heard < EARLIEST:  # of a simulation that begins in 1970
            is_sound = 0 <= at <= heard + ahead
        else:
            is_sound = EARLIEST <= at <= (LATEST if heard is None else heard + ahead)
        if not is_sound:
            raise self.unsound(f"{name} {shown(value)} is no time in ms up to now")
        return Millis(at)

    # -- what is inside

    def within(self, raw: object, place: str) -> Reading:
        """A dict that was found in this one."""
        return Reading(self.venue, place, raw, heard=self.heard, ahead=self.ahead)

    def inside(self, key: str) -> Reading:
        """The dict in a field, read in its turn; an empty one where there is none."""
        value = self.raw.get(key)
        found = {} if value is None else value
        place = f"{self.place}.{key}"
        return Reading(self.venue, place, found, heard=self.heard, ahead=self.ahead)

    def rows(self, key: str) -> tuple[Any, ...]:
        """The list in a field; an empty one where there is none."""
        return rows_of(self.venue, f"{self.place}.{key}", self.raw.get(key) or ())


def rows_of(venue: str, place: str, raw: object) -> tuple[Any, ...]:
    """The entries of a list. Raises UnsoundAnswer where it is none."""
    if not isinstance(raw, list | tuple):
        raise UnsoundAnswer(venue, place, f"a {type(raw).__name__} where a list should be")
    return tuple(raw)


@contextmanager
def reading_of(venue: str, place: str) -> Iterator[None]:
    """Turn what a parser stumbles over into `UnsoundAnswer`: ccxt's own parsers check little."""
    try:
        yield
    except PARSER_ERRORS as error:
        stumbled = UnsoundAnswer(venue, place, f"its form is not known ({type(error).__name__})")
        raise stumbled from None  # the cause may quote the answer


def shown(value: object) -> str:
    """A wrong value as an error may show it: short, and printable."""
    if not isinstance(value, str | int | float | Decimal | bool) and value is not None:
        return f"of type {type(value).__name__}"
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > LONGEST_ID:
        return "with too many digits"
    text = repr(str(value)) if isinstance(value, Decimal) else repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
