"""How an account trades: modes, margin types, leverage, what reduces, what may leave."""

from fractions import Fraction

import pytest

from benthic.actors.matching.markets import ATOM
from benthic.actors.matching.refusals import Refused
from benthic.actors.matching.values import PositionChanged
from benthic.runtime.errors import UsageError

from .desk import COIN, Desk, stop_request, units


def test_an_order_without_margin_is_refused_and_leaves_nothing() -> None:
    desk = Desk(funds="100")
    desk.mark("10000.00")
    desk.send(1, "buy", "0.2", "10000.00")

    with pytest.raises(Refused, match="MARGIN_IS_INSUFFICIENT"):
        desk.send(1, "buy", "0.001", "10000.00")
    assert desk.clearing.summary(1, "USDT").available == 0


def test_a_cancelled_order_frees_its_margin() -> None:
    desk = Desk(funds="100")
    desk.mark("10000.00")
    order = desk.send(1, "buy", "0.2", "10000.00")
    desk.engine.cancel(1, "BTCUSDT", desk.now, order_id=order.id)

    assert units(desk.clearing.summary(1, "USDT").available) == 100


def test_bids_and_asks_ask_for_the_larger_of_the_two() -> None:
    desk = Desk()
    desk.mark("10000.00")
    desk.send(1, "buy", "1", "9000.00")
    desk.send(1, "sell", "1", "10000.00")

    assert units(desk.clearing.summary(1, "USDT").order_margin) == 500


def test_an_order_that_only_closes_asks_for_nothing() -> None:
    desk = Desk(funds="500")
    desk.open(1, "buy", "1", "10000.00")
    desk.send(1, "sell", "1", "10500.00")

    assert desk.clearing.summary(1, "USDT").order_margin == 0


def test_a_partial_fill_moves_its_margin_from_orders_to_position() -> None:
    desk = Desk()
    desk.mark("10000.00")
    desk.send(1, "buy", "1", "10000.00")
    desk.send(2, "sell", "0.4", "10000.00")
    position = desk.clearing.position(1, "BTCUSDT")

    assert units(position.position_margin) == 200
    assert units(position.order_margin) == 300


def test_what_only_reduces_never_opens_the_other_side() -> None:
    desk = Desk()
    desk.open(1, "buy", "1", "10000.00")
    desk.send(desk.maker, "buy", "5", "10000.00")
    order = desk.send(1, "sell", "3", "10000.00", is_reduce_only=True)

    assert desk.amount(1) == 0
    assert (order.status, order.filled) == ("filled", 1_000)


def test_what_only_reduces_is_refused_where_there_is_nothing_to_reduce() -> None:
    desk = Desk()
    desk.mark("10000.00")
    with pytest.raises(Refused, match="REDUCE_ONLY"):
        desk.send(1, "sell", "1", "10000.00", is_reduce_only=True)
    desk.open(1, "buy", "1", "10000.00")
    with pytest.raises(Refused, match="REDUCE_ONLY"):
        desk.send(1, "buy", "1", "10000.00", is_reduce_only=True)


def test_in_hedge_mode_a_long_and_a_short_stand_side_by_side() -> None:
    desk = Desk()
    desk.clearing.set_position_mode(1, "hedge")
    desk.open(1, "buy", "2", "10000.00", position_side="long")
    desk.open(1, "sell", "1", "10000.00", position_side="short")
    desk.open(1, "sell", "1", "10100.00", position_side="long")
    long, short = desk.clearing.positions(1, "BTCUSDT")

    assert (long.side, long.amount) == ("long", 1_000)
    assert units(long.realised) == 100
    assert (short.side, short.amount, short.realised) == ("short", -1_000, 0)


def test_in_hedge_mode_orders_cannot_close_more_than_there_is() -> None:
    desk = Desk()
    desk.clearing.set_position_mode(1, "hedge")
    desk.open(1, "buy", "2", "10000.00", position_side="long")
    desk.send(1, "sell", "1.5", "11000.00", position_side="long")

    with pytest.raises(Refused, match="REDUCE_ONLY"):
        desk.send(1, "sell", "0.6", "11000.00", position_side="long")
    desk.send(1, "sell", "0.5", "11000.00", position_side="long")


def test_the_position_side_must_fit_the_mode() -> None:
    desk = Desk()
    desk.mark("10000.00")
    with pytest.raises(Refused, match="POSITION_SIDE"):
        desk.send(1, "buy", "1", "10000.00", position_side="long")
    desk.clearing.set_position_mode(1, "hedge")
    with pytest.raises(Refused, match="POSITION_SIDE"):
        desk.send(1, "buy", "1", "10000.00")
    with pytest.raises(Refused, match="BAD_COMBINATION"):
        desk.send(1, "buy", "1", "10000.00", position_side="long", is_reduce_only=True)


def test_modes_and_margin_types_do_not_change_under_what_is_open() -> None:
    desk = Desk()
    with pytest.raises(Refused, match="NO_NEED_TO_CHANGE"):
        desk.clearing.set_position_mode(1, "one_way")
    with pytest.raises(Refused, match="NO_NEED_TO_CHANGE"):
        desk.clearing.set_margin_type(1, "BTCUSDT", "cross")
    desk.mark("10000.00")
    desk.send(1, "buy", "1", "9000.00")
    with pytest.raises(Refused, match="POSITION_OPEN"):
        desk.clearing.set_margin_type(1, "BTCUSDT", "isolated")
    desk.clearing.set_margin_type(1, "ETHUSDT", "isolated")
    desk.open(1, "buy", "1", "10000.00")
    with pytest.raises(Refused, match="POSITION_OPEN"):
        desk.clearing.set_position_mode(1, "hedge")


def test_a_stop_asks_for_margin_when_it_is_triggered() -> None:
    desk = Desk(funds="100")
    desk.mark("10000.00")
    request = {"symbol": "BTCUSDT", "trigger": "mark", "stop_price": desk.price("BTCUSDT", "10500")}
    order = desk.engine.submit(stop_request(1, request), desk.now)

    assert desk.clearing.summary(1, "USDT").order_margin == 0

    desk.send(desk.maker, "sell", "5", "10600.00")
    desk.mark("10500.00")

    assert order.status == "rejected"
    assert desk.amount(1) == 0


def test_a_stop_that_closes_the_position_closes_all_of_it() -> None:
    desk = Desk()
    desk.open(1, "buy", "1.234", "10000.00")
    desk.mark("10000.00")
    desk.engine.submit(
        stop_request(
            1,
            {
                "symbol": "BTCUSDT",
                "side": "sell",
                "amount": None,
                "closes_position": True,
                "trigger": "mark",
                "stop_price": desk.price("BTCUSDT", "9500"),
            },
        ),
        desk.now,
    )
    desk.send(desk.maker, "buy", "5", "9400.00")
    desk.mark("9500.00")

    assert desk.amount(1) == 0


def test_an_isolated_position_is_given_its_margin_and_gives_it_back() -> None:
    desk = Desk(funds="1000")
    desk.clearing.set_margin_type(1, "BTCUSDT", "isolated")
    desk.clearing.set_leverage(1, "BTCUSDT", 10)
    desk.mark("10000.00")
    desk.open(1, "buy", "0.4", "10000.00")

    assert units(desk.clearing.position(1, "BTCUSDT").isolated_wallet) == 400
    assert units(desk.clearing.summary(1, "USDT").cross_wallet) == 600

    desk.open(1, "sell", "0.1", "10100.00")

    assert units(desk.clearing.position(1, "BTCUSDT").isolated_wallet) == 300
    assert units(desk.clearing.summary(1, "USDT").cross_wallet) == 710


def test_margin_is_moved_into_and_out_of_an_isolated_position() -> None:
    desk = Desk(funds="1000")
    desk.clearing.set_margin_type(1, "BTCUSDT", "isolated")
    desk.mark("10000.00")
    desk.open(1, "buy", "1", "10000.00")
    desk.engine.take_events()
    desk.clearing.position_margin(1, "BTCUSDT", "both", 100 * ATOM, "add", at=desk.now)

    assert units(desk.clearing.position(1, "BTCUSDT").isolated_wallet) == 600
    assert [event.movement for event in desk.heard(PositionChanged)] == ["margin"]
    with pytest.raises(Refused, match="ISOLATED_MARGIN: no more than 400"):
        desk.clearing.position_margin(1, "BTCUSDT", "both", 401 * ATOM, "add", at=desk.now)
    with pytest.raises(Refused, match="ISOLATED_MARGIN: no more than 100"):
        desk.clearing.position_margin(1, "BTCUSDT", "both", 101 * ATOM, "remove", at=desk.now)
    with pytest.raises(Refused, match="ISOLATED_MARGIN"):
        desk.clearing.position_margin(1, "BTCUSDT", "both", 0, "remove", at=desk.now)
    with pytest.raises(Refused, match="ISOLATED_MARGIN"):
        desk.clearing.position_margin(1, "ETHUSDT", "both", ATOM, "add", at=desk.now)
    desk.clearing.position_margin(1, "BTCUSDT", "both", 100 * ATOM, "remove", at=desk.now)
    assert [change.move for change in desk.clearing.margin_changes(1)] == ["add", "remove"]


def test_leverage_keeps_to_brackets_and_to_what_is_there() -> None:
    desk = Desk(funds="1000")
    with pytest.raises(Refused, match="LEVERAGE"):
        desk.clearing.set_leverage(1, "BTCUSDT", 126)
    with pytest.raises(Refused, match="LEVERAGE"):
        desk.clearing.set_leverage(1, "BTCUSDT", 0)
    with pytest.raises(Refused, match="UNKNOWN_SYMBOL"):
        desk.clearing.set_leverage(1, "NONE", 1)
    desk.mark("10000.00")
    desk.open(1, "buy", "1", "10000.00")
    with pytest.raises(Refused, match="MARGIN_IS_INSUFFICIENT"):
        desk.clearing.set_leverage(1, "BTCUSDT", 9)
    assert desk.clearing.set_leverage(1, "BTCUSDT", 10).leverage == 10
    desk.clearing.set_leverage(1, "BTCUSDT", 100)
    desk.open(1, "buy", "5", "10000.00")
    with pytest.raises(Refused, match="MAX_POSITION"):
        desk.clearing.set_leverage(1, "BTCUSDT", 101)


def test_under_an_isolated_position_leverage_only_goes_up() -> None:
    desk = Desk()
    desk.clearing.set_margin_type(1, "BTCUSDT", "isolated")
    desk.open(1, "buy", "1", "10000.00")

    with pytest.raises(Refused, match="LEVERAGE"):
        desk.clearing.set_leverage(1, "BTCUSDT", 19)
    desk.clearing.set_leverage(1, "BTCUSDT", 21)


def test_profit_that_is_not_realised_carries_positions_but_may_not_leave() -> None:
    desk = Desk(funds="500")
    desk.open(1, "buy", "1", "10000.00")
    desk.mark("12000.00")
    summary = desk.clearing.summary(1, "USDT")

    assert units(summary.available) == 500 + 2_000 - 600
    assert summary.withdrawable == 0
    with pytest.raises(Refused, match="INSUFFICIENT_BALANCE"):
        desk.clearing.withdraw(1, "USDT", ATOM, desk.now)


def test_what_may_leave_leaves_and_is_told() -> None:
    desk = Desk(funds="1000")
    desk.open(1, "buy", "1", "10000.00")
    desk.clearing.withdraw(1, "USDT", 500 * ATOM, desk.now)

    assert desk.wallet(1) == 500
    assert [units(income.atoms) for income in desk.clearing.income(1)] == [1_000, -500]
    assert desk.clearing.balances(1) == {"USDT": (500 * ATOM, 0)}
    desk.clearing.check()


def test_funding_is_settled_once_for_each_hour() -> None:
    desk = Desk()
    desk.open(1, "buy", "1", "10000.00")
    desk.mark("10000.00")
    desk.fund("0.0001")

    with pytest.raises(UsageError, match="settle each hour once"):
        desk.engine.fund("BTCUSDT", 10_000, desk.now)
    assert desk.wallet(1) == 1_000_000 - 1


def test_each_margin_asset_is_a_wallet_of_its_own() -> None:
    desk = Desk(COIN, funds="1")
    desk.open(1, "sell", "100", "10000.0", symbol="BTCUSD_PERP")

    assert [summary.asset for summary in desk.clearing.account_summary(1)] == ["BTC"]
    assert units(desk.clearing.summary(1, "BTC").position_margin) == Fraction(1, 20)


def test_an_account_that_was_never_opened_is_refused() -> None:
    desk = Desk()
    with pytest.raises(Refused, match="UNKNOWN_ACCOUNT"):
        desk.clearing.deposit(77, "USDT", 1, desk.now)
    with pytest.raises(UsageError, match="number accounts from 1"):
        desk.clearing.open_account(0)
    with pytest.raises(UsageError, match="leave fee_asset out"):
        desk.clearing.open_account(4, fee_asset="BNB")
