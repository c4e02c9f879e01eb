"""What the tests of `benthic run` stand on: a venue, a bot file and the bot, each a process."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

PATIENCE = 30.0  # s for one line of a log, or the end of a process
BOT = """
[bot]
name = "{name}"
context = "{context}"

[exchange]
name = "binance"
key = {{ env = "BENTHIC_API_KEY" }}
secret = {{ env = "BENTHIC_API_SECRET" }}
urls = {{ rest = "{rest}", ws = "{ws}" }}

[market]
symbol = "{symbol}"
time_frame = "1s"

[account]
deposits = {{ USDT = "10000" }}

[mode]
name = "ema_cross"
fast = 1
slow = 2
warm_up = 3
slippage = "0.02"

[store]
path = "{name}.store"

[log]
format = "json"
"""


@attrs.frozen
class Served:
    """A venue that runs."""

    rest: str
    ws: str
    key: str
    secret: str

    @property
    def environment(self) -> dict[str, str]:
        return {"BENTHIC_API_KEY": self.key, "BENTHIC_API_SECRET": self.secret}

    @property
    def port(self) -> int:
        return int(self.rest.rpartition(":")[2])

    def bot(self, folder: Path, name: str = "first", **more: str) -> Path:
        """A bot file for it."""
        said = {"context": "live", "symbol": "BTC/USDT", "rest": self.rest, "ws": self.ws}
        path = folder / f"{name}.toml"
        path.write_text(BOT.format(name=name, **{**said, **more}), "utf-8")
        return path


@contextmanager
def a_venue(port: int = 0, *options: str) -> Iterator[Served]:
    """`benthic venue` on loopback, with a key that no other process of the tests has."""
    argv = [sys.executable, "-m", "benthic", "venue", "--symbols", "BTC/USDT", "--print-env"]
    seed = () if "--seed" in options else ("--seed", str(os.getpid()))
    argv += ["--port", str(port), *seed, *options]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = dict(process.stdout.readline().strip().split("=", 1) for _ in range(4))
        try:
            yield Served(
                said["BENTHIC_REST_URL"],
                said["BENTHIC_WS_URL"],
                said["BENTHIC_API_KEY"],
                said["BENTHIC_API_SECRET"],
            )
        finally:
            process.terminate()


class Running:
    """A process of `benthic run`, and the lines of its log."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._new: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._new.put(line)
        self._new.put(None)

    def wait_for(self, event: str, **fields: str) -> dict[str, Any]:
        """The next line with this event and these fields."""
        while True:
            line = self._new.get(timeout=PATIENCE)
            assert line is not None, "".join(self.lines)
            self.lines.append(line)
            said = as_event(line)
            if said.get("event") == event and fields.items() <= said.items():
                return said

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ended(self) -> int:
        """Its exit code, once it has ended; all lines are in `lines` then."""
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        while (line := self._new.get(timeout=PATIENCE)) is not None:
            self.lines.append(line)
        return code

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def events(self) -> list[str]:
        return [str(as_event(line).get("event")) for line in self.lines]


def a_free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


def as_event(line: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


@contextmanager
def running(
    *files: Path, environment: Mapping[str, str], options: tuple[str, ...] = ()
) -> Iterator[Running]:
    """`benthic run` of these files; killed at the latest when the block ends."""
    argv = [sys.executable, "-m", "benthic", "run", *map(str, files), *options]
    known = {**os.environ, "PYTHONUTF8": "1", "PYTHONWARNINGS": "error", **environment}
    with subprocess.Popen(
        argv, env=known, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Running(process)
        finally:
            process.kill()
