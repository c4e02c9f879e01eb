"""CPU for each REST request and each WebSocket frame: ccxt on trio beside ccxt as it is.

Two clients and one server, each in a process of its own; the clients are asked by turns in one run,
and tell the CPU that they used, so that what else the machine does matters little. What they parse
with is the same code of ccxt's; what differs is what is below it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Final

from ..runtime.errors import BenthicError
from .measurement import Measurement, cost

ROUNDS: Final = 5
FRAME_BAR: Final = 1 / 1.6
REQUEST_BAR: Final = 1 / 4
KINDS: Final = ("trade", "kline", "bookTicker")
MICROS: Final = 1_000_000


class NoAnswer(BenthicError):
    """A process of the benchmark ended instead of answering."""

    def __init__(self, module: str) -> None:
        super().__init__(f"{module} ended early: run `python -m benthic.benchmarks.{module} 0`")
        self.module = module


def measure(
    *, rounds: int = ROUNDS, requests: int = 1_000, frames: int = 20_000
) -> Iterator[Measurement]:
    """All figures. requests, frames: of one round."""
    with ExitStack() as stack:
        server = stack.enter_context(_running("ccxt_server", str(frames)))
        port = server.told()
        ours = stack.enter_context(_running("ccxt_ours", port))
        other = stack.enter_context(_running("ccxt_peer", port))
        for kind, count in (("rest", requests), *((kind, frames) for kind in KINDS)):
            name = "ccxt.rest.request" if kind == "rest" else f"ccxt.ws.{kind}"
            bar = REQUEST_BAR if kind == "rest" else FRAME_BAR
            spent: tuple[list[float], list[float]] = [], []
            for _ in range(rounds + 1):
                for each, times in zip((ours, other), spent, strict=True):
                    each.ask(f"{kind} {count}")
                    times.append(float(each.told()) / count * MICROS)
            costs = [median(times[1:]) for times in spent]  # the first of each warms up
            yield cost(name, costs[0], costs[1], "µs of CPU", bar=bar)


class Running:
    """One process of the benchmark."""

    def __init__(self, module: str, process: subprocess.Popen[str]) -> None:
        self._module = module
        self._process = process

    def ask(self, line: str) -> None:
        """Give it a round to run."""
        if self._process.stdin is not None:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()

    def told(self) -> str:
        """Its next line. Raises NoAnswer."""
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        if not line:
            raise NoAnswer(self._module)
        return line.strip()


@contextmanager
def _running(module: str, *arguments: str) -> Iterator[Running]:
    command = [sys.executable, "-m", f"benthic.benchmarks.{module}", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield Running(module, process)
        finally:
            process.kill()
