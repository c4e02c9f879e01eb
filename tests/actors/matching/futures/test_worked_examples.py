"""Figures that can be reckoned by hand, most of them from the venue's own public explanations."""

from fractions import Fraction

import msgspec
import pytest

from benthic.actors.matching.markets import RATE
from benthic.actors.matching.refusals import Refused

from .desk import BTC, COIN, ETH, Desk, units

CENT = Fraction(1, 100)


def test_a_long_below_the_mark_costs_its_initial_margin() -> None:
    desk = Desk()
    desk.mark("9259.84")
    desk.send(1, "buy", "1", "9253.30")

    assert units(desk.clearing.position(1, "BTCUSDT").order_margin) == Fraction("462.665")


def test_a_short_below_the_mark_costs_its_open_loss_as_well() -> None:
    desk = Desk()
    desk.mark("9259.84")
    desk.send(1, "sell", "1", "9253.30")

    assert units(desk.clearing.position(1, "BTCUSDT").order_margin) == Fraction("469.205")


def two_positions(margin: str) -> Desk:
    """The account of the venue's liquidation price page: two longs under one wallet."""
    desk = Desk(BTC, ETH, funds="0")
    desk.deposit(1, "1535443.01")
    desk.clearing.set_leverage(1, "ETHUSDT", 4)
    if margin == "isolated":
        for symbol in ("BTCUSDT", "ETHUSDT"):
            desk.clearing.set_margin_type(1, symbol, "isolated")
    return desk


def test_crossed_positions_are_liquidated_where_the_venue_says() -> None:
    desk = two_positions("cross")
    desk.open(1, "buy", "109.488", "32481.98")
    desk.open(1, "buy", "3683.979", "1456.84", symbol="ETHUSDT")
    desk.mark("31967.27")
    desk.mark("1335.18", "ETHUSDT")
    eth, btc = (desk.clearing.position(1, symbol) for symbol in ("ETHUSDT", "BTCUSDT"))

    assert abs(units(eth.unrealised) - Fraction("-448192.89")) < CENT
    assert abs(units(eth.maintenance_margin) - Fraction("356512.508")) < CENT
    assert abs(units(btc.unrealised) - Fraction("-56354.57")) < CENT
    assert abs(units(btc.maintenance_margin) - Fraction("71200.81144")) < CENT
    assert abs((desk.liquidation_price(1) or 0) - Fraction("26316.89")) < CENT
    assert abs((desk.liquidation_price(1, "ETHUSDT") or 0) - Fraction("1153.26")) < CENT


@pytest.mark.parametrize(
    ("symbol", "amount", "entry", "expected"),
    [
        ("BTCUSDT", "109.488", "32481.98", "18778.73"),
        ("ETHUSDT", "3683.979", "1456.84", "1114.78"),
    ],
    ids=["BTCUSDT", "ETHUSDT"],
)
def test_an_isolated_position_is_liquidated_by_its_own_margin(
    symbol: str, amount: str, entry: str, expected: str
) -> None:
    desk = two_positions("isolated")
    desk.open(1, "buy", amount, entry, symbol=symbol)
    rest = desk.clearing.summary(1, "USDT").available
    desk.clearing.position_margin(1, symbol, "both", rest, "add", at=desk.now)

    assert abs((desk.liquidation_price(1, symbol) or 0) - Fraction(expected)) < CENT


def test_a_position_is_closed_at_its_liquidation_price_and_not_a_cent_before() -> None:
    desk = two_positions("cross")
    desk.open(1, "buy", "109.488", "32481.98")
    desk.open(1, "buy", "3683.979", "1456.84", symbol="ETHUSDT")
    desk.mark("1335.18", "ETHUSDT")
    desk.mark("26316.90")

    assert desk.amount(1) == Fraction("109.488")

    desk.mark("26316.88")

    assert desk.amount(1) == 0


def test_an_inverse_long_earns_the_difference_of_the_inverses() -> None:
    desk = Desk(COIN)
    desk.open(1, "buy", "100", "10000.0", symbol="BTCUSD_PERP")
    before = desk.wallet(1, "BTC")
    desk.mark("12500.0", "BTCUSD_PERP")

    assert units(desk.clearing.position(1, "BTCUSD_PERP").unrealised) == Fraction("0.2")

    desk.open(1, "sell", "100", "12500.0", symbol="BTCUSD_PERP")

    assert desk.wallet(1, "BTC") - before == Fraction("0.2")


def test_an_inverse_position_is_liquidated_where_the_formula_says() -> None:
    desk = Desk(COIN, funds="0")
    desk.deposit(1, "0.1", "BTC")
    desk.open(1, "buy", "100", "10000.0", symbol="BTCUSD_PERP")
    # (100 x 0.004 + 100) / (0.1 / 100 + 100 / 10000)
    expected = Fraction("100.4") / Fraction("0.011")

    assert desk.liquidation_price(1, "BTCUSD_PERP") == expected


def test_an_inverse_short_that_is_fully_paid_for_has_no_liquidation_price() -> None:
    desk = Desk(COIN, funds="0")
    desk.deposit(1, "2", "BTC")
    desk.clearing.set_leverage(1, "BTCUSD_PERP", 1)
    desk.open(1, "sell", "100", "10000.0", symbol="BTCUSD_PERP")

    assert desk.liquidation_price(1, "BTCUSD_PERP") is None


def test_the_average_entry_price_outlives_a_partial_close() -> None:
    desk = Desk()
    desk.open(1, "buy", "1", "100.00")
    desk.open(1, "buy", "1", "110.00")
    desk.open(1, "sell", "1", "120.00")
    position = desk.clearing.position(1, "BTCUSDT")

    assert position.entry_price == 105_00
    assert position.break_even_price == 90_00
    assert units(position.realised) == 15
    assert desk.wallet(1) == 1_000_015


def test_a_trade_through_zero_closes_one_position_and_opens_the_other() -> None:
    desk = Desk()
    desk.open(1, "buy", "1", "100.00")
    desk.open(1, "sell", "3", "110.00")
    position = desk.clearing.position(1, "BTCUSDT")

    assert desk.amount(1) == -2
    assert position.entry_price == 110_00
    assert units(position.realised) == 10


def test_a_fee_is_a_share_of_the_notional() -> None:
    market = msgspec.structs.replace(BTC, taker=RATE * 5 // 10_000, maker=-RATE // 10_000)
    desk = Desk(market)
    desk.open(1, "sell", "0.014", "9910.12")
    execution = desk.engine.executions(1, "BTCUSDT")[0]

    assert units(execution.fee) == Fraction("0.06937084")
    assert desk.wallet(1) == 1_000_000 - Fraction("0.06937084")
    # a hundredth of a percent of 138.74168; what is less than 10^-8 is let off
    assert units(desk.engine.executions(9, "BTCUSDT")[0].fee) == Fraction("-0.01387416")


def test_longs_pay_shorts_the_rate_of_their_notional_at_mark() -> None:
    desk = Desk()
    desk.open(1, "buy", "2", "9000.00")
    desk.mark("10000.00")
    before = desk.wallet(9)
    desk.fund("0.0001")

    assert desk.wallet(1) == 1_000_000 - 2
    assert desk.wallet(9) == before + 2
    assert [income.kind for income in desk.clearing.income(1)] == ["transfer", "funding"]


def test_an_inverse_short_receives_coins_at_a_positive_rate() -> None:
    desk = Desk(COIN)
    desk.open(1, "sell", "100", "9000.0", symbol="BTCUSD_PERP")
    desk.mark("10000.0", "BTCUSD_PERP")
    before = desk.wallet(1, "BTC")
    desk.fund("0.0003", "BTCUSD_PERP")

    assert desk.wallet(1, "BTC") - before == Fraction("0.0003")


@pytest.mark.parametrize("symbol", ["BTCUSDT", "ETHUSDT"])
def test_maintenance_amounts_make_the_margin_grow_without_a_jump(symbol: str) -> None:
    contract = (BTC if symbol == "BTCUSDT" else ETH).contract
    assert contract is not None
    below = contract.brackets[0]
    amount = Fraction(0)
    for bracket in contract.brackets[1:]:
        amount += below.up_to * Fraction(bracket.maintenance - below.maintenance, RATE)

        assert units(bracket.deduction) == amount
        below = bracket


def test_more_than_the_leverage_allows_is_refused() -> None:
    desk = Desk()
    desk.mark("10000.00")
    desk.clearing.set_leverage(1, "BTCUSDT", 125)
    desk.send(1, "buy", "5", "10000.00")

    with pytest.raises(Refused, match="MAX_POSITION"):
        desk.send(1, "buy", "0.001", "10000.00")
    desk.send(1, "sell", "4.9", "10100.00")  # the other side is not added to it
