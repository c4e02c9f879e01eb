"""What a client of the market streams may ask for, and how the venue says that it may not.

A request is JSON with `method`, `params` and `id`; the words of a refusal are the venue's own.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

import msgspec

from ...runtime.errors import BenthicError

WishId: TypeAlias = int | str | None
METHODS: Final = ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY")
_ID: Final = re.compile(r"[a-zA-Z0-9]{1,36}")
_LONG: Final = 2**63
_INVALID: Final = 2
_PROPERTIES: Final = 2  # name and value


class Wish(msgspec.Struct, frozen=True):
    """A request that can be granted."""

    method: str
    id: WishId
    streams: list[str] = []
    flag: bool = False  # of SET_PROPERTY


class WishRefused(BenthicError):
    """The request cannot be granted; `body` is what the client is told."""

    def __init__(self, code: int, text: str, wish_id: object = None) -> None:
        super().__init__(text)
        self.body: dict[str, object] = {"code": code, "msg": text}
        if wish_id is not None:
            self.body["id"] = wish_id


def read_wish(message: str) -> Wish:
    """A client's request, or WishRefused."""
    try:
        asked: object = msgspec.json.decode(message)
    except (msgspec.DecodeError, RecursionError) as error:
        column = _column(str(error))
        text = f"Invalid JSON: expected value at line 1 column {column}"
        raise WishRefused(3, text) from error
    if not isinstance(asked, dict):
        raise WishRefused(_INVALID, "Invalid request: request must be an object")
    method = asked.get("method")
    if method is None:
        text = f"Invalid request: missing field `method` at line 1 column {len(message)}"
        raise WishRefused(_INVALID, text)
    wish_id = _checked_id(asked)
    if method not in METHODS:
        raise WishRefused(
            _INVALID,
            f"Invalid request: unknown variant `{method}`, expected one of `SUBSCRIBE`, "
            "`UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY` "
            f"at line 1 column {len(message)}",
        )
    return _checked(method, asked.get("params"), wish_id)


def _checked_id(asked: dict[str, object]) -> WishId:
    wish_id = asked.get("id")
    is_number = isinstance(wish_id, int) and not isinstance(wish_id, bool)
    if "id" in asked and (
        wish_id is None
        or (is_number and -_LONG <= int(str(wish_id)) < _LONG)
        or (isinstance(wish_id, str) and _ID.fullmatch(wish_id) is not None)
    ):
        return wish_id if isinstance(wish_id, int | str) else None
    raise WishRefused(_INVALID, "Invalid request: request ID must be an unsigned integer")


def _checked(method: str, params: object, wish_id: WishId) -> Wish:
    if method == "LIST_SUBSCRIPTIONS":
        if params:
            raise WishRefused(_INVALID, "Invalid request: too many parameters", wish_id)
        return Wish(method, wish_id)
    listed: list[object] = params if isinstance(params, list) else []
    if method in {"SUBSCRIBE", "UNSUBSCRIBE"}:
        streams = [stream for stream in listed if isinstance(stream, str)]
        if not streams or len(streams) != len(listed):
            text = "Invalid request: params must be a list of stream names"
            raise WishRefused(_INVALID, text, wish_id)
        return Wish(method, wish_id, streams)
    return _property(method, listed, wish_id)


def _property(method: str, listed: list[object], wish_id: WishId) -> Wish:
    most = _PROPERTIES if method == "SET_PROPERTY" else 1
    if not listed or not isinstance(listed[0], str):
        text = "Invalid request: property name must be a string"
        raise WishRefused(_INVALID, text, wish_id)
    if len(listed) > most:
        raise WishRefused(_INVALID, "Invalid request: too many parameters", wish_id)
    if listed[0] != "combined":
        raise WishRefused(0, "Unknown property", wish_id)
    if method == "GET_PROPERTY":
        return Wish(method, wish_id)
    value = listed[1] if len(listed) > 1 else None
    if not isinstance(value, bool):
        raise WishRefused(1, "Invalid value type: expected Boolean", wish_id)
    return Wish(method, wish_id, flag=value)


def _column(text: str) -> int:
    """Where JSON broke, from the decoder's own words."""
    match = re.search(r"byte ([0-9]+)", text)
    return int(match[1]) + 1 if match else 1
