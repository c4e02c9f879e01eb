"""Whether two JSON values have one shape: the same keys, types and kinds of text.

The futures payloads were recorded of markets with other digits than ours, some of them without
any: a number as text is a number, with a point or without.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).resolve().parents[5] / "shared" / "data" / "venue" / "binance" / "futures"
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def kind(value: object) -> str:
    """Type and, of text, whether it is a number."""
    if not isinstance(value, str):
        return type(value).__name__
    return "number as text" if _NUMBER.fullmatch(value) else "text"


def differences(ours: Any, recorded: Any, where: str = "$") -> Iterator[str]:
    """What is not alike, in words; an empty recorded list says nothing of its items."""
    if kind(ours) != kind(recorded):
        yield f"{where}: {ours!r} is {kind(ours)}, recorded {recorded!r} is {kind(recorded)}"
    elif isinstance(recorded, dict):
        for name in sorted(recorded.keys() | ours.keys()):
            if name not in ours or name not in recorded:
                yield f"{where}.{name}: only {'recorded' if name in recorded else 'ours'}"
            else:
                yield from differences(ours[name], recorded[name], f"{where}.{name}")
    elif isinstance(recorded, list) and recorded:
        if not ours:
            yield f"{where}: ours is empty"
        for number, each in enumerate(ours):
            yield from differences(each, recorded[0], f"{where}[{number}]")
