"""What becomes of limit and market orders, of their names, and of the memory of them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from benthic.actors.matching.clearing import SpotClearing
from benthic.actors.matching.engine import MatchingEngine
from benthic.actors.matching.refusals import Refused
from benthic.actors.matching.values import (
    LevelChanged,
    MarketChanged,
    Order,
    OrderChanged,
    Traded,
)
from benthic.runtime import UsageError
from benthic.runtime.clock import Millis

from .floor import BTC, NOW, SYMBOL, Floor, wanted


def refusal(floor: Floor, *arguments: object, **more: object) -> str:
    told = len(floor.engine.events)
    with pytest.raises(Refused) as caught:
        floor.send(*arguments, **more)  # type: ignore[arg-type]  # as they would be sent
    assert len(floor.engine.events) == told, "a refused order left a trace"
    return caught.value.reason


def test_a_limit_order_rests_where_nobody_meets_it() -> None:
    floor = Floor()

    order = floor.send(1, "buy", 500, 100_000)

    assert (order.status, order.left, order.working_at) == ("open", 500, NOW)
    assert floor.book() == ([(100_000, 500)], [])
    assert floor.engine.best(SYMBOL) == (100_000, None)


def test_the_better_price_trades_first_and_then_the_older_order() -> None:
    floor = Floor()
    late = floor.send(1, "sell", 10, 100_002)
    first = floor.send(1, "sell", 10, 100_001)
    second = floor.send(3, "sell", 10, 100_001)

    floor.send(2, "buy", 15, 100_002)

    assert (first.filled, second.filled, late.filled) == (10, 5, 0)


def test_a_taker_gets_the_price_of_the_maker() -> None:
    floor = Floor()
    floor.send(1, "sell", 10, 100_000)

    order = floor.send(2, "buy", 10, 100_900)

    assert (order.cost, order.status) == (10 * 100_000, "filled")
    assert floor.clearing.locked(2, "USDT") == 0


def test_trade_ids_ascend_without_holes() -> None:
    floor = Floor()
    for price in (100_000, 100_001, 100_002):
        floor.send(1, "sell", 10, price)

    floor.send(2, "buy", 25)

    assert [each.trade_id for each in floor.told(Traded)] == [1, 2, 3]
    assert [each.trade_id for each in floor.engine.executions(2, SYMBOL)] == [1, 2, 3]


def test_an_event_says_what_was_true_when_it_happened() -> None:
    floor = Floor()
    floor.send(1, "sell", 10, 100_000)
    floor.send(1, "sell", 10, 100_001)
    floor.engine.take_events()

    floor.send(2, "buy", 20, 100_001)

    own = [each for each in floor.told(OrderChanged) if each.order.request.account == 2]
    assert [(each.change, each.filled, each.status) for each in own] == [
        ("new", 0, "open"),
        ("trade", 10, "partial"),
        ("trade", 20, "filled"),
    ]


def test_a_market_order_without_a_counterparty_expires() -> None:
    floor = Floor()

    order = floor.send(1, "buy", 10)

    assert (order.status, order.filled) == ("expired", 0)


def test_a_market_order_that_sweeps_the_book_expires_with_its_rest() -> None:
    floor = Floor()
    floor.send(1, "sell", 10, 100_000)

    order = floor.send(2, "buy", 25)

    assert (order.status, order.filled) == ("expired", 10)
    floor.clearing.check()


def test_a_market_order_by_quote_amount_buys_what_that_pays_for() -> None:
    floor = Floor()
    floor.send(1, "sell", 10, 100_000)
    floor.send(1, "sell", 10, 200_000)

    order = floor.send(2, "buy", None, quote_amount=1_500_000)

    assert (order.status, order.amount, order.cost) == ("filled", 12, 1_400_000)
    assert floor.clearing.locked(2, "USDT") == 0


def test_a_market_order_by_quote_amount_sells_what_brings_that() -> None:
    floor = Floor()
    floor.send(1, "buy", 100, 100_000)

    order = floor.send(2, "sell", None, quote_amount=1_000_000)

    assert (order.status, order.filled) == ("filled", 10)
    assert refusal(Floor(), 2, "sell", None, quote_amount=1_000_000) == "NO_LIQUIDITY"


def test_ioc_trades_what_it_can_and_expires() -> None:
    floor = Floor()
    floor.send(1, "sell", 10, 100_000)

    order = floor.send(2, "buy", 25, 100_000, time_in_force="IOC")

    assert (order.status, order.filled) == ("expired", 10)
    assert floor.book() == ([], [])


def test_fok_trades_all_or_nothing() -> None:
    floor = Floor()
    floor.send(1, "sell", 10, 100_000)
    floor.send(1, "sell", 10, 100_001)

    short = floor.send(2, "buy", 15, 100_000, time_in_force="FOK")
    whole = floor.send(2, "buy", 15, 100_001, time_in_force="FOK")

    assert (short.status, short.filled) == ("expired", 0)
    assert (whole.status, whole.filled) == ("filled", 15)


def test_a_post_only_order_that_would_take_is_refused() -> None:
    floor = Floor()
    floor.send(1, "sell", 10, 100_000)

    assert refusal(floor, 2, "buy", 10, 100_000, time_in_force="GTX") == "WOULD_TAKE"
    assert floor.send(2, "buy", 10, 99_999, time_in_force="GTX").status == "open"


def test_a_gtd_order_expires_at_its_time() -> None:
    floor = Floor()
    order = floor.send(1, "buy", 10, 100_000, time_in_force="GTD", good_till=Millis(5_000))

    floor.engine.expire(Millis(4_999))
    assert floor.engine.open_orders(1) == [order]
    floor.engine.expire(Millis(5_000))

    assert order.status == "expired"
    assert floor.clearing.locked(1, "USDT") == 0


def test_a_cancelled_order_is_gone_and_its_hold_is_free() -> None:
    floor = Floor()
    order = floor.send(1, "buy", 10, 100_000, client_id="mine")

    assert floor.engine.cancel(1, SYMBOL, NOW, client_id="mine", sent_as="c-1") is order

    assert order.status == "cancelled"
    assert floor.book() == ([], [])
    assert floor.clearing.locked(1, "USDT") == 0
    assert floor.told(OrderChanged)[-1].replaces == "c-1"


@pytest.mark.parametrize("named", [{"order_id": 1}, {"client_id": "mine"}])
def test_an_order_of_another_account_cannot_be_cancelled(named: dict[str, object]) -> None:
    floor = Floor()
    order = floor.send(1, "buy", 10, 100_000, client_id="mine")

    with pytest.raises(Refused, match="UNKNOWN_ORDER"):
        floor.engine.cancel(2, SYMBOL, NOW, **named)  # type: ignore[arg-type]

    assert order.status == "open"


def test_an_order_is_cancelled_once() -> None:
    floor = Floor()
    floor.send(1, "buy", 10, 100_000, client_id="mine")
    floor.engine.cancel(1, SYMBOL, NOW, client_id="mine")

    with pytest.raises(Refused, match="UNKNOWN_ORDER"):
        floor.engine.cancel(1, SYMBOL, NOW, client_id="mine")


def test_cancel_all_ends_what_is_open_of_one_account() -> None:
    floor = Floor()
    mine = [floor.send(1, "buy", 10, price) for price in (99_000, 98_000)]
    other = floor.send(2, "buy", 10, 97_000)

    assert floor.engine.cancel_all(1, SYMBOL, NOW) == mine

    assert [each.status for each in mine] == ["cancelled", "cancelled"]
    assert floor.engine.open_orders(1) == []
    assert floor.engine.open_orders(2) == [other]


# -- client ids


def test_a_client_id_is_refused_while_an_order_is_open_by_it() -> None:
    floor = Floor()
    floor.send(1, "buy", 10, 100_000, client_id="mine")

    assert refusal(floor, 1, "buy", 10, 99_000, client_id="mine") == "DUPLICATE_ORDER"
    assert floor.send(2, "buy", 10, 99_000, client_id="mine").status == "open"


def test_a_client_id_may_come_again_once_its_order_has_ended() -> None:
    floor = Floor()
    floor.send(1, "sell", 10, 100_000)
    filled = floor.send(2, "buy", 10, 100_000, client_id="mine")

    again = floor.send(2, "buy", 10, 100_000, client_id="mine")

    assert (filled.status, again.status) == ("filled", "open")
    assert floor.engine.order(2, SYMBOL, client_id="mine") is again
    assert floor.engine.order(2, SYMBOL, order_id=filled.id) is filled


def test_an_order_without_a_client_id_gets_one_that_is_free() -> None:
    floor = Floor()
    floor.send(1, "buy", 10, 100_000, client_id="drawn-2")

    order = floor.send(1, "buy", 10, 100_000)

    assert order.client_id
    assert order.client_id != "drawn-2"
    assert floor.engine.order(1, SYMBOL, client_id=order.client_id) is order


# -- memory


def test_ended_orders_are_forgotten_after_as_many_others() -> None:
    floor = Floor(history=2)
    orders: list[Order] = []
    for number in range(4):
        orders.append(floor.send(1, "buy", 10, 100_000, client_id=f"c{number}"))
        floor.engine.cancel(1, SYMBOL, NOW, client_id=f"c{number}")
    kept = floor.send(1, "buy", 10, 100_000)

    assert floor.engine.orders(1, SYMBOL) == [*orders[2:], kept]
    assert floor.engine.order(1, SYMBOL, client_id="c0") is None
    assert floor.engine.order(1, SYMBOL, client_id="c3") is orders[3]


def test_an_engine_that_forgets_at_once_is_refused() -> None:
    with pytest.raises(UsageError, match="history"):
        MatchingEngine([BTC], SpotClearing(), history=0)


def test_taken_events_do_not_come_again() -> None:
    floor = Floor()
    floor.send(1, "buy", 10, 100_000)

    assert floor.engine.take_events()
    assert floor.engine.take_events() == []


# -- markets


def test_an_unknown_symbol_is_refused_everywhere() -> None:
    engine = Floor().engine
    for ask in (
        lambda: engine.submit(replace(wanted(1, "buy", 1, 1), symbol="NOPE"), NOW),
        lambda: engine.cancel(1, "NOPE", NOW, order_id=1),
        lambda: engine.depth("NOPE", 5),
        lambda: engine.orders(1, "NOPE"),
    ):
        with pytest.raises(Refused, match="UNKNOWN_SYMBOL"):
            ask()


def test_a_halted_market_takes_cancels_and_no_orders() -> None:
    floor = Floor()
    order = floor.send(1, "buy", 10, 100_000)

    floor.engine.set_market(replace(BTC, state="halted"), NOW)

    assert refusal(floor, 1, "buy", 10, 100_000) == "MARKET_CLOSED"
    assert refusal(floor, 1, "buy", 10) == "MARKET_CLOSED"
    assert floor.engine.cancel(1, SYMBOL, NOW, order_id=order.id).status == "cancelled"
    assert floor.told(MarketChanged)


def test_a_delisted_market_loses_its_orders() -> None:
    floor = Floor()
    orders = [floor.send(1, "buy", 10, 100_000), floor.send(2, "sell", 10, 100_001)]

    floor.engine.set_market(replace(BTC, state="delisted"), NOW)

    assert [each.status for each in orders] == ["cancelled", "cancelled"]
    assert floor.book() == ([], [])
    floor.clearing.check()


def test_a_restart_loses_orders_without_a_word() -> None:
    floor = Floor()
    lost = floor.send(1, "buy", 10, 100_000, client_id="lost")
    stop = floor.send(1, "sell", 10, kind="stop_loss", stop_price=90_000)
    kept = floor.send(2, "buy", 10, 100_000)
    floor.engine.take_events()

    gone = floor.engine.restart(NOW, lambda order: order.request.account == 1)

    assert gone == [lost, stop]
    assert floor.engine.order(1, SYMBOL, client_id="lost") is None
    assert floor.engine.orders(1, SYMBOL) == []
    assert floor.engine.open_orders(2) == [kept]
    assert (floor.clearing.locked(1, "USDT"), floor.clearing.locked(1, "BTC")) == (0, 0)
    assert {type(each) for each in floor.engine.take_events()} == {LevelChanged}
    floor.trade_at(80_000)
    floor.clearing.check()
