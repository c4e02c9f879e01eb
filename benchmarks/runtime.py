"""The runtime beside trio's own means: messages, idle actors, restarts.

Ours and the other take turns in one process and one run; figures are medians of the rounds. Ours
run on the live clock under schedule FIFO, with mailbox bounds, statistics and supervision on.
"""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from statistics import median
from time import perf_counter
from typing import Final

import trio
import trio.testing

from ..runtime import AT_ONCE, Child, Supervisor, System, run_virtual
from .actors import (
    Asker,
    Breaker,
    Caller,
    Fan,
    Listener,
    PatientSink,
    Relay,
    Run,
    Sink,
    Teller,
    Ticker,
)
from .channels import channel_ask, channel_tell, nursery_crash, nursery_restart
from .measurement import Measurement, cost, rate

ROUNDS: Final = 5
TELL_BAR: Final = 20.0
ASK_BAR: Final = 15.0
RESTART_BAR: Final = 3.0
IDLE_ACTORS: Final = 10_000
IDLE_BYTES: Final = 3 * 1024  # an actor may take that much
LISTENERS: Final = 100
CHAIN: Final = 5
US: Final = 1e6

Work = Callable[[], Awaitable[float]]


def measure(*, rounds: int = ROUNDS, scale: int = 1) -> Iterator[Measurement]:
    """All figures. scale: divides how often each thing is done, for a quick look."""
    each = 100_000 // scale
    tell = partial(channel_tell, each // 5)
    ask = partial(channel_ask, each // 10)
    ours, other = alternate(partial(per_second, "teller", each), tell, rounds)
    yield rate("runtime.tell", ours, other, "messages/s", bar=TELL_BAR)
    ours, other = alternate(partial(per_second, "asker", each), ask, rounds)
    yield rate("runtime.ask", ours, other, "asks/s", bar=ASK_BAR)
    ours, other = alternate(partial(per_second, "patient", each), ask, rounds)
    yield rate("runtime.ask.async_handler", ours, other, "asks/s", bar=None)
    ours, other = alternate(partial(per_second, "chain", each, CHAIN), tell, rounds)
    yield rate(f"runtime.chain_of_{CHAIN}", ours, other, "messages/s", bar=None)
    ours, other = alternate(partial(per_second, "fanner", each // 20, LISTENERS), tell, rounds)
    yield rate(f"runtime.fan_out_{LISTENERS}", ours, other, "deliveries/s", bar=None)
    ours, other = alternate(
        partial(per_second, "teller", each), partial(per_second, "caller", each), rounds
    )
    yield rate("runtime.tell_beside_method_call", ours, other, "calls/s", bar=None)
    yield from restarts(each // 50, rounds)
    yield idle_actors()
    yield virtual_jumps(each // 10, rounds)


def restarts(count: int, rounds: int) -> Iterator[Measurement]:
    """From a crash to the next message handled, beside a nursery that is closed and opened."""
    ours = partial(us_each, "breaker", count)
    mine, other = alternate(ours, partial(nursery_restart, count), rounds)
    yield cost("runtime.crash_to_next_message", mine, other, "us", bar=RESTART_BAR)
    mine, other = alternate(ours, partial(nursery_crash, count), rounds)
    yield cost("runtime.crash_beside_crashing_task", mine, other, "us", bar=None)


def idle_actors(count: int = IDLE_ACTORS) -> Measurement:
    """Memory of an idle actor, in a process of its own, beside what is allowed."""
    command = [sys.executable, "-m", "benthic.benchmarks.idle", str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    return cost("runtime.idle_actor", float(done.stdout), IDLE_BYTES, "bytes", bar=1.0)


def virtual_jumps(count: int, rounds: int) -> Measurement:
    """Jumps of virtual time to an actor's next timer, beside trio's own autojump."""
    pairs = [(_jumps_of_ours(count), _jumps_of_trio(count)) for _ in range(rounds)]
    ours, other = zip(*pairs, strict=True)
    return rate("runtime.virtual_jumps", median(ours), median(other), "jumps/s", bar=None)


def alternate(ours: Work, other: Work, rounds: int) -> tuple[float, float]:
    """Medians of both, taken in turns, after one turn that is not counted."""
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for work, figures in zip((ours, other), taken, strict=True):
            gc.collect()
            figure = trio.run(work)
            if number:
                figures.append(figure)
    return median(taken[0]), median(taken[1])


def tree() -> Supervisor:
    """Every actor that is measured."""
    chain = [Child(f"relay-{n}", partial(Relay, f"relay-{n + 1}")) for n in range(1, CHAIN - 1)]
    return Supervisor(
        "bench",
        [
            Child("sink", Sink),
            Child("patient-sink", PatientSink),
            Child("fan", Fan),
            *(Child(f"listener-{number}", Listener) for number in range(LISTENERS)),
            *chain,
            Child(f"relay-{CHAIN - 1}", partial(Relay, "sink")),
            Child("teller", partial(Teller, "sink")),
            Child("caller", Caller),
            Child("asker", partial(Asker, "sink")),
            Child("patient", partial(Asker, "patient-sink")),
            Child("chain", partial(Teller, "relay-1")),
            Child("fanner", partial(Teller, "fan")),
            Child("breaker", partial(Breaker, "sink")),
        ],
        max_restarts=1 << 30,
        backoff=AT_ONCE,
    )


async def seconds_of(name: str, count: int) -> float:
    """What the actor `name` took to do its work `count` times."""
    system = System(tree(), seed=0)
    async with trio.open_nursery() as nursery:
        await nursery.start(system.run)
        seconds = await system.lookup(f"/bench/{name}").ask(Run(count), timeout=600_000)
        await system.stop()
    return seconds


async def per_second(name: str, count: int, deliveries: int = 1) -> float:
    """How often a second; `deliveries` for each time."""
    return count * deliveries / await seconds_of(name, count)


async def us_each(name: str, count: int) -> float:
    """µs for each time."""
    return await seconds_of(name, count) / count * US


def _jumps_of_ours(count: int) -> float:
    async def jump(system: System) -> float:
        began = perf_counter()
        await system.lookup("/bench/ticker").ask(Run(count), timeout=2 * count)
        return count / (perf_counter() - began)

    return run_virtual(Supervisor("bench", [Child("ticker", Ticker)]), jump)


def _jumps_of_trio(count: int) -> float:
    async def jump() -> float:
        began = perf_counter()
        for _ in range(count):
            await trio.sleep(0.001)
        return count / (perf_counter() - began)

    return trio.run(jump, clock=trio.testing.MockClock(autojump_threshold=0))
