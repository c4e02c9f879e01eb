"""What the portfolio refuses, and what it would rather die of than book."""

from __future__ import annotations

from decimal import Decimal

import pytest

from benthic.actors.portfolio.ledger import Portfolio
from benthic.actors.portfolio.messages import (
    Aborted,
    GetBalance,
    GetBalances,
    LedgerMismatch,
    NotOpen,
    Open,
    Release,
    Reserve,
    Settle,
)
from benthic.actors.portfolio.model import Balance, Reservation
from benthic.runtime import UsageError

FIVE = Decimal(5)
HOLDINGS = (Balance("USDT", FIVE, FIVE),)
HOLDS = (Reservation("o-1", "USDT", FIVE),)


def opened() -> Portfolio:
    """A portfolio with 5 USDT available and 5 reserved for o-1."""
    portfolio = Portfolio()
    portfolio.open(Open(HOLDINGS, HOLDS))
    return portfolio


@pytest.mark.parametrize(
    "holds",
    [(), (Reservation("o-1", "USDT", Decimal(4)),), (*HOLDS, Reservation("o-2", "BTC", FIVE))],
    ids=["none", "too little", "too much"],
)
def test_a_journal_whose_orders_and_balances_disagree_is_not_opened(
    holds: tuple[Reservation, ...],
) -> None:
    with pytest.raises(LedgerMismatch, match="its live orders hold"):  # F3
        Portfolio().open(Open(HOLDINGS, holds))


def test_nothing_is_answered_before_the_journal_was_handed_over() -> None:
    portfolio = Portfolio([("USDT", FIVE)])

    with pytest.raises(NotOpen):
        portfolio.balances(GetBalances())
    with pytest.raises(NotOpen):
        portfolio.balance(GetBalance("USDT"))
    with pytest.raises(NotOpen):
        portfolio.reserve(Reserve("o-1", "USDT", FIVE))
    with pytest.raises(NotOpen):
        portfolio.release(Release("o-1"))


def test_an_account_is_opened_once() -> None:
    with pytest.raises(UsageError, match="opened once"):
        opened().open(Open(HOLDINGS, HOLDS))


def test_a_known_account_gets_no_second_deposit() -> None:
    portfolio = Portfolio([("USDT", FIVE)])

    assert portfolio.open(Open(HOLDINGS, HOLDS)).entries == ()
    assert portfolio.balances(GetBalances()) == HOLDINGS


def test_a_settlement_cannot_leave_more_reserved_than_there_was() -> None:
    with pytest.raises(UsageError, match="cannot stay reserved"):
        opened().settle(Settle("o-1", "buy", "BTC", "USDT", (), Decimal(6)))


def test_a_booking_is_final_once_the_next_one_is_asked_for() -> None:
    portfolio = opened()
    freed = portfolio.release(Release("o-1"))
    portfolio.reserve(Reserve("o-2", "USDT", Decimal(10)))

    with pytest.raises(LedgerMismatch, match="it was final"):
        portfolio.aborted(Aborted(freed.number))


def test_an_aborted_booking_leaves_no_trace_of_an_asset_that_was_never_there() -> None:
    portfolio = Portfolio([("USDT", FIVE)])
    portfolio.aborted(Aborted(portfolio.open(Open((), ())).number))

    assert portfolio.balances(GetBalances()) == ()
