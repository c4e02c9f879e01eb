"""Records: every digit comes back, every flipped bit is seen, every version is known."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from benthic.actors.exchange.bans import Ban
from benthic.actors.market.fill import Fill
from benthic.actors.market.side import FULL
from benthic.actors.orders.journal import Beginning, Commit
from benthic.actors.orders.model import LIVE, Order
from benthic.actors.orders.plan import (
    PAST,
    Chain,
    Expiry,
    Group,
    Plan,
    Revision,
    Swap,
    TrailingDistance,
    TrailingOwn,
    TrailingStep,
    TrailingSteps,
    Trigger,
)
from benthic.actors.portfolio.model import Balance, Entry
from benthic.runtime import Millis
from benthic.storage.codec import (
    ACCOUNT,
    BALANCE,
    BAN,
    COMMIT,
    FOLDED,
    FOLDED_ORDER,
    ORDER,
    Account,
    Codec,
    UnknownRecord,
    seal,
)
from benthic.storage.folded import Folded, FoldedOrder
from benthic.storage.inspection import is_whole

decimals = st.decimals(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [Decimal("0.1"), Decimal("1.10"), Decimal("0.3000000000000000000000000001"), Decimal("1E-18")]
)
texts = st.text(max_size=40)
times = st.integers(0, 2**53).map(Millis)
sides = st.sampled_from(("buy", "sell"))
directions = st.sampled_from(("above", "below"))
names = st.lists(texts, max_size=PAST).map(tuple)
steps = st.builds(TrailingStep, decimals, decimals, st.booleans())
profiles = st.one_of(
    st.builds(TrailingSteps, st.lists(steps, max_size=3).map(tuple), directions),
    st.builds(
        TrailingDistance,
        decimals,
        st.sampled_from(("share", "absolute")),
        st.none() | decimals,
        decimals,
    ),
    st.builds(TrailingOwn, texts, texts),
)
swaps = st.builds(Swap, st.sampled_from(("stop_first", "take_profit_first")), times)
plans = st.builds(
    Plan,
    stop=st.none() | decimals,
    trail=st.none() | decimals,
    time_in_force=st.sampled_from(("GTC", "IOC", "FOK", "GTX")),
    effect=st.sampled_from(("any", "reduce")),
    tag=texts,
    keeper=st.sampled_from(("venue", "desk")),
    reference=st.none() | decimals,
    chain=st.none()
    | st.builds(Chain, texts, decimals, decimals, st.sampled_from(("fill", "end")), st.booleans()),
    group=st.none() | st.builds(Group, texts, texts, st.none() | swaps),
    trigger=st.none() | st.builds(Trigger, decimals, directions),
    profile=st.none() | profiles,
    expiry=st.none() | st.builds(Expiry, st.none() | times, st.none() | decimals, directions),
    revision=st.none()
    | st.builds(
        Revision,
        st.sampled_from(("send", "hold", "end")),
        decimals,
        st.none() | decimals,
        st.none() | decimals,
        texts,
    ),
    lives=st.integers(0, 2**31),
    carried=decimals,
    past=names,
    aliases=names,
    returns=st.integers(0, 2**31),
    forward_since=st.none() | times,
    forced=st.sampled_from(("", "market")),
    forward_took=decimals,
    shelved_for=texts,
)
orders = st.builds(
    Order,
    id=texts,
    client_id=texts,
    symbol=texts,
    side=sides,
    kind=st.sampled_from(FULL),
    amount=decimals,
    price=st.none() | decimals,
    status=st.sampled_from(sorted(LIVE | {"filled", "cancelled", "refused"})),
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
    plan=st.none() | plans,
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
PLANNED = {  # what `plans` draws: a new field of a plan belongs there, and to the golden record
    *("stop", "trail", "time_in_force", "effect", "tag", "keeper", "reference", "chain", "group"),
    *("trigger", "profile", "expiry", "revision", "lives", "carried", "past", "aliases"),
    *("returns", "forward_since", "forced", "forward_took", "shelved_for"),
}
keys = st.binary(min_size=1, max_size=60)


@settings(max_examples=40)
@given(keys, commits)
def test_a_commit_comes_back_with_every_digit(key: bytes, commit: Commit) -> None:
    again = COMMIT.read(COMMIT.record(key, commit))

    assert again == commit
    assert repr(again) == repr(commit)  # 1.0 and 1.00 are equal, and still not the same digits


@settings(max_examples=60)
@given(keys, orders, plans)
def test_a_plan_comes_back_with_every_field(key: bytes, order: Order, plan: Plan) -> None:
    planned = replace(order, plan=plan)
    again = ORDER.read(ORDER.record(key, planned))

    assert again == planned
    assert repr(again) == repr(planned)  # every decimal with its digits: no float was in between
    assert set(Plan.__struct_fields__) == PLANNED


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
A_PLANNED_ORDER = replace(
    AN_ORDER,
    status="inactive",
    plan=Plan(
        stop=Decimal("99.10"),
        trail=Decimal("0.010"),
        time_in_force="GTX",
        effect="reduce",
        tag="mine",
        keeper="desk",
        reference=Decimal("0.1"),
        chain=Chain("o-0", Decimal("0.50"), Decimal(1), "end", takes_fees=True),
        group=Group("g-1", "balanced", Swap("take_profit_first", Millis(7))),
        trigger=Trigger(Decimal(101), "above"),
        profile=TrailingSteps((TrailingStep(Decimal(110), Decimal(105)),), "above"),
        expiry=Expiry(Millis(9), Decimal(90), "below"),
        revision=Revision("hold", Decimal("0.4"), None, Decimal(99), "edited"),
        lives=1,
        carried=Decimal("0.1"),
        past=("bn-0",),
        aliases=("v-0",),
        returns=2,
        forward_since=Millis(3),
        forced="market",
        forward_took=Decimal("0.20"),
        shelved_for="o-2",
    ),
)
GOLDEN: dict[str, tuple[Codec[Any], object]] = {
    "order": (ORDER, AN_ORDER),
    "order with a plan": (ORDER, A_PLANNED_ORDER),
    "balance": (BALANCE, Balance("BTC", Decimal("0.10"), Decimal(0))),
    "account": (ACCOUNT, Account(1, 2)),
    "ban": (BAN, Ban("binance/live", Millis(100_000), "banned")),
    "folded": (
        FOLDED,
        Folded(
            Beginning(3, "0a", (AN_ORDER,), (Balance("BTC", Decimal("0.10"), Decimal(0)),)),
            Millis(9),
            (Entry("BTC", "fees", Decimal(-1)),),
            2,
            "ff",
            Millis(8),
        ),
    ),
    "folded order": (FOLDED_ORDER, FoldedOrder("ff", Decimal("0.50"), Decimal("50.0"))),
    "commit": (COMMIT, Commit("main", (), (), (Entry("BTC", "fees", Decimal(-1)),), ())),
}
BYTES = {
    "order": (
        "31dc0014a36f2d31a4626e2d31a84254432f55534454a3627579a56c696d6974a4302e3530a3313030"
        "a86163636570746564a455534454a535302e3035a130a130a130a00102a3762d31a0a5656e747279c0"
        "128d239a"
    ),
    "order with a plan": (
        "31dc0014a36f2d31a4626e2d31a84254432f55534454a3627579a56c696d6974a4302e3530a3313030"
        "a8696e616374697665a455534454a535302e3035a130a130a130a00102a3762d31a0a5656e747279dc"
        "0016a539392e3130a5302e303130a3475458a6726564756365a46d696e65a46465736ba3302e3195a3"
        "6f2d30a4302e3530a131a3656e64c393a3672d31a862616c616e63656492b174616b655f70726f6669"
        "745f66697273740792a3313031a561626f766593a573746570739193a3313130a3313035c2a561626f"
        "76659309a23930a562656c6f7796a4686f6c64a3302e34c0a23939a6656469746564a001a3302e3191"
        "a4626e2d3091a3762d300203a66d61726b6574a4302e3230a36f2d3299ceef11"
    ),
    "balance": "4193a3425443a4302e3130a130a433ba48",
    "account": "2192010208feacec",
    "ban": "8193ac62696e616e63652f6c697665ce000186a0a662616e6e6564ebb79ada",
    "folded": (
        "91969403a2306191dc0014a36f2d31a4626e2d31a84254432f55534454a3627579a56c696d6974a430"
        "2e3530a3313030a86163636570746564a455534454a535302e3035a130a130a130a00102a3762d31a0"
        "a5656e747279c09193a3425443a4302e3130a130099193a3425443a466656573a22d3102a2666608ec"
        "78f795"
    ),
    "folded order": ("a193a26666a4302e3530a435302e3028cff530"),
    "commit": "5195a46d61696e90909193a3425443a466656573a22d319064b025a7",
}


@pytest.mark.parametrize("name", GOLDEN)
def test_records_are_written_and_read_as_ever(name: str) -> None:
    codec, value = GOLDEN[name]
    record = bytes.fromhex(BYTES[name])

    assert codec.record(KEY, value) == record
    assert codec.read(record) == value


# Orders of layouts 1 and 2 end earlier: before purposes were kept, and before there were plans.
EARLIER = {
    "before purposes": (
        "31dc0012a36f2d31a4626e2d31a84254432f55534454a3627579a56c696d6974a4302e3530a3313030"
        "a86163636570746564a455534454a535302e3035a130a130a130a00102a3762d31a0ff486646"
    ),
    "before plans": (
        "31dc0013a36f2d31a4626e2d31a84254432f55534454a3627579a56c696d6974a4302e3530a3313030"
        "a86163636570746564a455534454a535302e3035a130a130a130a00102a3762d31a0a5656e747279"
        "5fbcae0e"
    ),
}


@pytest.mark.parametrize("record", EARLIER.values(), ids=EARLIER)
def test_an_order_that_was_written_before_is_read_as_a_plain_entry(record: str) -> None:
    assert ORDER.read(bytes.fromhex(record)) == AN_ORDER
    assert (AN_ORDER.purpose, AN_ORDER.plan) == ("entry", None)
