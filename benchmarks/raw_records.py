"""Records as they lie on disk, as types: what the stored ones are, with decimals still text.

A scan that decodes into these does the least that a typed reader can do.
"""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from operator import or_
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec


def raw_type(kind: Any) -> Any:
    """The type of a stored value in which text stands for each decimal.

    >>> raw_type(tuple[Decimal, ...] | None)
    tuple[str, ...] | None
    """
    if kind is Decimal:
        return str
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _raw_struct(kind)
    if get_origin(kind) in (Union, UnionType):
        return reduce(or_, map(raw_type, get_args(kind)))
    if get_origin(kind) is tuple:
        return tuple[tuple(map(raw_type, get_args(kind)))]  # type: ignore[misc]  # as it was
    return kind


def _raw_struct(kind: type[msgspec.Struct]) -> Any:
    fields: list[Any] = []
    for field in msgspec.structs.fields(kind):
        if field.default is msgspec.NODEFAULT:
            fields.append((field.name, raw_type(field.type)))
        else:
            default = field.default
            given = str(default) if isinstance(default, Decimal) else default
            fields.append((field.name, raw_type(field.type), given))
    return msgspec.defstruct(
        f"Raw{kind.__name__}",
        fields,
        frozen=True,
        gc=False,
        array_like=True,
        kw_only=True,
        tag=kind.__struct_config__.tag,
    )
