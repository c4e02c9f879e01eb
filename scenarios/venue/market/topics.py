"""Who listens to what, and the beats on which it is told: nothing is reckoned for nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from ....runtime import Millis
from ..agenda import Agenda, Ticket

T = TypeVar("T")


class Topic(Generic[T]):
    """One kind of news and those who listen to it; told at once."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[T], None]] = []

    def __bool__(self) -> bool:
        return bool(self._listeners)

    def listen(self, listener: Callable[[T], None]) -> Listening:
        """Be told from now on, until `stop`."""
        self._listeners.append(listener)
        if len(self._listeners) == 1:
            self._begin()

        def stop() -> None:
            self._listeners = [each for each in self._listeners if each is not listener]
            if not self._listeners:
                self._end()

        return Listening(stop)

    def tell(self, news: T) -> None:
        """Tell all who listen now."""
        for listener in self._listeners:
            listener(news)

    def _begin(self) -> None:
        """The first one listens."""

    def _end(self) -> None:
        """The last one stopped."""


class Listening:
    """One listener's place at a topic."""

    __slots__ = ("_stop",)

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop: Callable[[], None] | None = stop

    def stop(self) -> None:
        """Hear no more; harmless a second time."""
        if self._stop is not None:
            stop, self._stop = self._stop, None
            stop()


class Stirred(Protocol):
    """Something that has to be told that its market changed."""

    def stir(self) -> None:
        """There is something to say at the next beat."""
        ...


class Beat(Topic[T]):
    """News that is told at whole multiples of a period, where something changed since the last.

    period: ms. ask: the news as of now; None: there is none.
    """

    def __init__(self, agenda: Agenda, period: int, ask: Callable[[], T | None]) -> None:
        super().__init__()
        self._agenda = agenda
        self._period = period
        self._ask = ask
        self._ticket: Ticket | None = None

    def stir(self) -> None:
        """Something changed: there is a beat to come."""
        if self._ticket is None and self:
            self._ticket = self._agenda.at(next_beat(self._agenda.now, self._period), self._fire)

    def _fire(self) -> None:
        self._ticket = None
        news = self._ask()
        if news is not None:
            self.tell(news)

    def _end(self) -> None:
        if self._ticket is not None:
            self._ticket.cancel()
            self._ticket = None


class SteadyBeat(Beat[T]):
    """News that is told on every beat, changed or not."""

    def _begin(self) -> None:
        self.stir()

    def _fire(self) -> None:
        super()._fire()
        self.stir()


def next_beat(now: Millis, period: int) -> Millis:
    """The next whole multiple of the period after `now`."""
    return Millis(now - now % period + period)
