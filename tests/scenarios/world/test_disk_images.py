"""A power cut in a commit: any sector of it may be there, and what was before is whole."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.exchange.bans import Ban, RecallBans, RememberBan
from benthic.runtime import Millis, chance
from benthic.scenarios.world.platter import Rot, relabel, torn
from benthic.storage.environment import Durability
from benthic.storage.errors import StoreDamaged, StoreNewer
from benthic.storage.inspection import DATA_FILE
from benthic.storage.opening import open_store
from benthic.storage.order_store import OrderStore
from benthic.storage.verification import inspect_here


def opened(folder: Path) -> OrderStore:
    return open_store(folder, inspector=inspect_here, durability=Durability.NONE)


def a_ban(number: int) -> RememberBan:
    return RememberBan(Ban(f"address {number}", Millis(1_000_000 + number), "told so " * 40))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), before=st.integers(1, 12))
def test_what_was_durable_before_is_all_there(seed: int, before: int) -> None:  # K2, P2
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "store"
        with opened(folder) as store:
            for number in range(before):
                store.write([a_ban(number)])
        with torn(folder, chance.stream(seed, "disk")), opened(folder) as store:
            store.write([a_ban(before)])

        with opened(folder) as store:
            (bans,) = store.write([RecallBans(Millis(0))])

        assert isinstance(bans, tuple)
        assert len(bans) == before


def test_a_power_cut_changes_the_file(tmp_path: Path) -> None:
    with opened(tmp_path / "store") as store:
        store.write([a_ban(0)])
    before = (tmp_path / "store" / DATA_FILE).read_bytes()

    with torn(tmp_path / "store", chance.stream(3, "disk")), opened(tmp_path / "store") as store:
        store.write([a_ban(number) for number in range(20)])

    assert (tmp_path / "store" / DATA_FILE).read_bytes() != before


def test_a_store_that_says_it_is_newer_is_refused_until_that_is_undone(tmp_path: Path) -> None:
    with opened(tmp_path / "store") as store:
        store.write([a_ban(0)])
    rot = Rot(tmp_path / "store")

    relabel(tmp_path / "store", 77)
    with pytest.raises(StoreNewer, match="77"):
        opened(tmp_path / "store")
    rot.undo()
    opened(tmp_path / "store").close()


@pytest.mark.parametrize("spoil", [Rot.cut, Rot.overwrite], ids=["cut", "overwritten"])
def test_a_spoilt_file_is_told_as_damaged(
    tmp_path: Path, spoil: Callable[[Rot], None]
) -> None:  # K7
    with opened(tmp_path / "store") as store:
        store.write([a_ban(0)])
    rot = Rot(tmp_path / "store")
    spoil(rot)

    with pytest.raises(StoreDamaged):
        opened(tmp_path / "store")
    rot.undo()
    opened(tmp_path / "store").close()
