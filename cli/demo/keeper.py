"""The demo's side of the bot's process: starts it, hears it, crashes parts of it, kills it.

What it hears it keeps as the *account as acknowledged*: the orders and balances that a bot which is
killed now must come back to.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import attrs
import msgspec
import trio

from ...actors.orders.journal import AccountState, Commit
from ...actors.orders.model import Order
from ...actors.portfolio.model import Balance
from ...runtime import BenthicError
from ...storage.graph import graph_hash
from .bot import MODULE, Setup
from .witness import Acknowledged, Ended, Loaded, Started, Told, decode

START_DEADLINE: Final = 30.0  # s, as the next
STOP_DEADLINE: Final = 20.0


class BotEnded(BenthicError):
    """The bot's process ended, or did not start, and nobody had asked for it."""

    def __init__(self, code: int | None, words: str) -> None:
        how = "did not answer in time" if code is None else f"ended with code {code}"
        super().__init__(f"the bot's process {how}: {words or 'it said nothing'}")


@attrs.frozen
class Restored:
    """What a desk read back when it started, beside what had been acknowledged by then."""

    commits: int  # acknowledged by then
    acknowledged: str  # hash of that graph
    loaded: str  # hash of the graph that the desk came back to
    orders: int  # live ones that it came back to

    @property
    def is_equal(self) -> bool:
        """Whether they are the same, digit for digit."""
        return self.acknowledged == self.loaded


class Ledger:
    """The account as acknowledged."""

    def __init__(self) -> None:
        self._state = AccountState()
        self.commits = 0
        self.fills = 0
        self.restored: list[Restored] = []
        self.placed: dict[str, None] = {}  # ids of all orders, oldest first
        self.doubted: dict[str, None] = {}  # ids of those that have been unknown
        self.unsettled: set[str] = set()  # ids of those that are now, or are not answered yet
        self.came_up = 0  # how often the line to the exchange did
        self.opened = 0  # how often the gate did
        self.reason = ""  # why the line went last
        self._statuses: dict[str, str] = {}  # by order id

    @property
    def orders(self) -> tuple[Order, ...]:
        """The live ones, oldest first."""
        return self._state.orders

    @property
    def balances(self) -> tuple[Balance, ...]:
        """All, by asset."""
        return self._state.balances

    @property
    def hash(self) -> str:
        """Of the order graph and the balances."""
        return graph_hash(self.orders, self.balances)

    def acknowledge(self, number: int, commit: Commit) -> None:
        """A commit is durable, and its desk knows."""
        self._state.apply(commit)
        self.commits = number
        self.fills += len(commit.fills)
        for order in commit.orders:
            self._statuses[order.id] = order.status
            self.placed[order.id] = None
            if order.status == "unknown":
                self.doubted[order.id] = None
            if order.status in {"intent", "unknown"}:
                self.unsettled.add(order.id)
            else:
                self.unsettled.discard(order.id)

    def status(self, order_id: str) -> str:
        """How an order stood last."""
        return self._statuses.get(order_id, "never placed")

    def hear(self, word: Told) -> None:
        """The bot has said how its line or its gate stands."""
        if word.event == "line up":
            self.came_up += 1
        elif word.event.startswith("line "):
            self.reason = word.fields.get("reason") or self.reason
        elif word.event == "gate open":
            self.opened += 1

    def load(self, word: Loaded) -> None:
        """A desk has started, from what the store gave it."""
        loaded = graph_hash(word.orders, word.balances)
        self.restored.append(Restored(self.commits, self.hash, loaded, len(word.orders)))
        self._state = AccountState()
        self._state.apply(Commit("", word.orders, (), (), word.balances))


class BotProcess:
    """One life of the bot's process. Get one from `running_bot`."""

    def __init__(self, process: trio.Process, ledger: Ledger, errors: Path) -> None:
        self._process = process
        self._ledger = ledger
        self._errors = errors
        self._expects_end = False
        self.started = trio.Event()
        self.opened = False  # its gate has been open
        self.ended = trio.Event()  # in order, not killed
        self.heard = trio.Event()  # replaced at every word

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def send(self, command: str) -> None:
        """Tell it something: `crash connector`, `crash desk` or `stop`."""
        if self._process.stdin is not None:
            await self._process.stdin.send_all(f"{command}\n".encode())

    async def kill(self) -> int:
        """Kill it at once, with SIGKILL; how it ended."""
        self._expects_end = True
        self._process.kill()
        return await self._process.wait()

    async def stop(self) -> None:
        """Ask it to end, and wait. Raises BotEnded where it does not."""
        self._expects_end = True
        await self.send("stop")
        with trio.move_on_after(STOP_DEADLINE):
            await self._process.wait()
        if self._process.returncode != 0 or not self.ended.is_set():
            raise BotEnded(self._process.returncode, self._last_words())

    async def listen(self) -> None:
        """Hear it until it ends. Raises BotEnded where nobody had asked for that."""
        rest = b""
        if self._process.stdout is not None:
            async for part in self._process.stdout:
                *lines, rest = (rest + part).split(b"\n")
                for line in lines:
                    self._hear(line)
        code = await self._process.wait()
        if not self._expects_end:
            raise BotEnded(code, self._last_words())

    async def wait_until_started(self) -> None:
        """Wait until its tree is up. Raises BotEnded where that takes too long."""
        with trio.move_on_after(START_DEADLINE) as scope:
            await self.started.wait()
        if scope.cancelled_caught:
            raise BotEnded(None, self._last_words())

    def _hear(self, line: bytes) -> None:
        word = decode(line)
        match word:
            case Acknowledged():
                self._ledger.acknowledge(word.number, word.commit)
            case Loaded():
                self._ledger.load(word)
            case Told():
                self._ledger.hear(word)
                self.opened = self.opened or word.event == "gate open"
            case Started():
                self.started.set()
            case Ended():
                self.ended.set()
        self.heard.set()
        self.heard = trio.Event()

    def _last_words(self) -> str:
        lines = self._errors.read_text("utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else ""


@asynccontextmanager
async def running_bot(
    setup: Setup, env: Mapping[str, str], ledger: Ledger, folder: Path
) -> AsyncIterator[BotProcess]:
    """A bot's process that has started; killed at the latest when the block ends.

    env: where its exchange is, and the key, as variables. In a session of its own: Ctrl-C is for
    the demo, which then ends it.
    """
    errors = folder / "errors.txt"
    with errors.open("wb") as sink:
        process = await trio.lowlevel.open_process(
            [sys.executable, "-m", MODULE, msgspec.json.encode(setup).decode()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=sink,
            env={**os.environ, **env},
            start_new_session=True,
        )
    bot = BotProcess(process, ledger, errors)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bot.listen)
            await bot.wait_until_started()
            yield bot
            nursery.cancel_scope.cancel()
    finally:
        await _end(process)


async def _end(process: trio.Process) -> None:
    with trio.CancelScope(shield=True):
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                await pipe.aclose()
