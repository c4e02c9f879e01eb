"""The process that is recorded: a System with the real Store, and writers that ask it to commit.

`python -m benthic.benchmarks.images.writer STORE SEED DURABILITY`. After each answer the writer's
number and the commit's are written to the file `acked` in the current directory, which is what the
recorder takes for an acknowledgement. It ends without closing the store, as a killed one does.
"""

from __future__ import annotations

import os
import struct
import sys
from functools import partial
from pathlib import Path
from typing import Final

import trio

from ...actors.orders.journal import Load
from ...runtime import Child, LiveClock, Supervisor, System
from ...storage.environment import Durability
from ...storage.opening import open_store
from ...storage.store import Store
from ...storage.verification import inspect_here
from .workload import WRITERS, account_of, commits_of

ACK: Final = struct.Struct(
    "<II"
)  # writer and commit; a commit of 0 says that the account is loaded
ACKED: Final = "acked"


async def _write(system: System, writer: int, seed: int, acked: int) -> None:
    store = system.lookup("/bot/store")
    await store.ask(Load(account_of(writer)))
    os.write(acked, ACK.pack(writer, 0))
    for commit, _ in commits_of(writer, seed):
        number = await store.ask(commit)
        os.write(acked, ACK.pack(writer, number))


async def _run(system: System, seed: int, acked: int) -> None:
    async with trio.open_nursery() as nursery:
        await nursery.start(system.run)
        async with trio.open_nursery() as writing:
            for writer in range(WRITERS):
                writing.start_soon(_write, system, writer, seed, acked)
        os._exit(0)  # now, with the store open and whatever is not synced not synced


def main(path: str, seed: str, durability: str) -> None:
    """Write all commits of all writers."""
    acked = os.open(ACKED, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    store = open_store(Path(path), inspector=inspect_here, durability=Durability(durability))
    root = Supervisor("bot", [Child("store", partial(Store, store))])
    trio.run(_run, System(root, clock=LiveClock(), seed=int(seed)), int(seed), acked)


if __name__ == "__main__":
    main(*sys.argv[1:])
