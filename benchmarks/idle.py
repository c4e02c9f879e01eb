"""How much memory idle actors take: prints bytes for each, measured in this process.

python -m benthic.benchmarks.idle 10000
"""

from __future__ import annotations

import gc
import resource
import sys
from pathlib import Path

import trio

from ..runtime import Child, Supervisor, System
from .actors import Sink


def resident() -> int:
    """Bytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


async def bytes_each(count: int) -> float:
    """Bytes that each of `count` idle actors adds, its spec, mailbox and address included."""
    gc.collect()
    before = resident()
    root = Supervisor("idle", [Child(f"actor-{number}", Sink) for number in range(count)])
    system = System(root)
    async with trio.open_nursery() as nursery:
        await nursery.start(system.run)
        gc.collect()
        grown = resident() - before
        await system.stop()
    return grown / count


if __name__ == "__main__":
    print(trio.run(bytes_each, int(sys.argv[1])))  # noqa: T201 - its result, read by the parent
