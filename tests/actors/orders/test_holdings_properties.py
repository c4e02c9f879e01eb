"""Promises of the comparison of books and venue: exact, complete, and never more than is there."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.market.holding import Holding
from benthic.actors.orders.holdings import bookable, differences, locked_by_others
from benthic.actors.portfolio.balances import adjust, post, usable
from benthic.actors.portfolio.model import Balance

ASSETS = ("BNB", "BTC", "USDT")
amounts = st.decimals(0, 10**9, places=8, allow_nan=False, allow_infinity=False)
assets = st.sampled_from(ASSETS)
books = st.dictionaries(assets, st.tuples(amounts, amounts)).map(
    lambda rows: tuple(Balance(asset, *parts) for asset, parts in sorted(rows.items()))
)
holdings = st.dictionaries(assets, st.tuples(amounts, amounts)).map(
    lambda rows: tuple(Holding(asset, *parts) for asset, parts in sorted(rows.items()))
)


@given(books=books, holdings=holdings)
def test_booking_every_difference_makes_books_and_venue_agree_as_far_as_it_can(
    books: tuple[Balance, ...], holdings: tuple[Holding, ...]
) -> None:
    after = {balance.asset: balance for balance in books}
    for difference in differences(books, holdings, ASSETS):
        amount = bookable(difference, books)
        entries = adjust(difference.asset, amount, "external")
        assert sum(line.delta for line in entries) == 0  # F1
        after.update((balance.asset, balance) for balance in post(after, entries))  # F2: no raise

    for left in differences(after.values(), holdings, ASSETS):  # F8: what is reserved stays
        assert left.amount < 0
        assert after[left.asset].available == 0


@given(books=books)
def test_books_that_agree_differ_in_nothing(books: tuple[Balance, ...]) -> None:
    same = tuple(Holding(each.asset, each.available, each.reserved) for each in books)
    assert differences(books, same, ASSETS) == ()
    assert locked_by_others(books, same, ASSETS) == ()


@given(books=books, holdings=holdings)
def test_what_is_offered_is_never_more_than_is_free_at_the_venue(
    books: tuple[Balance, ...], holdings: tuple[Holding, ...]
) -> None:
    free = {holding.asset: holding.free for holding in holdings}
    locked = dict(locked_by_others(books, holdings, ASSETS))
    for balance in books:
        offered = usable(balance, locked.get(balance.asset, Decimal(0)))
        assert 0 <= offered.available <= max(free.get(balance.asset, Decimal(0)), Decimal(0))
        assert offered.reserved == balance.reserved
