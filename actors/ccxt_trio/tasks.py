"""The tasks of one exchange: in its connector's nursery, and all ended when it is closed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import outcome
import trio

from .futures import TrioFuture


class Tasks:
    """Starts tasks in `nursery` and ends those that it started."""

    def __init__(self, nursery: trio.Nursery) -> None:
        self._nursery = nursery
        self._scopes: dict[trio.CancelScope, None] = {}  # oldest first
        self._none_left = trio.Event()

    def __len__(self) -> int:
        return len(self._scopes)

    def start(self, run: Callable[..., Awaitable[Any]], *args: Any) -> trio.CancelScope:
        """Run it in the background; what ends it early is the scope. Its errors reach the nursery.

        A task that must not take the nursery with it answers for its own errors: see `spawn`.
        """
        scope = trio.CancelScope()
        self._scopes[scope] = None
        self._nursery.start_soon(self._run, scope, run, args)
        return scope

    def spawn(self, method: Callable[..., Awaitable[Any]], *args: Any) -> TrioFuture:
        """Run it in the background; how it ends is in the future."""
        future = TrioFuture()
        self.start(_settle, future, method, args)
        return future

    def delay(
        self, seconds: float, method: Callable[..., Awaitable[Any]], *args: Any
    ) -> trio.CancelScope:
        """Spawn it later; the scope's `cancel` takes that back."""

        async def later() -> None:
            await trio.sleep(seconds)
            self.spawn(method, *args)

        return self.start(later)

    async def stop(self) -> None:
        """End all tasks, also those that they start meanwhile; returns when none is left.

        A task that calls this ends with the others, once it waits next.
        """
        while self._scopes:
            for scope in tuple(self._scopes):
                scope.cancel()
            self._none_left = trio.Event()
            await self._none_left.wait()

    async def _run(
        self, scope: trio.CancelScope, run: Callable[..., Awaitable[Any]], args: tuple[Any, ...]
    ) -> None:
        try:
            with scope:
                await run(*args)
        finally:
            del self._scopes[scope]
            if not self._scopes:
                self._none_left.set()


async def _settle(
    future: TrioFuture, method: Callable[..., Awaitable[Any]], args: tuple[Any, ...]
) -> None:
    ended = await outcome.acapture(method, *args)
    if isinstance(ended, outcome.Value):
        future.resolve(ended.value)
    elif isinstance(ended.error, Exception):
        future.reject(ended.error)
    else:
        future.cancel()
        ended.unwrap()
