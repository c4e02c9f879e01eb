"""A flipped bit is found, or it changed nothing; and who opens a store survives it (K7, P5)."""

import random
from pathlib import Path

import pytest

from benthic.benchmarks.orders import Scribe
from benthic.storage import (
    StoreUnusable,
    audit_store,
    open_store,
    read_closed_orders,
    read_orders,
)
from benthic.storage.inspection import DATA_FILE
from benthic.storage.verification import inspect_here

FLIPS = 16


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "store"
    scribe = Scribe("main")
    with open_store(path, inspector=inspect_here) as order_store:
        order_store.load("main")
        order_store.commit(scribe.deposit())
        for _ in range(40):
            order_store.commit(scribe.place())
        for order_id in list(scribe.orders)[::3]:
            order_store.commit(scribe.trade(order_id))
    return path


def why_not(path: Path) -> str:
    """Why a bot cannot open the store; nothing where it can."""
    try:
        open_store(path).close()
    except StoreUnusable as unusable:
        return str(unusable)
    return ""


def test_a_flipped_bit_is_found_or_has_changed_nothing(store: Path) -> None:
    data = store / DATA_FILE
    whole = data.read_bytes()
    before = read_orders(store), read_closed_orders(store)
    chance, found = random.Random(1), 0  # noqa: S311 - seeded
    for _ in range(FLIPS):
        image = bytearray(whole)
        bit = chance.randrange(len(image) * 8)
        image[bit // 8] ^= 1 << bit % 8
        data.write_bytes(image)
        if reason := why_not(store):
            found += 1
            assert str(store) in reason
        else:
            assert (read_orders(store), read_closed_orders(store)) == before
            assert audit_store(store) == []

    assert found  # the rest are in free pages and in the unused ends of others


@pytest.mark.parametrize("page", range(2, 12))
def test_a_page_of_garbage_ends_a_child_and_never_this_process(store: Path, page: int) -> None:
    with (store / DATA_FILE).open("r+b") as file:
        file.seek(page * 4096)
        file.write(random.Random(page).randbytes(4096))  # noqa: S311 - seeded
    if reason := why_not(store):
        assert "compare open orders with the venue" in reason
    else:
        assert len(read_orders(store)[0].orders) == 26  # a free page
