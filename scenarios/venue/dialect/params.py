"""The parameters of one request, read by the venue's rules and refused in its words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final
from urllib.parse import unquote_plus

import msgspec

from ..access.errors import ApiError, illegal, missing, too_great
from ..wire.messages import Request
from .numbers import DECIMAL_RANGE, parse

WHOLE_RANGE: Final = "^[0-9]{1,20}$"
SYMBOL_RANGE: Final = "^[A-Z0-9-_.]{1,20}$"
SYMBOLS_RANGE: Final = '^\\[("[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}){0,1}\\]$'
CLIENT_ID_RANGE: Final = "^[a-zA-Z0-9-_]{1,36}$"
FLAG_RANGE: Final = "true|false"
_WHOLE: Final = re.compile(r"[0-9]{1,20}")
_SYMBOL: Final = re.compile(r"[A-Z0-9_.-]{1,20}")
_CLIENT_ID: Final = re.compile(r"[a-zA-Z0-9_-]{1,36}")
_FORM: Final = "application/x-www-form-urlencoded"
_LONG: Final = 2**63 - 1  # the largest of a LONG
MOST: Final = 100  # parameters of one request


class Params:
    """Names and texts. A getter gives None where a parameter is absent and raises where it is bad.

    A parameter that is there and empty is an error of its own (-1105).
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def text(self, name: str) -> str | None:
        value = self._values.get(name)
        if value == "":
            raise ApiError(-1105, f"Parameter '{name}' was empty.")
        return value

    def need(self, name: str) -> str:
        value = self._values.get(name)
        if not value:
            raise missing(name)
        return value

    def whole(self, name: str) -> int | None:
        value = self.text(name)
        if value is None:
            return None
        if _WHOLE.fullmatch(value) is None:
            raise illegal(name, WHOLE_RANGE)
        number = int(value)
        if number > _LONG:
            raise ApiError(-1108, f"Parameter '{name}' overflowed.")
        return number

    def need_whole(self, name: str) -> int:
        self.need(name)
        number = self.whole(name)
        if number is None:
            raise missing(name)
        return number

    def count(self, name: str, default: int, most: int) -> int:
        """A limit: at least 1; more than `most` counts as `most`."""
        number = self.whole(name)
        if number is None:
            return default
        if number == 0:
            raise ApiError(-1130, f"Data sent for parameter '{name}' is not valid.")
        return min(number, most)

    def bounded(self, name: str, default: int, most: int) -> int:
        """A number of 0 to `most`; more is an error."""
        number = self.whole(name)
        if number is None:
            return default
        if number > most:
            raise too_great(name, most)
        return number

    def decimal(self, name: str) -> tuple[int, int] | None:
        """A plain decimal as a whole number and its count of decimals."""
        value = self.text(name)
        if value is None:
            return None
        number = parse(value)
        if number is None:
            raise illegal(name, DECIMAL_RANGE)
        return number

    def flag(self, name: str) -> bool | None:
        value = self.text(name)
        if value is None:
            return None
        if value.lower() not in {"true", "false"}:
            raise illegal(name, FLAG_RANGE)
        return value.lower() == "true"

    def choice(self, name: str, allowed: Collection[str], otherwise: ApiError) -> str | None:
        value = self.text(name)
        if value is not None and value not in allowed:
            raise otherwise
        return value

    def symbol(self, name: str = "symbol") -> str | None:
        value = self.text(name)
        if value is not None and _SYMBOL.fullmatch(value) is None:
            raise illegal(name, SYMBOL_RANGE)
        return value

    def need_symbol(self, name: str = "symbol") -> str:
        self.need(name)
        value = self.symbol(name)
        if value is None:
            raise missing(name)
        return value

    def symbols(self, name: str = "symbols") -> list[str] | None:
        """A JSON list of symbols."""
        value = self.text(name)
        if value is None:
            return None
        try:
            listed = msgspec.json.decode(value, type=list[str])
        except (msgspec.DecodeError, RecursionError) as error:
            raise illegal(name, SYMBOLS_RANGE) from error
        if any(_SYMBOL.fullmatch(symbol) is None for symbol in listed):
            raise illegal(name, SYMBOLS_RANGE)
        if len(set(listed)) != len(listed):
            raise ApiError(-1151, "Symbol is present multiple times in the list.")
        return listed

    def client_id(self, name: str) -> str | None:
        value = self.text(name)
        if value is not None and _CLIENT_ID.fullmatch(value) is None:
            raise illegal(name, CLIENT_ID_RANGE)
        return value


def read_params(request: Request) -> Params:
    """The parameters of a request: its query, and its body where that is a form.

    The query wins where both have a name; a name twice in one of them is an error.
    """
    values = _pairs(request.query)
    if request.body and request.headers.get("content-type", "").startswith(_FORM):
        for name, value in _pairs(request.body.decode("utf-8", "replace")).items():
            values.setdefault(name, value)
    return Params(values)


def _pairs(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    if not text:
        return values
    parts = text.split("&")
    if len(parts) > MOST:
        raise ApiError(
            -1101, f"Too many parameters; expected '{MOST}' and received '{len(parts)}'."
        )
    for part in parts:
        if not part:
            continue
        name, _, value = part.partition("=")
        if "%" in part or "+" in part:
            name = unquote_plus(name, errors="replace")
            value = unquote_plus(value, errors="replace")
        if name in values:
            raise ApiError(-1101, "Duplicate values for a parameter detected.")
        values[name] = value
    return values
