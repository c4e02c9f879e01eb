"""A running process of bots: the System, who looks after it, and how it ends.

A signal asks for the end: the modes stop, orders are settled as each file says, and the tree is
stopped in reverse order. The second signal ends the process where it stands; what was acknowledged
is in the stores.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import attrs
import trio

from ...actors.bot.bans import SharedBans
from ...actors.bot.messages import Exchange, ListExchanges
from ...actors.bot.paths import BOTS, EXCHANGES, ROOT
from ...actors.bot.root import root_tree
from ...runtime import (
    AskError,
    Child,
    LiveClock,
    Millis,
    NotStarted,
    Refusal,
    Restart,
    StartChild,
    System,
    TreeNode,
)
from ..exits import ExitCode, code_of
from ..live.errors import SocketTaken
from ..live.protocol import from_tree
from ..live.server import serve
from .berth import Berth, reason_of
from .differences import differences
from .fittings import Beside, nobody
from .heartbeat import beat
from .logs import Log
from .notify import Notifier
from .settling import settle
from .warden import Guard, Warden

WARDEN: Final = f"/{ROOT}/warden"
START: Final = Millis(60_000)  # for one bot: its store is open by then
LOOK: Final = 1.0  # s between two looks at the tree and the lines
LAST: Final = 10.0  # s for the tree to stop, once orders are settled
_ENDINGS: Final[Mapping[signal.Signals, ExitCode]] = MappingProxyType(
    {
        signal.SIGINT: ExitCode.INTERRUPTED,
        signal.SIGTERM: ExitCode.TERMINATED,
        signal.SIGHUP: ExitCode.TERMINATED,  # its terminal was closed
    }
)
"""What stands for a second signal."""


class Voyage:
    """One run of a process. `run` gives its exit code."""

    def __init__(
        self, berths: Sequence[Berth], log: Log, socket: Path, beside: Beside = nobody
    ) -> None:
        self._berths = {berth.name: berth for berth in berths}
        self._log = log
        self._socket = socket
        self._beside = beside
        self._running: set[str] = set()
        self._failure: BaseException | None = None  # of the first bot that ended of one
        self._over = trio.Event()  # no bot is left
        self._notifier = Notifier(os.environ)
        warden = Child("warden", lambda: Warden(log.say, self._ended))
        settings = [berth.settings for berth in berths]
        known = [ban for berth in berths for ban in berth.bans]
        bans = partial(SharedBans, known, [berth.bot.paths.store for berth in berths])
        self._system = System(root_tree(settings, [], bans=bans, more=[warden]), clock=LiveClock())

    async def run(self) -> int:
        """Start the bots, keep them, and end them in order."""
        code: int = ExitCode.OK
        with trio.open_signal_receiver(*_ENDINGS) as signals:
            async with trio.open_nursery() as nursery:
                await nursery.start(self._system.run)
                await self._serve(nursery)
                await self._start_all()
                nursery.start_soon(self._look_on)
                bots = [berth.bot for berth in self._berths.values()]
                nursery.start_soon(self._beside, self._system, bots)
                self._notifier.ready()
                self._log.say("info", "running", {"bots": len(self._running)})
                await self._wait(signals)
                self._notifier.stopping()
                nursery.start_soon(self._end_at_once, signals)
                if not await self._end():
                    code = ExitCode.RUN
                nursery.cancel_scope.cancel()
        self._notifier.close()
        self._log.say("info", "ended", {"lost_lines": self._log.sink.lost})
        return code if self._failure is None else code_of(self._failure)

    # -- start

    async def _serve(self, nursery: trio.Nursery) -> None:
        """Let `benthic tree --live` look in; a bot that cannot be looked at trades all the same."""
        views = {"tree": self._tree, "exchanges": self._exchanges}
        try:
            await nursery.start(partial(serve, self._socket, views))
        except SocketTaken as error:
            self._log.say("warning", "no socket", {"reason": str(error)})
        else:
            self._log.say("info", "socket", {"path": str(self._socket)})

    async def _start_all(self) -> None:
        bots = self._system.lookup(BOTS)
        warden = self._system.lookup(WARDEN)
        for name, berth in self._berths.items():
            tree = attrs.evolve(berth.bot.tree, restart=Restart.TEMPORARY)
            fields = {"bot": name, "context": berth.bot.config.bot.context}
            self._log.say("info", "starting", fields)
            self._running.add(name)
            try:
                await bots.ask(StartChild(tree), timeout=START)
            except (NotStarted, AskError) as error:
                self._ended(name, error.__cause__ or error)
            else:
                warden.tell(Guard(name))

    def _ended(self, bot: str, error: BaseException | None) -> None:
        """A bot is no more; called by the warden."""
        if bot not in self._running:
            return
        self._running.discard(bot)
        if error is None:
            self._log.say("info", "bot ended", {"bot": bot})
        else:
            self._failure = self._failure or error
            self._log.say("error", "bot ended", {"bot": bot, "reason": reason_of(error)})
        if not self._running:
            self._over.set()

    # -- while it runs

    async def _wait(self, signals: Any) -> None:
        """Until a signal comes or no bot is left."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._wait_for_bots, nursery.cancel_scope)
            number = await anext(signals)
            self._log.say("info", "stopping", {"signal": signal.Signals(number).name})
            nursery.cancel_scope.cancel()

    async def _wait_for_bots(self, scope: trio.CancelScope) -> None:
        await self._over.wait()
        scope.cancel()

    async def _look_on(self) -> None:
        """Look at tree and lines, and tell the service manager while turns are taken."""
        seen: TreeNode | None = None
        warden = self._system.lookup(WARDEN)
        every = self._notifier.beat
        pause = LOOK if every is None else min(LOOK, every)
        while True:
            if await beat(warden, self._notifier, self._log.say, pause):
                self._notifier.status(status_of(await self._listed()))
            tree = self._system.tree()
            for each in differences(seen, tree):
                fields = {"actor": each.actor, "count": each.count, "error": each.error}
                self._log.say("warning", each.event, fields)
            seen = tree
            await trio.sleep(pause)

    async def _listed(self) -> tuple[Exchange, ...]:
        try:
            return await self._system.lookup(EXCHANGES).ask(ListExchanges(), timeout=1_000)
        except (AskError, Refusal):
            return ()

    async def _tree(self) -> Any:
        return from_tree(self._system.tree())

    async def _exchanges(self) -> Any:
        return [shown(each) for each in await self._listed()]

    # -- the end

    async def _end(self) -> bool:
        """End in order; whether all of it was done in time."""
        berths = [berth for name, berth in self._berths.items() if name in self._running]
        patience = max((b.bot.config.shutdown.deadline_ms for b in berths), default=Millis(0))
        with trio.move_on_after(patience / 1000) as settling:
            async with trio.open_nursery() as nursery:
                for berth in berths:
                    nursery.start_soon(settle, self._system, berth.bot, self._log.say)
        if settling.cancelled_caught:
            self._log.say("error", "orders not settled in time", {"deadline_ms": patience})
        self._running.clear()
        with trio.move_on_after(LAST) as stopping:
            await self._system.stop()
        if stopping.cancelled_caught:
            self._log.say("error", "the tree does not stop in time", {"deadline_s": LAST})
            self._log.sink.close()
            os._exit(ExitCode.RUN)
        return not settling.cancelled_caught

    async def _end_at_once(self, signals: Any) -> None:
        """The second signal: what is acknowledged is in the stores, so nothing is waited for."""
        number = await anext(signals)
        self._log.say("warning", "ended at once", {"signal": signal.Signals(number).name})
        self._log.sink.close(0.5)
        os._exit(_ENDINGS[signal.Signals(number)])


def status_of(exchanges: Sequence[Exchange]) -> str:
    """How the lines stand, in one line."""
    return "; ".join(_standing(each) for each in exchanges) or "no exchange yet"


def _standing(exchange: Exchange) -> str:
    opening, line = exchange.opening, exchange.line
    if opening is None or opening.state != "open":
        reason = "" if opening is None else opening.reason
        return f"{exchange.bot}: waiting for {exchange.name} {reason}".rstrip()
    return f"{exchange.bot}: {exchange.name} is {'unknown' if line is None else line.state}"


def shown(exchange: Exchange) -> dict[str, object]:
    """An exchange as JSON holds it."""
    line, opening = exchange.line, exchange.opening
    return {
        "id": exchange.id,
        "name": exchange.name,
        "bot": exchange.bot,
        "context": exchange.context,
        "account": exchange.account,
        "symbol": exchange.symbol,
        "path": exchange.paths.exchange,
        "line": None if line is None else line.state,
        "reason": "" if line is None else line.reason,
        "opening": None if opening is None else opening.state,
        "opening_reason": "" if opening is None else opening.reason,
    }
