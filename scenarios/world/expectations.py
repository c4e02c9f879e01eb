"""Expectations that read like sentences, and that name the line which says them.

`always` and `never` are looked at after every commit and every few seconds, from the moment they
are said to the end of the run; `eventually` waits; `sometimes` must come true in some run at least.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Final, Literal

import attrs
import outcome
import trio

from ...runtime import Millis
from ..errors import ExpectationFailed
from .amounts import check_least
from .findings import Finding, is_interrupt
from .places import Place, caller

Check = Callable[[], object]  # whether it holds
Kind = Literal["always", "never", "sometimes"]
STEP: Final = 0.1  # s between two looks at what is waited for
LONGEST: Final = 2.0  # s, the same after a while


@attrs.define
class Expectation:
    """One sentence. seen: whether it has been true at some look."""

    kind: Kind
    check: Check
    words: str
    place: Place
    seen: bool = False
    is_over: bool = False


class Expectations:
    """Those of one run. fail: told of each that does not hold, once."""

    def __init__(self, fail: Callable[[Finding], None], now: Callable[[], Millis]) -> None:
        self.all: list[Expectation] = []
        self._fail = fail
        self._now = now

    def add(self, kind: Kind, check: Check, words: str) -> Expectation:
        """One more, and a first look at it."""
        place = caller()
        expectation = Expectation(kind, check, words or place.text or "it holds", place)
        self.all.append(expectation)
        self._look(expectation)
        return expectation

    def look(self) -> None:
        """Look at all of them."""
        for expectation in self.all:
            self._look(expectation)

    def unseen(self) -> list[Expectation]:
        """What should sometimes be, and never was."""
        return [each for each in self.all if each.kind == "sometimes" and not each.seen]

    async def eventually(self, check: Check, within: float, words: str) -> float:
        """Wait until it holds: after how many s. Raises ExpectationFailed where it never does."""
        place, began, step = caller(), trio.current_time(), STEP
        check_least(0, within=within)
        while not (came_to := check()):
            passed = trio.current_time() - began
            if passed >= within:
                said = words or place.text or "it does not hold"
                raise ExpectationFailed(str(place), f"not within {within:g} s: {said}")
            await trio.sleep(min(step, within - passed))
            step = min(step * 1.2, LONGEST)
        if inspect.isawaitable(came_to):
            raise place.wrong(_awaitable(came_to), remedy="give a function that is not async")
        return trio.current_time() - began

    def _look(self, expectation: Expectation) -> None:
        if expectation.is_over:
            return
        result = outcome.capture(expectation.check)
        if isinstance(result, outcome.Error):
            error = result.error
            if is_interrupt(error):
                raise error
            self._note(expectation, f"the check raised {type(error).__name__}: {error}")
        elif inspect.isawaitable(result.value):
            self._note(expectation, _awaitable(result.value))
        elif bool(result.value):
            expectation.seen = True
            if expectation.kind == "never":
                self._note(expectation, f"should never be: {expectation.words}")
        elif expectation.kind == "always":
            self._note(expectation, f"should always be: {expectation.words}")

    def _note(self, expectation: Expectation, words: str) -> None:
        expectation.is_over = True
        self._fail(Finding("expectation", "", str(expectation.place), words, self._now()))


def _awaitable(value: object) -> str:
    """What to say of a check that would always hold, since nobody waits for what it gives."""
    if inspect.iscoroutine(value):
        value.close()
    return "the check is async, and is not waited for"
