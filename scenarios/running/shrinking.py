"""Makes a failed run smaller: leaves out faults as long as what is left still fails the same way.

The rule is Zeller's ddmin, over the numbers of the faults: halves, then ever smaller parts, are
left out; what remains cannot lose one more part of any size that was tried. It begins with those
that struck last before the run failed, where they suffice. A run that failed early is not run to
its end again: what is left must show soon.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Final

import attrs
import msgspec

from .run import Options, Outcome, run_script, with_muted
from .script import Script

MOST_TRIES: Final = 60
PATIENCE: Final = (1.5, 180.0)  # times as long as the first run took to fail, and s more
Run = Callable[[Script, Options], Outcome]
Tried = Callable[[int, int], None]
"""Told how many tries were made, and how many there can be."""


@attrs.frozen
class Shrunk:
    """The smallest run found that still fails. asked: faults of the first one."""

    outcome: Outcome
    asked: int
    tries: int


class _Enough(Exception):
    """No more tries."""


def shrunk(
    script: Script,
    outcome: Outcome,
    *,
    most: int = MOST_TRIES,
    tried: Tried = lambda _, __: None,
    run: Run = run_script,
) -> Shrunk:
    """Run a failed script again and again with fewer faults; `most` times at most."""
    everything = [each.number for each in outcome.armed if not each.is_muted]
    options = _cut(outcome)
    found, tries = outcome, 0
    known: dict[tuple[int, ...], bool] = {}

    def fails(kept: Sequence[int]) -> bool:
        nonlocal found, tries
        if (before := known.get(tuple(kept))) is not None:
            return before
        if tries >= most:
            raise _Enough
        tries += 1
        tried(tries, most)
        muted = {each.number for each in outcome.armed} - set(kept)
        again = run(script, with_muted(options, muted))
        known[tuple(kept)] = is_alike(again, outcome)
        if known[tuple(kept)]:
            found = again
        return known[tuple(kept)]

    with suppress(_Enough):
        start = next((kept for kept in _suspects(outcome) if fails(kept)), everything)
        minimal(start, fails)
    return Shrunk(found, len(everything), tries)


def _suspects(outcome: Outcome) -> Iterator[list[int]]:
    """The faults of the kind that struck last, of the last two kinds, of four, and so on."""
    struck = (each.who for each in reversed(outcome.timeline) if each.kind == "fault")
    codes, size = list(dict.fromkeys(struck)), 1
    while size < 2 * len(codes):
        wanted = codes[:size]
        yield [each.number for each in outcome.armed if each.fault in wanted and not each.is_muted]
        size *= 2


def _cut(outcome: Outcome) -> Options:
    """The options of a run that ends soon after it should have failed."""
    if outcome.findings[0].kind == "hung":
        return outcome.options
    times, more = PATIENCE
    longest = min(outcome.options.limit, outcome.virtual * times + more)
    return msgspec.structs.replace(outcome.options, limit=longest)


def is_alike(one: Outcome, other: Outcome) -> bool:
    """Whether two runs fail in the same way."""
    return bool(one.findings and other.findings) and _way(one) == _way(other)


def minimal(items: list[int], fails: Callable[[Sequence[int]], bool]) -> list[int]:
    """The items of which none of the tried parts can be left out. `fails` holds for all of them.

    >>> minimal([1, 2, 3, 4, 5, 6, 7, 8], lambda kept: {3, 6} <= set(kept))
    [3, 6]
    """
    if items and fails([]):
        return []
    parts = 2
    while len(items) > 1:
        size = -(-len(items) // parts)
        for start in range(0, len(items), size):
            rest = items[:start] + items[start + size :]
            if rest and fails(rest):
                items, parts = rest, max(parts - 1, 2)
                break
        else:
            if parts >= len(items):
                break
            parts = min(parts * 2, len(items))
    return items


def _way(outcome: Outcome) -> tuple[str, str]:
    first = outcome.findings[0]
    if outcome.options.planted and first.kind != "hung":
        return "found", ""  # nothing is without the bug, so whatever is found is that
    return first.kind, first.code or first.place
