"""Runs of trio in threads of a sweep, which all end at once where the sweep is broken off."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import trio

T = TypeVar("T")


class Lives:
    """Those of one sweep. Let each be lived in its own thread, and `end` them from another."""

    def __init__(self) -> None:
        self._scopes: dict[trio.CancelScope, trio.lowlevel.TrioToken] = {}
        self._is_over = False

    async def live(self, body: Callable[[], Awaitable[T]]) -> T | None:
        """What the body gives; None where it was ended before it had anything to give."""
        with trio.CancelScope() as scope:
            self._scopes[scope] = trio.lowlevel.current_trio_token()
            if self._is_over:
                scope.cancel()
            try:
                return await body()
            finally:
                del self._scopes[scope]
        return None

    def end(self) -> None:
        """Cancel them all, now; none is lived any more."""
        self._is_over = True
        for scope, token in tuple(self._scopes.items()):
            with suppress(trio.RunFinishedError):  # it has ended by itself
                token.run_sync_soon(scope.cancel)
