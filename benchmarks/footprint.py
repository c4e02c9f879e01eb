"""Memory of a bot that runs, beside the library that it stands on.

Ours: `benthic run` with one bot of binance, whose actors run and whose venue is away, so that no
markets are loaded. The other: a process that has imported `ccxt.pro` and made one binance, before
it loads markets. Both as child processes, by turns; medians of what the kernel counts as resident.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

from ..runtime import BenthicError
from .measurement import Measurement, cost

RUNS: Final = 5
BAR: Final = 1.0  # ours is no more than the other
PACKAGE: Final = __name__.partition(".")[0]
MIB: Final = 1_024  # KiB

PEER: Final = """
import sys
import ccxt.pro
exchange = ccxt.pro.binance()
print("ready", flush=True)
sys.stdin.read()
"""
BOT: Final = """
[bot]
name = "footprint"
context = "live"

[exchange]
name = "binance"
key = {{ env = "FOOTPRINT_KEY" }}
secret = {{ env = "FOOTPRINT_SECRET" }}
urls = {{ rest = "http://127.0.0.1:{port}", ws = "ws://127.0.0.1:{port}" }}

[market]
symbol = "BTC/USDT"
time_frame = "1m"

[mode]
name = "ema_cross"

[store]
path = "orders.store"
"""


class NotUp(BenthicError):
    """A process of the benchmark ended before it could be measured."""

    def __init__(self, what: str, words: str) -> None:
        super().__init__(f"{what} did not come up: {words or 'it said nothing'}")


def measure() -> Iterator[Measurement]:
    """Both, by turns."""
    ours: list[float] = []
    other: list[float] = []
    for _ in range(RUNS):
        ours.append(_of_bot())
        other.append(_of_library())
    name = "resident memory before markets"
    yield cost(name, median(ours), median(other), "MiB", bar=BAR)


def _of_bot() -> float:
    with tempfile.TemporaryDirectory() as folder, socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # nobody listens there: the venue is away
        file = Path(folder, "bot.toml")
        file.write_text(BOT.format(port=held.getsockname()[1]), "utf-8")
        keys = {"FOOTPRINT_KEY": "k" * 32, "FOOTPRINT_SECRET": "s" * 32}
        environment = {**os.environ, **keys, "XDG_RUNTIME_DIR": folder}
        argv = [sys.executable, "-m", PACKAGE, "run", str(file)]
        with subprocess.Popen(
            argv, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            return _measured(process, process.stderr, "line away", "the bot")


def _of_library() -> float:
    with subprocess.Popen(
        [sys.executable, "-c", PEER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        return _measured(process, process.stdout, "ready", "ccxt.pro")


def _measured(
    process: subprocess.Popen[str], said: Iterator[str] | None, word: str, what: str
) -> float:
    """MiB that are resident once it has said a word; it is killed then."""
    lines: list[str] = []
    try:
        for line in said or ():
            lines.append(line)
            if word in line:
                return _resident(process.pid) / MIB
    finally:
        process.kill()
    raise NotUp(what, "".join(lines[-3:]).strip())


def _resident(pid: int) -> int:
    """KiB."""
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise NotUp("the process", "the kernel does not say how much memory it has")
