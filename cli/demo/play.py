"""The demo's story: trade, crash two actors, kill the process, restore it, and check every step."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Final

import attrs
import trio

from ...actors.orders.journal import AccountState, Commit
from ...actors.orders.model import Order
from ...runtime import Millis, TreeNode
from ...storage.graph import graph_hash
from ...storage.reading import audit_store, read_orders
from ..journal import stored_commits
from ..live.client import ask_tree
from ..live.errors import LiveError
from .bot import Setup
from .keeper import BotProcess, Ledger, Restored, running_bot
from .market import ACCOUNT, demo_tape, opening
from .screen import Screen

LOOK: Final = 0.1  # s between two looks at the tree
PATIENCE: Final = 20.0  # s until a restart or an acknowledgement counts as missing
QUIET: Final = 0.3  # of a candle without a word: nothing is on its way to the disk


@attrs.frozen
class Pace:
    """How fast the story goes."""

    rate: float  # seconds of market that pass in one of the host's
    scene: float  # seconds of market that a scene lasts


UNHURRIED: Final = Pace(rate=2.0, scene=10.0)
FAST: Final = Pace(rate=8.0, scene=5.0)


@attrs.frozen
class Check:
    """One thing that the demo promised to show."""

    promise: str
    found: str
    ok: bool


class Story:
    """Plays the demo in a folder of its own. `checks`: what it has found so far."""

    def __init__(self, folder: Path, seed: int, pace: Pace, screen: Screen) -> None:
        self.checks: list[Check] = []
        self.ledger = Ledger()
        self._folder = folder
        self._store = folder / "store"
        self._socket = folder / "bot.sock"
        self._seed = seed
        self._pace = pace
        self._screen = screen
        self._tree: TreeNode | None = None
        self._looked = trio.Event()  # replaced at every look

    async def play(self) -> None:
        """From the first start to the last check."""
        async with self._bot(opening(demo_tape(self._seed))) as bot:
            self._tell(f"the bot runs in process {bot.pid}; look at it from another terminal:")
            self._tell(f"  benthic tree --live {self._socket}")
            await self._scene()
            await self._crash(bot, "connector", "/bot/exchange/connector")
            await self._scene()
            await self._crash(bot, "desk", "/bot/exchange/account/desk")
            await self._scene()
            await self._kill(bot)
        self._compare_disk()
        await self._start_again()
        self._audit()

    # -- scenes

    async def _scene(self) -> None:
        """Let it trade for a while."""
        await trio.sleep(self._pace.scene / self._pace.rate)
        self._screen.pause(self._tree, self.ledger)

    async def _crash(self, bot: BotProcess, name: str, path: str) -> None:
        """Crash an actor with a message it chokes on, and wait until it is back."""
        before = self._restarts(path)
        restored = len(self.ledger.restored)
        began = perf_counter()
        await bot.send(f"crash {name}")
        back = await self._until(
            lambda: self._restarts(path) > before and len(self.ledger.restored) > restored
        )
        took = perf_counter() - began
        error = self._error(path)
        self._check(
            f"the {name} crashes and is restarted",
            f"{error or 'no error'}; back after {took:.1f} s",
            ok=back and bool(error),
        )
        for found in self.ledger.restored[restored:]:
            self._compare(f"the desk after the {name}'s crash", found)

    async def _kill(self, bot: BotProcess) -> None:
        """Kill the process while orders are open and every answer has come."""
        await self._until(lambda: bool(self.ledger.orders))
        await self._until_quiet(bot)
        code = await bot.kill()
        self._tree = None
        orders, commits = len(self.ledger.orders), self.ledger.commits
        self._check(
            "the bot's process is killed with open orders",
            f"SIGKILL at commit {commits}, {orders} open orders, graph {self.ledger.hash[:16]}",
            ok=code == -signal.SIGKILL and orders > 0,
        )
        self._screen.pause(self._tree, self.ledger)

    async def _start_again(self) -> None:
        """Start the bot again from its store, let it trade on, and stop it as one should."""
        ledger, restored = self.ledger, len(self.ledger.restored)
        before = ledger.commits
        resting = tuple(order for order in ledger.orders if order.status == "accepted")
        async with self._bot(Millis(ledger.at + 1), resting) as bot:
            self._tell(f"the bot runs again, in process {bot.pid}")
            for found in ledger.restored[restored:]:
                self._compare("the desk of the new process", found)
            await self._scene()
            went_on = await self._until(lambda: ledger.commits > before)
            self._check("it trades on", f"{ledger.commits - before} more commits", ok=went_on)
            await bot.stop()
        self._tell("the bot was stopped in order")

    # -- checks

    def _compare_disk(self) -> None:
        """The store must hold the graph that was acknowledged, as anybody can read it."""
        (account,) = read_orders(self._store)
        ledger = self.ledger
        self._compare(
            "the store on disk",
            Restored(ledger.commits, ledger.hash, account.graph_hash, len(account.orders)),
        )

    def _compare(self, who: str, found: Restored) -> None:
        """What was come back to must be the graph that was acknowledged.

        A crash may cut off the answer to a commit that is durable: one more than was acknowledged
        is no difference, if it is the next one of the journal.
        """
        words = f"commit {found.commits}, {found.orders} open orders, graph {found.loaded[:16]}"
        ok = found.is_equal
        if not ok:
            graphs = graphs_after(stored_commits(self._store, ACCOUNT), found.commits)
            ok = graphs == (found.acknowledged, found.loaded)
            words += f", and commit {found.commits + 1}, whose answer was cut off" * ok
        self._check(f"{who} has the acknowledged order graph", words, ok=ok)

    def _audit(self) -> None:
        """The store must add up, and hold everything that was acknowledged."""
        violations = audit_store(self._store)
        (account,) = read_orders(self._store)
        whole = account.graph_hash == self.ledger.hash and account.commits == self.ledger.commits
        self._check(
            "no order lost, none twice, the ledger adds up",
            "; ".join(f"{each.code} {each.detail}" for each in violations)
            or f"{account.commits} commits, {self.ledger.fills} fills",
            ok=whole and not violations,
        )

    def _check(self, promise: str, found: str, *, ok: bool) -> None:
        self.checks.append(Check(promise, found, ok))
        self._tell(f"{'ok ' if ok else 'NOT'} {promise}: {found}")

    # -- looking

    @asynccontextmanager
    async def _bot(self, at: Millis, resting: tuple[Order, ...] = ()) -> AsyncIterator[BotProcess]:
        setup = Setup(str(self._store), str(self._socket), self._seed, self._pace.rate, at, resting)
        async with (
            running_bot(setup, self.ledger, self._folder) as bot,
            trio.open_nursery() as nursery,
        ):
            nursery.start_soon(self._look)
            yield bot
            nursery.cancel_scope.cancel()

    async def _look(self) -> None:
        """Keep the screen as the bot is."""
        while True:
            try:
                self._tree = await ask_tree(self._socket)
            except LiveError:
                self._tree = None  # it does not run yet, or no more
            self._screen.show(self._tree, self.ledger)
            self._looked.set()
            self._looked = trio.Event()
            await trio.sleep(LOOK)

    async def _until(self, holds: Callable[[], bool]) -> bool:
        """Wait until something holds; whether it does."""
        with trio.move_on_after(PATIENCE):
            while not holds():
                await self._looked.wait()
        return holds()

    async def _until_quiet(self, bot: BotProcess) -> None:
        """Wait for a word of the bot after which it says nothing for a while."""
        with trio.move_on_after(PATIENCE):
            await bot.heard.wait()
            while True:
                with trio.move_on_after(QUIET / self._pace.rate) as silence:
                    await bot.heard.wait()
                if silence.cancelled_caught:
                    return

    def _restarts(self, path: str) -> int:
        node = self._node(path)
        return node.restarts if node is not None and node.state == "running" else -1

    def _error(self, path: str) -> str:
        node = self._node(path)
        return node.error if node is not None else ""

    def _node(self, path: str) -> TreeNode | None:
        nodes = self._tree.walk() if self._tree is not None else ()
        return next((node for node in nodes if node.path == path), None)

    def _tell(self, words: str) -> None:
        self._screen.tell(words)


def graphs_after(commits: Sequence[Commit], number: int) -> tuple[str, str]:
    """The hashes of the graph after so many commits of a journal, and after the next one."""
    state = AccountState()
    for commit in commits[:number]:
        state.apply(commit)
    first = graph_hash(state.orders, state.balances)
    for commit in commits[number : number + 1]:
        state.apply(commit)
    return first, graph_hash(state.orders, state.balances)
