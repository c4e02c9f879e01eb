"""Bans outlive the process, and an older store gets a place for them (L2, C15)."""

from __future__ import annotations

from pathlib import Path

from benthic.actors.exchange.bans import Ban, RecallBans, RememberBan
from benthic.runtime import Child, Millis, Supervisor, System, run_virtual
from benthic.storage import Store, Writing, open_store
from benthic.storage.creation import create_file
from benthic.storage.folder import take
from benthic.storage.migrations import KIND
from benthic.storage.tables import TABLES
from benthic.storage.verification import inspect_here

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
    create_file(path, KIND, 1, [name for name in TABLES if name != "bans"], 1 << 20)
    lock.release()

    assert told(path, RememberBan(LONG), RecallBans(Millis(0))) == [None, (LONG,)]
    assert (path / "layout-1").exists()
