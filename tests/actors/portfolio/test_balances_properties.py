"""Promises of the ledger's rules, each against plain fractions."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.market.fill import Fill
from benthic.actors.market.side import Side
from benthic.actors.portfolio.balances import (
    Entries,
    deposit,
    post,
    release,
    reserve,
    reverse,
    settle,
)
from benthic.actors.portfolio.messages import InsufficientFunds
from benthic.actors.portfolio.model import Balance
from benthic.runtime.clock import Millis

ASSETS = ("BTC", "USDT", "BNB")


def decimals(low: str, high: str, places: int = 13) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(low), Decimal(high), allow_nan=False, places=places)


amounts = decimals("0.00000001", "1000000000", 8)
fees = decimals("-100", "1000")
holdings = st.builds(Balance, st.sampled_from(ASSETS), decimals("0", "1E12"), decimals("0", "1E12"))
accounts = st.lists(holdings, unique_by=lambda balance: balance.asset).map(
    lambda balances: {balance.asset: balance for balance in balances}
)


@st.composite
def fills(draw: st.DrawFn) -> tuple[Fill, ...]:
    count = draw(st.integers(1, 4))
    return tuple(
        Fill(
            str(number),
            "bn-1",
            "BTC/USDT",
            "buy",
            draw(decimals("0.01", "1000000", 2)),
            draw(amounts),
            draw(fees),
            draw(st.sampled_from(ASSETS)),
            Millis(0),
        )
        for number in range(count)
    )


@st.composite
def bookings(draw: st.DrawFn) -> Entries:
    """The entries of any rule."""
    amount, asset = draw(amounts), draw(st.sampled_from(ASSETS))
    side: Side = draw(st.sampled_from(("buy", "sell")))
    return draw(
        st.sampled_from(
            (
                deposit(asset, amount),
                reserve(asset, amount),
                release(asset, amount),
                settle(side, "BTC", "USDT", draw(fills()), draw(st.just(Decimal(0)) | amounts)),
            )
        )
    )


def sums(entries: Entries) -> dict[tuple[str, str], Fraction]:
    """What entries move, by asset and account, in fractions."""
    moved: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for line in entries:
        moved[line.asset, line.account] += Fraction(line.delta)
    return moved


@given(entries=bookings())
def test_the_entries_of_one_asset_sum_to_exactly_nothing(entries: Entries) -> None:
    for asset in ASSETS:
        total = sum(moved for (of, _), moved in sums(entries).items() if of == asset)

        assert total == 0


@given(entries=bookings())
def test_no_entry_moves_nothing_and_all_are_finite(entries: Entries) -> None:
    for line in entries:
        assert line.delta.is_finite()
        assert line.delta != 0


@given(before=accounts, entries=bookings())
def test_a_booking_is_kept_exactly_or_refused_whole(
    before: dict[str, Balance], entries: Entries
) -> None:
    expected = {
        asset: (
            Fraction(before[asset].available if asset in before else 0)
            + sums(entries)[asset, "available"],
            Fraction(before[asset].reserved if asset in before else 0)
            + sums(entries)[asset, "reserved"],
        )
        for asset in ASSETS
    }
    if min(min(parts) for parts in expected.values()) < 0:
        with pytest.raises(InsufficientFunds) as refused:
            post(before, entries)
        assert refused.value.needed > refused.value.available
        return
    after = post(before, entries)

    for balance in after:
        available, reserved = expected[balance.asset]

        assert (Fraction(balance.available), Fraction(balance.reserved)) == (available, reserved)
        assert available >= 0
        assert reserved >= 0
    untouched = set(ASSETS) - {balance.asset for balance in after}
    assert all(not sums(entries)[asset, "available"] for asset in untouched)


@given(before=accounts, entries=bookings())
def test_a_reversed_booking_leaves_what_was_there_before(
    before: dict[str, Balance], entries: Entries
) -> None:
    try:
        after = post(before, entries)
    except InsufficientFunds:
        return
    between = before | {balance.asset: balance for balance in after}

    for balance in post(between, reverse(entries)):
        was = before.get(balance.asset, Balance(balance.asset, Decimal(0), Decimal(0)))

        assert balance == was


@given(side=st.sampled_from(("buy", "sell")), trades=fills(), unlocked=amounts)
def test_a_settlement_trades_one_asset_for_the_other_and_takes_each_fee_in_its_own(
    side: Side, trades: tuple[Fill, ...], unlocked: Decimal
) -> None:
    moved = sums(settle(side, "BTC", "USDT", trades, unlocked))
    sign = 1 if side == "buy" else -1
    amount = sum(Fraction(fill.amount) for fill in trades)
    cost = sum(Fraction(fill.amount) * Fraction(fill.price) for fill in trades)
    gained = {"BTC": sign * amount, "USDT": -sign * cost, "BNB": Fraction(0)}

    for asset in ASSETS:
        fee = sum(Fraction(fill.fee) for fill in trades if fill.fee_asset == asset)
        owned = moved[asset, "available"] + moved[asset, "reserved"]

        assert moved[asset, "fees"] == fee
        assert moved[asset, "venue"] == -gained[asset]
        assert owned == gained[asset] - fee
    assert moved["USDT" if side == "buy" else "BTC", "reserved"] == -Fraction(unlocked)


@given(side=st.sampled_from(("buy", "sell")), trades=fills(), unlocked=amounts)
def test_a_fee_in_a_coin_without_books_is_paid_past_them(  # B10
    side: Side, trades: tuple[Fill, ...], unlocked: Decimal
) -> None:
    of_all = sums(settle(side, "BTC", "USDT", trades, unlocked))
    moved = sums(settle(side, "BTC", "USDT", trades, unlocked, kept=("BTC", "USDT")))

    assert moved["BNB", "available"] == 0
    assert moved["BNB", "fees"] == of_all["BNB", "fees"] == -moved["BNB", "venue"]
    for asset in ("BTC", "USDT"):
        for account in ("available", "reserved", "fees", "venue"):
            assert moved[asset, account] == of_all[asset, account]


def test_a_shortage_names_the_asset_and_how_much_is_missing() -> None:
    before = {"USDT": Balance("USDT", Decimal(5), Decimal(0))}

    with pytest.raises(InsufficientFunds, match=r"needs 7\.5 USDT but 5 is available"):
        post(before, reserve("USDT", Decimal("7.5")))


def test_a_sum_of_more_digits_than_the_default_context_stays_exact() -> None:
    large, small = Decimal(123456789012345678901234567), Decimal("0.0000000000001")

    (after,) = post({"USDT": Balance("USDT", large, Decimal(0))}, deposit("USDT", small))

    assert after.available == Decimal("123456789012345678901234567.0000000000001")
