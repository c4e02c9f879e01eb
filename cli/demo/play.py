"""The demo's story: trade, break the exchange and the bot in turn, and check every step.

The exchange fails as exchanges do, two actors crash, and the process is killed. At the end what the
bot's store holds is held against what the exchange knows.
"""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import Any, Final

import attrs
import trio

from ...actors.bot.paths import paths_of
from ...actors.bot.venue_plan import account_at
from ...actors.orders.journal import AccountState, Commit
from ...runtime import Millis, TreeNode
from ...storage.graph import graph_hash
from ...storage.reading import audit_store, read_orders
from ..journal import stored_commits
from ..live.client import ask_tree
from ..live.errors import LiveError
from .agreement import disagreements
from .bot import Setup
from .botfile import NAME, demo_config
from .exchange import Exchange, running_exchange
from .keeper import BotProcess, Ledger, Restored, running_bot
from .screen import Screen

LOOK: Final = 0.1  # s between two looks at the tree
PATIENCE: Final = 25.0  # s until a restart or an acknowledgement counts as missing
QUIET: Final = 0.6  # s of the bot's time without a word: nothing is on its way to the disk
PATHS: Final = paths_of(NAME)
ORDER: Final = MappingProxyType({"method": "POST", "path": "/api/v3/order"})
EVENTS: Final = MappingProxyType({"stream": "user", "event": "executionReport"})
STRIKES: Final = 2  # orders that a fault strikes


@attrs.frozen
class Pace:
    """How fast the story goes."""

    rate: float  # seconds of market that pass in one of the host's
    scene: float  # seconds of market that a scene lasts


UNHURRIED: Final = Pace(rate=4.0, scene=12.0)
FAST: Final = Pace(rate=10.0, scene=6.0)


@attrs.frozen
class Check:
    """One thing that the demo promised to show."""

    promise: str
    found: str
    ok: bool


@attrs.frozen
class Fault:
    """One way in which the exchange answers an order badly."""

    promise: str
    verb: str
    parameters: Mapping[str, Any]
    silences: int = 0  # events of the account's stream that are lost as well


FAULTS: Final = (
    Fault(
        "an order that the exchange answers with 503 is settled on evidence (A3)",
        "status",
        {"status": 503, "point": "after"},
    ),
    Fault(
        "an order whose answer and events are lost is looked up (A2, B3)",
        "execute_then_drop_response",
        {"line": "reset"},
        silences=4,
    ),
)


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
        self._stopped_at = Millis(0)

    async def play(self) -> None:
        """From the first start to the last check."""
        async with running_exchange(self._seed, self._pace.rate) as exchange:
            async with self._bot(exchange) as bot:
                self._tell(f"the exchange is at {exchange.place.rest}")
                self._tell(f"the bot runs in process {bot.pid}; look at it from another terminal:")
                self._tell(f"  benthic tree --live {self._socket}")
                await self._trade(bot)
                for fault in FAULTS:
                    await self._spoil(exchange, fault)
                await self._cut(exchange)
                await self._silence(exchange)
                await self._crash(bot, "connector", PATHS.connector)
                await self._crash(bot, "desk", PATHS.desk)
                await self._kill(bot)
            self._compare_disk(exchange)
            await self._start_again(exchange)
            await self._audit(exchange)

    # -- scenes

    async def _trade(self, bot: BotProcess) -> None:
        """The bot finds its exchange and trades."""
        ledger = self.ledger
        traded = await self._until(lambda: ledger.fills > 0 and bool(ledger.orders))
        self._check(
            "the bot trades over HTTP and WebSocket",
            f"{ledger.commits} commits, {ledger.fills} fills, {len(ledger.orders)} open orders",
            ok=traded and bot.opened,
        )
        await self._scene()

    async def _scene(self) -> None:
        """Let it trade for a while."""
        await trio.sleep(self._pace.scene / self._pace.rate)
        self._screen.pause(self._tree, self.ledger)

    async def _spoil(self, exchange: Exchange, fault: Fault) -> None:
        """Let the exchange execute the next orders, and answer them badly."""
        ledger, began = self.ledger, perf_counter()
        before = len(ledger.placed)
        rule = await exchange.strike(
            verb=fault.verb, when={**ORDER, "first": STRIKES}, **fault.parameters
        )
        silence = (
            await exchange.strike(verb="drop", when={**EVENTS, "first": fault.silences})
            if fault.silences
            else None
        )
        await self._until(lambda: len(ledger.placed) >= before + STRIKES)
        fired = 0
        with trio.move_on_after(PATIENCE):
            while (fired := await exchange.fired(rule)) < STRIKES:
                await self._looked.wait()
        struck = list(ledger.placed)[before : before + STRIKES]
        settled = await self._until(lambda: not ledger.unsettled & set(struck))
        for each in (rule, silence):
            if each is not None:
                await exchange.forget(each)
        by_look_up = sum(each in ledger.doubted for each in struck)
        ends = ", ".join(ledger.status(each) for each in struck)
        self._check(
            fault.promise,
            f"{fired} orders, {by_look_up} of them unknown until they were looked up; now {ends}; "
            f"{perf_counter() - began:.1f} s",
            ok=settled and fired == STRIKES,
        )
        await self._scene()

    async def _cut(self, exchange: Exchange) -> None:
        """Close every WebSocket at once."""
        await self._lose_line("the line comes back after every socket was dropped (E3)", exchange)

    async def _silence(self, exchange: Exchange) -> None:
        """Let the account's stream stay open and say nothing more."""
        await self._lose_line("a silent socket is noticed and replaced (M4)", exchange, mute=True)

    async def _lose_line(self, promise: str, exchange: Exchange, *, mute: bool = False) -> None:
        ledger, began = self.ledger, perf_counter()
        before, gates = ledger.came_up, ledger.opened
        rule = None
        if mute:
            rule = await exchange.strike(
                verb="mute", time="1h", when={"stream": "user", "first": 1}
            )
        else:
            await exchange.fire("disconnect", code=1001)
        back = await self._until(lambda: ledger.came_up > before and ledger.opened > gates)
        if rule is not None:
            await exchange.forget(rule)
        self._check(
            promise,
            f"{ledger.reason or 'nothing noticed'}; reconciled and open again after "
            f"{perf_counter() - began:.1f} s",
            ok=back,
        )
        await self._scene()

    async def _crash(self, bot: BotProcess, name: str, path: str) -> None:
        """Crash an actor with a message it chokes on, and wait until it is back."""
        before = self._restarts(path)
        restored, gates = len(self.ledger.restored), self.ledger.opened
        began = perf_counter()
        await bot.send(f"crash {name}")
        back = await self._until(
            lambda: (
                self._restarts(path) > before
                and len(self.ledger.restored) > restored
                and self.ledger.opened > gates
            )
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
        await self._scene()

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

    async def _start_again(self, exchange: Exchange) -> None:
        """Start the bot again from its store, let it trade on, and stop it as one should."""
        ledger, restored = self.ledger, len(self.ledger.restored)
        before = ledger.commits
        async with self._bot(exchange) as bot:
            self._tell(f"the bot runs again, in process {bot.pid}")
            await self._until(lambda: len(ledger.restored) > restored)
            for found in ledger.restored[restored:]:
                self._compare("the desk of the new process", found)
            await self._scene()
            went_on = await self._until(lambda: ledger.commits > before and bot.opened)
            self._check("it trades on", f"{ledger.commits - before} more commits", ok=went_on)
            await self._until_quiet(bot)
            self._stopped_at = await exchange.now()
            await bot.stop()
        self._tell("the bot was stopped in order")

    # -- checks

    def _compare_disk(self, exchange: Exchange) -> None:
        """The store must hold the graph that was acknowledged, as anybody can read it."""
        del exchange
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
            graphs = graphs_after(self._commits(), found.commits)
            ok = graphs == (found.acknowledged, found.loaded)
            words += f", and commit {found.commits + 1}, whose answer was cut off" * ok
        self._check(f"{who} has the acknowledged order graph", words, ok=ok)

    async def _audit(self, exchange: Exchange) -> None:
        """The store must add up, hold all that was acknowledged, and agree with the exchange."""
        violations = audit_store(self._store)
        (account,) = read_orders(self._store)
        whole = account.graph_hash == self.ledger.hash and account.commits == self.ledger.commits
        self._check(
            "no order lost, none twice, the ledger adds up",
            "; ".join(f"{each.code} {each.detail}" for each in violations)
            or f"{account.commits} commits, {self.ledger.fills} fills",
            ok=whole and not violations,
        )
        orders = await exchange.orders()
        found = disagreements(self._commits(), orders, until=self._stopped_at)
        self._check(
            "store and exchange agree on every order",
            "; ".join(found) or f"{len(orders)} orders",
            ok=not found and bool(orders),
        )

    def _commits(self) -> Sequence[Commit]:
        env = {"BENTHIC_REST_URL": "http://127.0.0.1:1", "BENTHIC_WS_URL": "ws://127.0.0.1:1"}
        return stored_commits(self._store, account_at(demo_config(env, self._store), "live"))

    def _check(self, promise: str, found: str, *, ok: bool) -> None:
        self.checks.append(Check(promise, found, ok))
        self._tell(f"{'ok ' if ok else 'NOT'} {promise}: {found}")

    # -- looking

    @asynccontextmanager
    async def _bot(self, exchange: Exchange) -> AsyncIterator[BotProcess]:
        at = Millis(await exchange.now())
        setup = Setup(str(self._store), str(self._socket), self._pace.rate, at)
        async with (
            running_bot(setup, exchange.env, self.ledger, self._folder) as bot,
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
