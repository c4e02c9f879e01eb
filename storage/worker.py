"""One call in a worker thread, and nothing else that takes time.

`trio.to_thread.run_sync` also counts threads, carries context variables there and lets the thread
call back: some 60 us, of which a commit needs none. The threads are the same, kept by trio.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import outcome
import trio

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """What the call returns or raises. A cancelled task waits for its end too."""
    await trio.lowlevel.checkpoint_if_cancelled()
    task, token = trio.lowlevel.current_task(), trio.lowlevel.current_trio_token()

    def deliver(result: outcome.Outcome[T]) -> None:
        with suppress(trio.RunFinishedError):  # its run was torn down: nobody waits
            token.run_sync_soon(trio.lowlevel.reschedule, task, outcome.Value(result))

    trio.lowlevel.start_thread_soon(work, deliver)
    result: outcome.Outcome[T] = await trio.lowlevel.wait_task_rescheduled(_to_its_end)
    return result.unwrap()


def _to_its_end(_: object) -> trio.lowlevel.Abort:
    return trio.lowlevel.Abort.FAILED
