"""What a feed asks its connector: one question of a kind at a time, and again after pauses."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, Final

import msgspec

from ...runtime import Ask, Millis, Outcome, Tell, Timer
from ..exchange.backoff import Backoff

LEAST: Final = Millis(1_000)  # until a venue that did not answer is asked again
MOST: Final = Millis(60_000)
CANDLES: Final = "candles "  # and the frame: what a question is about
TRADES: Final = "trades"
BOOK: Final = "book"
CLOCK: Final = "clock"


class AskAgain(msgspec.Struct, Tell, frozen=True):
    """Time for another question of this kind, if it is still wanted."""

    about: str


class Asking:
    """The questions that are under way, and the pauses before the next.

    request: asks the connector. after: sets a timer.
    """

    def __init__(
        self,
        request: Callable[[Ask[Any], object], Outcome | None],
        after: Callable[[int, object], Timer],
        chance: Random,
    ) -> None:
        self._request = request
        self._after = after
        self._chance = chance
        self._under_way: set[str] = set()
        self._pauses: dict[str, Timer] = {}
        self._backoffs: dict[str, Backoff] = {}

    def is_free(self, about: str) -> bool:
        """Whether nothing of this kind is under way, or waits for its time."""
        return about not in self._under_way and about not in self._pauses

    def ask(self, about: str, question: Ask[Any]) -> Outcome | None:
        """Ask; the outcome, where it is known at once."""
        self._under_way.add(about)
        return self._request(question, (about, question))

    def answered(self, about: str) -> None:
        """There is an outcome."""
        self._under_way.discard(about)

    def succeed(self, about: str) -> None:
        """It was of help: the next pause is the least again."""
        if about in self._backoffs:
            self._backoffs[about].succeed()

    def pause(self, about: str) -> None:
        """Let `AskAgain` come after a pause that grows."""
        if about not in self._pauses:
            backoff = self._backoffs.get(about)
            if backoff is None:
                backoff = self._backoffs[about] = Backoff(self._chance, least=LEAST, most=MOST)
            self._pauses[about] = self._after(backoff.next(), AskAgain(about))

    def go_on(self, about: str) -> None:
        """The pause is over, or ends now."""
        timer = self._pauses.pop(about, None)
        if timer is not None:
            timer.cancel()
