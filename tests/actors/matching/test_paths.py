"""Price-path mode: what trades when the market moves, jumps or lags, and at which price."""

from __future__ import annotations

import pytest

from benthic.actors.matching.markets import RATE
from benthic.actors.matching.paths import PricePath
from benthic.actors.matching.protocol import VENUE
from benthic.actors.matching.refusals import Refused
from benthic.runtime import UsageError
from benthic.runtime.clock import Millis

from .floor import NOW, SYMBOL, Floor, wanted

LAST = 100_000


def on_path(slippage: int = 0, latency: int = 0) -> Floor:
    path = PricePath(symbol=SYMBOL, slippage=slippage, latency=Millis(latency))
    floor = Floor(paths=[path])
    floor.engine.move_price(SYMBOL, LAST, NOW)
    return floor


def test_a_market_order_trades_with_the_venue_at_the_price() -> None:
    floor = on_path()

    order = floor.send(1, "buy", 10)

    assert (order.status, order.cost) == ("filled", 10 * LAST)
    assert floor.clearing.free(VENUE, "BTC") < 0
    floor.clearing.check()


def test_before_the_first_price_nothing_trades() -> None:
    floor = Floor(paths=[PricePath(symbol=SYMBOL)])

    with pytest.raises(Refused, match="NO_LIQUIDITY"):
        floor.send(1, "buy", 10)
    assert floor.send(1, "buy", 10, LAST).status == "open"


@pytest.mark.parametrize(("side", "price"), [("buy", 100_251), ("sell", 99_749)])
def test_slippage_worsens_what_is_taken(side: str, price: int) -> None:
    floor = on_path(slippage=RATE // 400 + 1)  # a quarter per cent and a bit

    order = floor.send(1, side, 10)  # type: ignore[arg-type]

    assert order.cost == 10 * price


def test_slippage_does_not_go_beyond_a_limit() -> None:
    floor = on_path(slippage=RATE // 100)

    order = floor.send(1, "buy", 10, LAST + 300)

    assert (order.status, order.cost) == ("filled", 10 * (LAST + 300))


def test_a_resting_order_trades_at_its_limit_when_the_price_passes() -> None:
    floor = on_path(slippage=RATE // 100)
    order = floor.send(1, "buy", 10, 99_000)

    floor.engine.move_price(SYMBOL, 99_001, NOW)
    assert order.status == "open"
    floor.engine.move_price(SYMBOL, 95_000, NOW)

    assert (order.status, order.cost) == ("filled", 10 * 99_000)
    assert floor.engine.executions(1, SYMBOL)[0].liquidity == "maker"
    assert floor.engine.last(SYMBOL) == 95_000
    floor.clearing.check()


def test_a_resting_order_trades_at_the_price_that_jumps_beyond_its_limit() -> None:
    floor = on_path()
    order = floor.send(1, "buy", 10, 99_000)

    floor.engine.jump_price(SYMBOL, 95_000, NOW)

    assert order.cost == 10 * 95_000
    assert floor.clearing.locked(1, "USDT") == 0


def test_orders_trade_in_the_order_in_which_the_price_reaches_them() -> None:
    floor = on_path()
    low = floor.send(1, "buy", 10, 98_000)
    stop = floor.send(1, "sell", 10, kind="stop_loss", stop_price=98_500)
    high = floor.send(1, "buy", 10, 99_000)

    floor.engine.move_price(SYMBOL, 97_000, NOW)

    ids = [each.order_id for each in floor.engine.executions(1, SYMBOL)]
    assert ids == [high.id, stop.id, low.id]
    assert stop.cost == 10 * 98_500


def test_a_stop_trades_at_the_price_that_jumps_beyond_it() -> None:
    floor = on_path()
    stop = floor.send(1, "sell", 10, kind="stop_loss", stop_price=98_500)

    floor.engine.jump_price(SYMBOL, 97_000, NOW)

    assert stop.cost == 10 * 97_000


def test_a_trailing_stop_trades_where_the_way_down_meets_it() -> None:
    floor = on_path()
    stop = floor.send(1, "sell", 10, kind="trailing_stop", trailing_bips=100)
    floor.engine.move_price(SYMBOL, 110_000, NOW)

    floor.engine.move_price(SYMBOL, 90_000, NOW)

    assert stop.cost == 10 * 108_900


def test_a_post_only_order_beyond_the_price_is_refused() -> None:
    floor = on_path()

    with pytest.raises(Refused, match="WOULD_TAKE"):
        floor.send(1, "sell", 10, LAST, time_in_force="GTX")


def test_ioc_trades_at_once_or_expires() -> None:
    floor = on_path()

    assert floor.send(1, "buy", 10, LAST, time_in_force="IOC").status == "filled"
    assert floor.send(1, "buy", 10, LAST - 1, time_in_force="IOC").status == "expired"
    assert floor.send(1, "buy", 10, LAST - 1, time_in_force="FOK").status == "expired"


def test_a_quote_amount_buys_at_the_price() -> None:
    floor = on_path()

    assert floor.send(1, "buy", None, quote_amount=10 * LAST + 5).filled == 10
    with pytest.raises(Refused, match="LOT_SIZE"):
        floor.send(1, "buy", None, quote_amount=LAST - 1)


def test_an_order_with_latency_trades_at_the_price_of_its_arrival() -> None:
    floor = on_path(latency=100)
    market = floor.send(1, "buy", 10)
    limit = floor.send(1, "buy", 10, 99_500)
    assert (market.status, limit.status) == ("open", "open")

    floor.engine.move_price(SYMBOL, 101_000, Millis(NOW + 50))
    assert market.status == "open"
    floor.engine.move_price(SYMBOL, 99_000, Millis(NOW + 100))

    assert market.cost == 10 * 101_000
    assert limit.cost == 10 * 99_500
    floor.clearing.check()


def test_an_order_on_its_way_can_be_cancelled() -> None:
    floor = on_path(latency=100)
    order = floor.send(1, "buy", 10)

    floor.engine.cancel(1, SYMBOL, NOW, order_id=order.id)
    floor.engine.move_price(SYMBOL, 101_000, Millis(NOW + 100))

    assert (order.status, order.filled) == ("cancelled", 0)
    assert floor.clearing.locked(1, "USDT") == 0


def test_an_order_that_cannot_be_paid_for_when_it_arrives_is_rejected() -> None:
    floor = on_path(latency=100)
    order = floor.send(1, "buy", 99_000_000)

    floor.engine.move_price(SYMBOL, 200_000, Millis(NOW + 50))
    floor.engine.move_price(SYMBOL, 200_000, Millis(NOW + 100))

    assert order.status == "rejected"
    floor.clearing.check()


def test_one_leg_of_an_oco_expires_when_the_path_fills_the_other() -> None:
    floor = on_path()
    _, (limit, stop) = floor.engine.submit_list(
        (
            wanted(1, "sell", 10, 101_000, time_in_force="GTX"),
            wanted(1, "sell", 10, kind="stop_loss", stop_price=99_000),
        ),
        NOW,
    )

    floor.engine.move_price(SYMBOL, 102_000, NOW)

    assert (limit.status, stop.status) == ("filled", "expired")
    floor.clearing.check()


def test_a_market_with_a_book_has_no_path() -> None:
    with pytest.raises(UsageError, match="price path"):
        Floor().engine.move_price(SYMBOL, LAST, NOW)
