"""Whether two JSON values have one shape: the same keys, types and formats of text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).resolve().parents[5] / "shared" / "data" / "venue" / "binance" / "spot"
_DECIMAL = re.compile(r"-?[0-9]+\.[0-9]+")
_WHOLE = re.compile(r"-?[0-9]+")


def kind(value: object) -> str:
    """Type and, of text, format."""
    if not isinstance(value, str):
        return type(value).__name__
    if _DECIMAL.fullmatch(value):
        return "decimal text"
    return "whole text" if _WHOLE.fullmatch(value) else "text"


def differences(ours: Any, recorded: Any, where: str = "$") -> Iterator[str]:
    """What is not alike, in words; an empty recorded list says nothing of its items."""
    if kind(ours) != kind(recorded):
        yield f"{where}: {ours!r} is {kind(ours)}, recorded {recorded!r} is {kind(recorded)}"
    elif isinstance(recorded, dict):
        for name in recorded.keys() | ours.keys():
            if name not in ours or name not in recorded:
                yield f"{where}.{name}: only {'recorded' if name in recorded else 'ours'}"
            else:
                yield from differences(ours[name], recorded[name], f"{where}.{name}")
    elif isinstance(recorded, list) and recorded:
        yield from _of_lists(ours, recorded, where)


def _of_lists(ours: list[Any], recorded: list[Any], where: str) -> Iterator[str]:
    if not ours:
        yield f"{where}: ours is empty"
    if len({kind(each) for each in recorded}) == 1:  # a list of things of one kind
        for number, each in enumerate(ours):
            yield from differences(each, recorded[0], f"{where}[{number}]")
    elif len(ours) != len(recorded):
        yield f"{where}: {len(ours)} items, recorded {len(recorded)}"
    else:
        for number, (mine, theirs) in enumerate(zip(ours, recorded, strict=True)):
            yield from differences(mine, theirs, f"{where}[{number}]")
