"""Several orders in one request: how they are read, and how each is answered by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from ....actors.matching.refusals import Refused
from ..access.errors import ApiError
from ..dialect.params import Params
from ..dialect.routes import error_body
from .refusals import futures_refusal, not_valid
from .shapes import Shape

MOST_IN_BATCH: Final = 5
T = TypeVar("T", int, str)


def read_batch(params: Params) -> list[Params]:
    """The orders of a batch, each as parameters of its own."""
    text = params.need("batchOrders")
    try:
        listed = msgspec.json.decode(text, type=list[dict[str, object]])
    except (msgspec.DecodeError, RecursionError) as error:
        raise not_valid("batchOrders") from error
    if not 1 <= len(listed) <= MOST_IN_BATCH:
        raise ApiError(-4082, "Invalid number of batch place orders.")
    return [Params({name: _text(value) for name, value in each.items()}) for each in listed]


def batch_size(params: Params) -> int:
    """How many orders a batch makes; 1 where it cannot be read."""
    try:
        return len(read_batch(params))
    except ApiError:
        return 1


def read_listed(params: Params, name: str, kind: type[T]) -> list[T]:
    """A JSON list of ids; empty where none was sent."""
    text = params.text(name) or params.text(name.lower())  # clients write it in both ways
    if text is None:
        return []
    try:
        listed = msgspec.json.decode(text, type=list[object])
    except (msgspec.DecodeError, RecursionError) as error:
        raise not_valid(name) from error
    found = [each for each in listed if isinstance(each, kind)]
    if len(found) != len(listed):
        raise not_valid(name)
    return found


def tried(act: Callable[[], Shape]) -> Shape:
    """One of several: what goes wrong with it does not concern the others."""
    try:
        return act()
    except ApiError as error:
        return error_body(error)
    except Refused as refused:
        return error_body(futures_refusal(refused))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
