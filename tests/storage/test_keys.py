"""Keys sort as what they stand for, and keep accounts and orders apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.storage.keys import (
    LONGEST,
    OWNER,
    Unstorable,
    account_head,
    fill_key,
    journal_key,
    name_key,
    order_head,
    order_key,
    order_trade_key,
    place_of,
)

numbers = st.integers(0, 2**32 - 1)
places = st.integers(0, 2**64 - 1)
names = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)


@given(places, numbers, places, places, numbers, places)
def test_journal_keys_sort_by_their_place_first(
    place: int, account: int, number: int, other: int, foreign: int, another: int
) -> None:
    key = journal_key(place, account, number)

    assert (key < journal_key(other, foreign, another)) == (
        (place, account, number) < (other, foreign, another)
    )
    assert place_of(key) == (place, account, number)


@given(places, numbers, numbers, places, numbers, numbers)
def test_fill_keys_sort_by_commit_account_and_index(
    place: int, account: int, index: int, other: int, foreign: int, another: int
) -> None:
    assert (fill_key(place, account, index) < fill_key(other, foreign, another)) == (
        (place, account, index) < (other, foreign, another)
    )


@given(places, numbers, names, places, numbers, names)
def test_orders_sort_by_age_and_every_key_says_whose_it_is(
    created: int, account: int, order: str, other: int, foreign: int, another: str
) -> None:
    key = order_key(created, account, order)

    assert (key < order_key(other, foreign, another)) == (
        (created, account, order.encode()) < (other, foreign, another.encode())
    )
    for owned in (key, journal_key(created, account, other), fill_key(created, account, foreign)):
        assert owned[OWNER] == account_head(account)


@given(st.integers(0, 2**32 - 2), names, names)
def test_no_name_of_an_account_lies_among_those_of_the_next(
    account: int, name: str, other: str
) -> None:
    assert name_key(account_head(account), name) < name_key(account_head(account + 1), other)


@given(names, names, names, names)
def test_trades_of_two_orders_are_never_mixed_up(
    client: str, other: str, trade: str, foreign: str
) -> None:
    head = account_head(1)
    is_inside = order_trade_key(head, other, foreign).startswith(order_head(head, client))

    assert is_inside == (client == other)
    assert order_trade_key(head, client, trade).startswith(order_head(head, client))


@pytest.mark.parametrize(
    ("head", "name", "reason"),
    [
        pytest.param(b"", "", "empty", id="no name"),
        pytest.param(b"1234", "ü" * (LONGEST // 2), "longer", id="a long name"),
        pytest.param(b"1234", "\ud800", "no Unicode", id="half a character"),
    ],
)
def test_a_name_that_cannot_be_a_key_is_refused(head: bytes, name: str, reason: str) -> None:
    with pytest.raises(Unstorable, match=reason):
        name_key(head, name)


def test_an_order_from_before_time_began_is_refused() -> None:
    with pytest.raises(Unstorable, match="created at -1 ms"):
        order_key(-1, 1, "o-1")
