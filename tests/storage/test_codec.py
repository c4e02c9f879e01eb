"""Records: every digit comes back, every flipped bit is seen, every version is known."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.exchange.bans import Ban
from benthic.actors.market.fill import Fill
from benthic.actors.orders.journal import Commit
from benthic.actors.orders.model import Order
from benthic.actors.portfolio.model import Balance, Entry
from benthic.runtime import Millis
from benthic.storage.codec import (
    ACCOUNT,
    BALANCE,
    BAN,
    COMMIT,
    ORDER,
    Account,
    Codec,
    UnknownRecord,
    seal,
)
from benthic.storage.inspection import is_whole

decimals = st.decimals(allow_nan=False, allow_infinity=False)
texts = st.text(max_size=40)
times = st.integers(0, 2**53).map(Millis)
sides = st.sampled_from(("buy", "sell"))
orders = st.builds(
    Order,
    id=texts,
    client_id=texts,
    symbol=texts,
    side=sides,
    kind=st.sampled_from(("market", "limit")),
    amount=decimals,
    price=st.none() | decimals,
    status=st.sampled_from(("intent", "accepted", "unknown", "filled", "cancelled", "refused")),
    held_asset=texts,
    held=decimals,
    filled=decimals,
    cost=decimals,
    fee=decimals,
    fee_asset=texts,
    created_at=times,
    changed_at=times,
    venue_id=texts,
    evidence=texts,
    purpose=st.sampled_from(("entry", "protective")),
)
fills = st.builds(Fill, texts, texts, texts, sides, decimals, decimals, decimals, texts, times)
entries = st.builds(
    Entry, texts, st.sampled_from(("available", "reserved", "venue", "fees")), decimals
)
balances = st.builds(Balance, texts, decimals, decimals)
commits = st.builds(
    Commit,
    texts,
    st.lists(orders, max_size=3).map(tuple),
    st.lists(fills, max_size=3).map(tuple),
    st.lists(entries, max_size=3).map(tuple),
    st.lists(balances, max_size=3).map(tuple),
)
keys = st.binary(min_size=1, max_size=60)


@settings(max_examples=40)
@given(keys, commits)
def test_a_commit_comes_back_with_every_digit(key: bytes, commit: Commit) -> None:
    again = COMMIT.read(COMMIT.record(key, commit))

    assert again == commit
    assert repr(again) == repr(commit)  # 1.0 and 1.00 are equal, and still not the same digits


@given(keys, orders, st.data())
def test_one_flipped_bit_of_a_record_is_seen(key: bytes, order: Order, data: st.DataObject) -> None:
    record = bytearray(ORDER.record(key, order))
    assert is_whole(key, bytes(record))
    bit = data.draw(st.integers(0, len(record) * 8 - 1))
    record[bit // 8] ^= 1 << bit % 8

    assert not is_whole(key, bytes(record))


@given(keys, keys, orders)
def test_a_record_under_the_key_of_another_is_seen(key: bytes, other: bytes, order: Order) -> None:
    assert is_whole(other, ORDER.record(key, order)) == (key == other)


def test_a_record_of_another_kind_is_never_read_as_this_one() -> None:
    record = BALANCE.record(b"k", Balance("BTC", Decimal(1), Decimal(0)))

    with pytest.raises(UnknownRecord, match="tag 0x41 where 0x31 belongs"):
        ORDER.read(record)


def test_a_sealed_record_ends_in_its_checksum() -> None:
    assert seal(b"key", b"content").startswith(b"content")
    assert len(seal(b"key", b"content")) == len(b"content") + 4


# What version 1 of each record looks like on disk. A change here is a new layout: give the record
# a new version, and `migrations` a step that rewrites the old ones; or, where a field is only added
# at the end, keep the bytes of before, which must be read as ever.
KEY = bytes.fromhex("00000001") + b"o-1"
AN_ORDER = Order(
    "o-1",
    "bn-1",
    "BTC/USDT",
    "buy",
    "limit",
    Decimal("0.50"),
    Decimal(100),
    "accepted",
    "USDT",
    Decimal("50.05"),
    Decimal(0),
    Decimal(0),
    Decimal(0),
    "",
    Millis(1),
    Millis(2),
    "v-1",
)
GOLDEN: dict[str, tuple[Codec[Any], object]] = {
    "order": (ORDER, AN_ORDER),
    "balance": (BALANCE, Balance("BTC", Decimal("0.10"), Decimal(0))),
    "account": (ACCOUNT, Account(1, 2)),
    "ban": (BAN, Ban("binance/live", Millis(100_000), "banned")),
    "commit": (COMMIT, Commit("main", (), (), (Entry("BTC", "fees", Decimal(-1)),), ())),
}
BYTES = {
    "order": (
        "31dc0013a36f2d31a4626e2d31a84254432f55534454a3627579a56c696d6974a4302e3530a3313030"
        "a86163636570746564a455534454a535302e3035a130a130a130a00102a3762d31a0a5656e747279"
        "5fbcae0e"
    ),
    "balance": "4193a3425443a4302e3130a130a433ba48",
    "account": "2192010208feacec",
    "ban": "8193ac62696e616e63652f6c697665ce000186a0a662616e6e6564ebb79ada",
    "commit": "5195a46d61696e90909193a3425443a466656573a22d319064b025a7",
}


@pytest.mark.parametrize("name", GOLDEN)
def test_records_are_written_and_read_as_ever(name: str) -> None:
    codec, value = GOLDEN[name]
    record = bytes.fromhex(BYTES[name])

    assert codec.record(KEY, value) == record
    assert codec.read(record) == value


def test_an_order_of_before_purposes_were_kept_is_read_as_an_entry() -> None:
    record = bytes.fromhex(
        "31dc0012a36f2d31a4626e2d31a84254432f55534454a3627579a56c696d6974a4302e3530a3313030"
        "a86163636570746564a455534454a535302e3035a130a130a130a00102a3762d31a0ff486646"
    )

    assert ORDER.read(record) == AN_ORDER
    assert AN_ORDER.purpose == "entry"
