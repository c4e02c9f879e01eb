"""A length of time in a fault plan: whole milliseconds, written `1500`, "1500ms", "3s" or "2h"."""

from __future__ import annotations

import re
from typing import Final

_WRITTEN: Final = re.compile(r"(-?)(\d{1,15})(ms|s|m|h|d)")
_LONGEST: Final = 10**15  # ms; beyond it a moment is no date any more


class Span(int):
    """Milliseconds; negative only where a verb says so."""

    __slots__ = ()


def span(written: object) -> Span:
    """The span that a plan writes as a number of ms or as text with a unit.

    Raises ValueError where it is neither.
    """
    if isinstance(written, int) and not isinstance(written, bool) and abs(written) <= _LONGEST:
        return Span(written)
    found = _WRITTEN.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        raise ValueError(f'{written!r} is no time: write 1500, "1500ms", "3s", "10m", "2h" or "1d"')
    sign, digits, unit = found.groups()
    size = int(digits) * _unit(unit)
    if size > _LONGEST:
        raise ValueError(f"{written!r} is longer than {_LONGEST} ms")
    return Span(-size if sign else size)


def _unit(name: str) -> int:
    match name:
        case "ms":
            return 1
        case "s":
            return 1_000
        case "m":
            return 60_000
        case "h":
            return 3_600_000
        case _:
            return 86_400_000
