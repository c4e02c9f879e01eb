"""The future of ccxt's WebSocket code, for trio: settled once, awaited by many.

Whoever waits may be cancelled: the future and the others that wait do not notice. Callbacks run at
once, in the order in which they were added, in the turn of whoever settles the future.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import Any, Self

import trio

from .upstream import errors

Callback = Callable[["TrioFuture"], object]


class TrioFuture:
    """What exchanges resolve, reject, race and await; in its names as asyncio's."""

    __slots__ = ("_callbacks", "_error", "_is_cancelled", "_is_done", "_lot", "_result")
    _callbacks: list[Callback]
    _lot: trio.lowlevel.ParkingLot | None  # only once somebody waits
    _error: BaseException | None

    def __init__(self) -> None:
        self._callbacks = []
        self._lot = None
        self._error = None
        self._result: Any = None
        self._is_done = False
        self._is_cancelled = False

    def __await__(self) -> Generator[Any, Any, Any]:
        if not self._is_done:
            if self._lot is None:
                self._lot = trio.lowlevel.ParkingLot()
            yield from self._lot.park().__await__()
        return self.result()

    def done(self) -> bool:
        return self._is_done

    def cancelled(self) -> bool:
        return self._is_cancelled

    def result(self) -> Any:
        """What it was resolved with; raises what it was rejected with."""
        if self._error is not None:
            raise self._error
        return self._result

    def exception(self) -> BaseException | None:
        return self._error

    def resolve(self, result: Any = None) -> None:
        """Settle it with a result; the first settling counts."""
        if not self._is_done:
            self._result = result
            self._settle()

    def reject(self, error: Any = None) -> None:
        """Settle it with an error; what is no exception becomes a NetworkError that shows it."""
        if not self._is_done:
            is_raisable = isinstance(error, BaseException)
            self._error = error if is_raisable else errors.NetworkError(str(error))
            self._settle()

    def cancel(self) -> bool:
        """Settle it for good: who waits hears that the connection was closed from this side."""
        if self._is_done:
            return False
        self._is_cancelled = True
        self._error = errors.ExchangeClosedByUser("the connection was closed from this side")
        self._settle()
        return True

    set_result = resolve
    set_exception = reject

    def add_done_callback(self, callback: Callback) -> None:
        """Call `callback(future)` once it is settled; at once where it is."""
        if self._is_done:
            callback(self)
        else:
            self._callbacks.append(callback)

    def remove_done_callback(self, callback: Callback) -> int:
        """Forget a callback; how often it was there."""
        before = len(self._callbacks)
        self._callbacks = [each for each in self._callbacks if each != callback]
        return before - len(self._callbacks)

    @classmethod
    def race(cls, futures: Iterable[TrioFuture]) -> Self:
        """A future that is settled as the first of `futures` is; the others go on."""
        out = cls()
        runners = tuple(futures)
        if not runners:
            out.reject(errors.ArgumentsRequired("a race needs at least one future"))
            return out

        def settle(winner: TrioFuture) -> None:
            for each in runners:
                if each is not winner:
                    each.remove_done_callback(settle)
            out.become(winner)

        for each in runners:
            if each.done():
                out.become(each)
                return out
        for each in dict.fromkeys(runners):
            each.add_done_callback(settle)
        return out

    def become(self, other: TrioFuture) -> None:
        """Be settled as a settled one is."""
        if other.cancelled():
            self.cancel()
        elif (error := other.exception()) is not None:
            self.reject(error)
        else:
            self.resolve(other.result())

    def _settle(self) -> None:
        self._is_done = True
        if self._lot is not None:
            self._lot.unpark_all()
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback(self)
