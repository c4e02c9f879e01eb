"""Bans outlive the process, and an older store gets a place for them (L2, C15)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import trio

from benthic.actors.exchange.bans import Ban, RecallBans, RememberBan
from benthic.actors.exchange.budget import GetBar
from benthic.actors.exchange.messages import FetchTicker, GetLine
from benthic.runtime import Child, Millis, Refusal, Supervisor, System, VirtualClock, run_virtual
from benthic.scenarios.venue.manners import sent_into_a_bar
from benthic.scenarios.venue.network import reaching
from benthic.storage import Store, Writing, open_store
from benthic.storage.creation import create_file
from benthic.storage.folder import take
from benthic.storage.migrations import KIND
from benthic.storage.tables import TABLES
from benthic.storage.verification import inspect_here

from ..actors.exchange.connecting import a_tree, a_venue, played, settings_of, struck

LONG = Ban("binance/live", Millis(100_000), "banned for asking too much")
SHORT = Ban("kraken/live", Millis(50), "asked too much")
LATER = Ban("binance/live", Millis(200_000), "banned again")


def told(path: Path, *messages: RememberBan | RecallBans) -> list[object]:
    """What a store that is opened anew answers."""
    answers = list[object]()
    with open_store(path, inspector=inspect_here) as order_store:

        async def body(system: System) -> None:
            store = system.lookup("/bot/store")
            answers.extend([await store.ask(message) for message in messages])

        tree = Supervisor("bot", [Child("store", lambda: Store(order_store, Writing.INLINE))])
        run_virtual(tree, body)
    return answers


def test_bans_that_are_not_over_are_known_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "store"
    told(path, RememberBan(LONG), RememberBan(SHORT))

    assert told(path, RecallBans(Millis(0))) == [(LONG, SHORT)]
    assert told(path, RecallBans(Millis(50))) == [(LONG,)]
    told(path, RememberBan(LATER))
    assert told(path, RecallBans(Millis(50))) == [(LATER,)]


def test_a_store_without_a_place_for_bans_gets_one(tmp_path: Path) -> None:
    path = tmp_path / "store"
    lock = take(path)
    create_file(path, KIND, 1, [name for name in TABLES if name not in {"bans", "folded"}], 1 << 20)
    lock.release()

    assert told(path, RememberBan(LONG), RecallBans(Millis(0))) == [None, (LONG,)]
    assert (path / "layout-1").exists()


def test_a_ban_is_obeyed_by_the_next_process_to_its_last_second(tmp_path: Path) -> None:
    venue = a_venue()
    ban = {"verb": "ban", "time": "20m", "status": 418, "when": {"at": "60s"}}

    async def story(clock: VirtualClock) -> None:
        async with reaching(venue, plan=struck(ban)) as reached:

            async def process(seconds: float) -> tuple[str, Ban | None]:
                """A life of the bot: how its line stands in the end, and what its budget says."""
                with open_store(tmp_path / "store", inspector=inspect_here) as order_store:
                    tree = a_tree(
                        settings_of(venue),
                        reached,
                        [],
                        bans=lambda: Store(order_store, Writing.INLINE),
                    )
                    system = System(tree, clock=clock, seed=5)
                    async with trio.open_nursery() as nursery:
                        await nursery.start(system.run)
                        await trio.sleep(90)
                        with suppress(Refusal):
                            await system.lookup("/bot/line").ask(FetchTicker("BTC/USDT"))
                        await trio.sleep(seconds - 90)
                        line = await system.lookup("/bot/line").ask(GetLine())
                        bar = await system.lookup("/bot/budget").ask(GetBar())
                        await system.stop()
                return line.state, bar

            state, bar = await process(300)
            assert (state, bar is not None and bar.reason) == (
                "barred",
                "banned for asking too much",
            )
            asked = len(reached.record.arrivals)

            assert await process(900) == ("barred", bar)
            assert len(reached.record.arrivals) == asked  # L2: not one request

            state, bar = await process(300)  # the ban ends at 21 minutes
            assert (state, bar) == ("up", None)
            assert sent_into_a_bar(reached.record.arrivals, reached.record.answers) == []

    played(story)
