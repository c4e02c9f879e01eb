"""A position that cannot be kept: first the book, then the fund, the winners, and the venue."""

from fractions import Fraction

import msgspec

from benthic.actors.matching.futures import INSURANCE
from benthic.actors.matching.markets import ATOM
from benthic.actors.matching.values import (
    BalanceChanged,
    Liquidated,
    OrderChanged,
    PositionChanged,
)

from .desk import BTC, COIN, Desk, units


def in_trouble(funds: str = "500") -> Desk:
    """Account 1 is long 1 BTC at 10000 with 500: bankrupt at 9500, due at 40 above that."""
    desk = Desk(funds=funds, accounts=1)
    desk.open(1, "buy", "1", "10000.00")
    desk.clearing.open_account(2)
    desk.deposit(2, "100000")
    desk.engine.take_events()
    return desk


def test_a_forced_order_trades_with_the_book_and_pays_its_fee_to_the_fund() -> None:
    desk = in_trouble()
    desk.send(2, "buy", "1", "9530.00")
    desk.mark("9535.00")
    (liquidated,) = desk.heard(Liquidated)

    assert (liquidated.order.filled, liquidated.price) == (1_000, 953_000)
    assert liquidated.order.is_liquidation
    assert desk.amount(2) == 1
    # 30 are left above bankruptcy; 1.25 % of the notional would be more than that
    assert desk.wallet(1) == 0
    assert units(desk.clearing.insurance("USDT")) == 30
    assert [(income.kind, income.atoms) for income in desk.clearing.income(1)] == [
        ("transfer", 500 * ATOM),
        ("profit", -470 * ATOM),
        ("insurance", -30 * ATOM),
    ]


def test_what_is_left_after_the_liquidation_fee_stays_with_the_account() -> None:
    desk = in_trouble()
    desk.send(2, "buy", "1", "9700.00")
    desk.mark("9535.00")

    assert units(desk.clearing.insurance("USDT")) == Fraction("121.25")
    assert desk.wallet(1) == 200 - Fraction("121.25")


def test_the_fund_takes_over_what_the_book_does_not_at_the_bankruptcy_price() -> None:
    desk = in_trouble()
    desk.insure("100")
    desk.send(2, "buy", "0.4", "9600.00")
    desk.mark("9535.00")
    fund = desk.clearing.position(INSURANCE, "BTCUSDT")

    assert desk.amount(1) == 0
    assert fund.amount == 600
    assert fund.entry_price == 950_000
    # the book left 0.4 x 100 above bankruptcy, and the fee of 1.25 % takes all of it
    assert desk.wallet(1) == 0
    assert units(desk.clearing.insurance("USDT")) == 140


def test_the_fund_sells_what_it_has_at_mark_or_better() -> None:
    desk = in_trouble()
    desk.insure("100")
    desk.mark("9535.00")
    desk.send(2, "buy", "1", "9540.00")
    desk.mark("9541.00")

    assert desk.clearing.position(INSURANCE, "BTCUSDT").amount == 1_000

    desk.mark("9540.00")

    assert desk.clearing.position(INSURANCE, "BTCUSDT").amount == 0
    assert units(desk.clearing.insurance("USDT")) == 140


def test_open_orders_in_the_symbol_go_before_the_position() -> None:
    desk = in_trouble("600")
    order = desk.send(1, "buy", "0.001", "9000.00")
    desk.mark("9400.00")

    assert order.status == "cancelled"
    assert desk.amount(1) == 0


def test_a_gap_beyond_bankruptcy_is_paid_by_the_fund() -> None:
    desk = in_trouble()
    desk.insure("1000")
    desk.mark("9000.00")

    assert desk.wallet(1) == 0
    assert desk.amount(1) == 0
    # it took the long over at 9500 and stands 500 below that
    assert units(desk.clearing.summary(INSURANCE, "USDT").margin_balance) == 500
    desk.clearing.check()


def test_without_a_fund_the_winners_give_up_profit_in_the_order_of_their_rank() -> None:
    desk = in_trouble()
    desk.open(2, "sell", "0.3", "10100.00")  # the higher profit, and nothing but that
    desk.engine.take_events()
    desk.mark("9000.00")
    changed = [
        (event.account, event.amount)
        for event in desk.heard(PositionChanged)
        if event.movement == "adl"
    ]

    # account 2 gives up 0.3, account 9 the 0.7 that are missing
    assert changed == [(2, 0), (9, 0)]
    assert desk.wallet(2) == 100_000 + Fraction("0.3") * (10_100 - 9_500)
    assert desk.wallet(1) == 0
    assert desk.clearing.insurance("USDT") == 0
    desk.clearing.check()


def test_what_the_winners_cannot_bear_the_venue_pays() -> None:
    desk = Desk(accounts=0)
    for account, funds in ((1, "1600"), (2, "700")):
        desk.clearing.open_account(account)
        desk.deposit(account, funds)
    desk.mark("10000.00")
    desk.send(2, "sell", "1", "10000.00")
    desk.send(1, "buy", "1", "10000.00")
    for account in (1, 2):
        desk.open(account, "buy", "1", "1500.00", symbol="ETHUSDT")
    desk.mark("9000.00")
    desk.mark("200.00", "ETHUSDT")

    # account 1 is bankrupt at 9500; account 2 has 400 and can buy no more than 0.8 there
    fund = desk.clearing.summary(INSURANCE, "USDT")
    aid = desk.clearing.purse("aid", "USDT")
    assert [desk.amount(account) for account in (1, 2)] == [0, 0]
    assert [desk.wallet(account) for account in (1, 2)] == [0, 0]
    assert fund.margin_balance == 0
    assert units(aid) == -100
    desk.clearing.check()


def test_an_isolated_position_takes_nothing_else_down_with_it() -> None:
    desk = Desk(funds="10000", accounts=1)
    desk.insure("1000")
    desk.clearing.set_margin_type(1, "BTCUSDT", "isolated")
    desk.mark("10000.00")
    desk.open(1, "buy", "1", "10000.00")
    desk.open(1, "buy", "1", "1000.00", symbol="ETHUSDT")
    desk.mark("8000.00")

    assert desk.amount(1) == 0
    assert desk.amount(1, "ETHUSDT") == 1
    assert desk.wallet(1) == 9_500


def test_crossed_positions_fall_together_the_moved_symbol_first() -> None:
    desk = Desk(funds="1000", accounts=1)
    desk.insure("100000")
    desk.open(1, "buy", "1", "10000.00")
    desk.open(1, "sell", "1", "1000.00", symbol="ETHUSDT")
    desk.engine.take_events()
    desk.mark("8000.00")
    closed = [event.symbol for event in desk.heard(PositionChanged) if event.account == 1]

    assert closed == ["BTCUSDT", "ETHUSDT"]
    assert desk.wallet(1) == 0


def test_in_hedge_mode_both_sides_are_closed_one_by_one() -> None:
    desk = Desk(funds="600", accounts=1)
    desk.insure("100000")
    desk.clearing.set_position_mode(1, "hedge")
    desk.clearing.set_leverage(1, "BTCUSDT", 50)
    desk.open(1, "buy", "2", "10000.00", position_side="long")
    desk.open(1, "sell", "0.5", "10000.00", position_side="short")
    desk.mark("9500.00")

    assert [position.amount for position in desk.clearing.positions(1, "BTCUSDT")] == [0, 0]
    assert desk.wallet(1) == 0
    desk.clearing.check()


def test_an_inverse_short_is_liquidated_when_the_price_rises() -> None:
    desk = Desk(COIN, funds="0", accounts=1)
    desk.insure("10", "BTC")
    desk.deposit(1, "0.1", "BTC")
    desk.open(1, "sell", "100", "10000.0", symbol="BTCUSD_PERP")
    price = desk.liquidation_price(1, "BTCUSD_PERP")

    assert price is not None
    assert 11_000 < price < Fraction(100_000, 9)  # bankrupt at 10000 / 0.9

    desk.mark("11100.0", "BTCUSD_PERP")

    assert desk.amount(1, "BTCUSD_PERP") == 0
    assert 0 <= desk.wallet(1, "BTC") < Fraction(1, 10_000)
    desk.clearing.check()


def test_a_loss_at_the_book_beyond_all_funds_is_paid_by_the_fund_at_once() -> None:
    desk = in_trouble()
    desk.insure("1000")
    desk.send(2, "buy", "1", "9000.00")
    desk.send(1, "sell", "1")

    assert desk.wallet(1) == 0
    assert units(desk.clearing.insurance("USDT")) == 500
    desk.clearing.check()


def test_funding_that_a_position_cannot_pay_ends_it() -> None:
    desk = in_trouble()
    desk.insure("10000")
    desk.mark("10000.00")
    desk.fund("0.0475")

    assert desk.amount(1) == 0
    assert desk.wallet(1) >= 0
    desk.clearing.check()


def test_the_nearer_to_deleveraging_the_higher_the_quantile() -> None:
    desk = Desk(accounts=4)
    desk.deposit(desk.maker, "1")
    for account, price in ((1, "10400.00"), (2, "10300.00"), (3, "10200.00"), (4, "10100.00")):
        desk.open(account, "sell", "1", price)
    desk.mark("9000.00")
    quantiles = [
        desk.clearing.deleverage_quantile(account, "BTCUSDT", "both") for account in (1, 2, 3, 4)
    ]

    assert quantiles == [4, 2, 1, 0]


def test_everything_that_happens_to_the_account_is_told_in_order() -> None:
    desk = Desk(msgspec.structs.replace(BTC, taker=50_000), funds="500", accounts=1)
    desk.open(1, "buy", "1", "10000.00")
    desk.send(desk.maker, "buy", "1", "9520.00")
    desk.engine.take_events()
    desk.mark("9520.00")
    events: list[tuple[str, str]] = []
    for event in desk.engine.take_events():
        if isinstance(event, OrderChanged) and event.order.request.account == 1:
            events.append(("OrderChanged", event.change))
        elif isinstance(event, (BalanceChanged, PositionChanged)) and event.account == 1:
            events.append((type(event).__name__, event.movement))

    assert events == [
        ("OrderChanged", "new"),
        ("BalanceChanged", "liquidation"),
        ("PositionChanged", "liquidation"),
        ("OrderChanged", "trade"),
    ]
