"""Binance's adapters against the simulated exchange: every call, in every family, over loopback."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from itertools import pairwise

import pytest
import trio
from msgspec.structs import replace

from benthic.actors.exchange.adapters import troubles
from benthic.actors.exchange.errors import NotOffered
from benthic.actors.exchange.messages import Cancel, OrderRejected, Query, Submit
from benthic.actors.market.precision import floor_to_step
from benthic.runtime.clock import Millis
from benthic.scenarios.venue.faults.plan import FaultPlan, When
from benthic.scenarios.venue.faults.state import put_in_force
from benthic.scenarios.venue.faults.toml import rule_of

from .opened import COINM, MARKETS, PATIENCE, SPOT, USDM, Market, Opened, opened

DAY = 86_400_000
PARTS = 1_005  # trades; a page holds 1,000
ALL = pytest.mark.parametrize("market", MARKETS, ids=[each.name for each in MARKETS])


def in_market(market: Market, body: Callable[[Opened], Awaitable[None]]) -> None:
    async def main() -> None:
        with trio.fail_after(PATIENCE):
            async with opened(market) as place:
                await body(place)

    trio.run(main)


def client_id(number: int) -> str:
    return f"bn-{number:032x}"


async def an_order(place: Opened, number: int, share: str = "0.97", side: str = "buy") -> Submit:
    """A limit order at a share of the last price."""
    ticker = await place.adapter.ticker(place.exchange, place.market.symbol)
    [listing] = place.adapter.listings(place.exchange)
    assert ticker.last is not None
    return Submit(
        client_id=client_id(number),
        symbol=place.market.symbol,
        side="buy" if side == "buy" else "sell",
        kind="limit",
        amount=Decimal(place.market.amount),
        price=floor_to_step(ticker.last * Decimal(share), listing.instrument.price_step),
    )


def at_market(place: Opened, number: int) -> Submit:
    return Submit(
        client_id=client_id(number),
        symbol=place.market.symbol,
        side="buy",
        kind="market",
        amount=Decimal(place.market.amount),
        price=None,
    )


@ALL
def test_an_order_is_placed_found_and_cancelled_by_our_client_id(market: Market) -> None:
    async def body(place: Opened) -> None:
        adapter, exchange, symbol = place.adapter, place.exchange, market.symbol
        order = await an_order(place, 1)

        accepted = await adapter.submit(exchange, order)
        found = await adapter.query(exchange, Query(order.client_id, symbol))
        listed = await adapter.open_orders(exchange, symbol)
        gone = await adapter.cancel(exchange, Cancel(order.client_id, symbol), None)
        after = await adapter.query(exchange, Query(order.client_id, symbol), accepted.venue_id)

        assert found is not None
        assert listed == (found,)
        assert (found.client_id, found.venue_id) == (order.client_id, accepted.venue_id)
        assert (found.status, found.kind, found.amount) == ("open", "limit", order.amount)
        assert found.price == order.price
        assert found.filled == 0
        assert accepted.fills == ()
        assert (gone.report.client_id, gone.report.status) == (order.client_id, "cancelled")
        assert after is not None
        assert after.status == "cancelled"
        assert await adapter.open_orders(exchange, symbol) == ()

    in_market(market, body)


def test_more_trades_in_one_ms_than_a_page_holds_are_all_told() -> None:  # C8
    market = SPOT

    async def body(place: Opened) -> None:
        adapter, exchange, symbol = place.adapter, place.exchange, market.symbol
        since = Millis(await adapter.server_time(exchange) - DAY)
        order = replace(await an_order(place, 1), amount=Decimal(market.amount) * 50)
        accepted = await adapter.submit(exchange, order)
        faults = put_in_force(FaultPlan(), place.venue)
        part = rule_of(
            {"verb": "fill", "symbol": exchange.market(symbol)["id"], "share": "0.001"}
            | {"when": {"at": 0}}
        )
        for _ in range(PARTS):
            faults.fire(replace(part, when=When()), cause="the test")

        every = await adapter.fills(exchange, symbol, since)
        of_it = await adapter.order_fills(exchange, symbol, accepted.venue_id)

        assert len({each.trade_id for each in every}) == len(every) == PARTS
        assert {each.trade_id for each in of_it} == {each.trade_id for each in every}

    in_market(market, body)


@ALL
def test_what_traded_is_told_trade_by_trade_with_its_fee(market: Market) -> None:
    async def body(place: Opened) -> None:
        adapter, exchange, symbol = place.adapter, place.exchange, market.symbol
        order = at_market(place, 2)
        since = Millis(await adapter.server_time(exchange) - DAY)

        accepted = await adapter.submit(exchange, order)
        report = await adapter.query(exchange, Query(order.client_id, symbol))
        every = await adapter.fills(exchange, symbol, since)
        of_it = await adapter.order_fills(exchange, symbol, accepted.venue_id)

        assert report is not None
        assert (report.status, report.price, report.filled) == ("filled", None, order.amount)
        assert sum(each.amount for each in report.fills) == order.amount
        assert {each.client_id for each in report.fills} == {order.client_id}
        assert {each.fee_asset for each in every} == {"USDT" if market is USDM else "BTC"}
        assert all(each.fee > 0 for each in every)
        ids = [each.trade_id for each in report.fills]
        assert ids == [each.trade_id for each in every] == [each.trade_id for each in of_it]
        if adapter.capabilities(exchange).tells_fills:
            assert [each.trade_id for each in accepted.fills] == ids
            assert {each.client_id for each in accepted.fills} == {order.client_id}

    in_market(market, body)


@ALL
def test_an_order_that_the_venue_never_saw_is_known_to_be_none(market: Market) -> None:
    async def body(place: Opened) -> None:
        adapter, exchange = place.adapter, place.exchange
        question = Query(client_id(9), market.symbol)

        assert await adapter.query(exchange, question) is None
        with pytest.raises(Exception, match="-2011") as caught:
            await adapter.cancel(exchange, Cancel(client_id(9), market.symbol), None)
        about = adapter.about(exchange, "cancel", market.symbol, client_id(9))
        trouble = troubles.of_write(caught.value, about)
        assert trouble.reason == "UNKNOWN_ORDER"  # A17
        assert isinstance(trouble.error, OrderRejected)

    in_market(market, body)


@ALL
def test_a_stop_is_placed_found_and_cancelled_like_any_order(market: Market) -> None:
    async def body(place: Opened) -> None:
        adapter, exchange, symbol = place.adapter, place.exchange, market.symbol
        await adapter.submit(exchange, at_market(place, 3))
        limit = await an_order(place, 4, "0.9")
        kind, price = ("stop_limit", limit.price) if market is SPOT else ("stop_loss", None)
        order = Submit(
            client_id=limit.client_id,
            symbol=symbol,
            side="sell",
            kind="stop_limit" if kind == "stop_limit" else "stop_loss",
            amount=Decimal(market.amount),
            price=price,
            stop=limit.price,
            effect="any" if market is SPOT else "reduce",
        )

        await adapter.submit(exchange, order)
        found = await adapter.query(exchange, Query(order.client_id, symbol))
        gone = await adapter.cancel(exchange, Cancel(order.client_id, symbol), None)

        assert found is not None
        assert (found.kind, found.stop, found.price) == (kind, order.stop, price)
        assert gone.report.status == "cancelled"

    in_market(market, body)


@ALL
def test_the_market_is_read_in_our_words(market: Market) -> None:
    async def body(place: Opened) -> None:
        adapter, exchange, symbol = place.adapter, place.exchange, market.symbol

        [listing] = adapter.listings(exchange)
        ticker = await adapter.ticker(exchange, symbol)
        book = await adapter.book(exchange, symbol, 5)
        trades = await adapter.trades(exchange, symbol, 3)
        few = await adapter.candles(exchange, symbol, "1m", 5)
        many = await adapter.candles(exchange, symbol, "1m", 1_700)  # more than a page
        now = await adapter.server_time(exchange)

        assert (str(listing.symbol), listing.family) == (symbol, market.family)
        assert (listing.contract_size is None) == (market is SPOT)
        assert adapter.unsound(exchange) == ()
        assert ticker.symbol == book.symbol == symbol
        assert len(book.bids) == len(book.asks) == 5
        assert trades == tuple(sorted(trades, key=lambda each: each.at))
        assert 0 < len(trades) <= 3
        assert few == many[-5:]
        assert [later.at - one.at for one, later in pairwise(many)] == ([60_000] * (len(many) - 1))
        assert len(many) > 1_000
        assert now - 120_000 <= many[-1].at <= now - 60_000  # the open one is not among them
        with pytest.raises(NotOffered, match="1m"):
            await adapter.candles(exchange, symbol, "7m", 5)

    in_market(market, body)


@ALL
def test_the_account_is_read_in_our_words(market: Market) -> None:
    async def body(place: Opened) -> None:
        adapter, exchange = place.adapter, place.exchange
        before = {each.asset: each for each in await adapter.holdings(exchange)}
        await adapter.submit(exchange, at_market(place, 5))
        after = {each.asset: each for each in await adapter.holdings(exchange)}
        positions = await adapter.positions(exchange)

        paid = "BTC" if market is COINM else "USDT"
        assert before[paid].total > after[paid].total
        if market is SPOT:
            assert positions == ()
            permissions = await adapter.permissions(exchange)
            assert permissions is not None
            assert (permissions.can_trade, permissions.can_withdraw) == (True, False)
        else:
            [position] = positions
            assert (position.symbol, position.side) == (market.symbol, "long")
            assert position.contracts == Decimal(market.amount)
            funding = await adapter.funding(exchange, market.symbol)
            assert funding.symbol == market.symbol
            assert funding.next_at is not None
            assert funding.next_at > funding.at

    in_market(market, body)


@ALL
def test_an_order_off_the_step_is_turned_away_before_it_is_sent(market: Market) -> None:
    async def body(place: Opened) -> None:
        order = await an_order(place, 6)
        odd = Submit(
            client_id=order.client_id,
            symbol=order.symbol,
            side=order.side,
            kind=order.kind,
            amount=order.amount + Decimal("0.00000001"),
            price=order.price,
        )

        with pytest.raises(OrderRejected) as caught:
            await place.adapter.submit(place.exchange, odd)

        assert caught.value.reason == "LOT_SIZE"
        assert await place.adapter.query(place.exchange, Query(odd.client_id, odd.symbol)) is None

    in_market(market, body)


def test_refusals_of_spot_have_their_reasons() -> None:
    async def body(place: Opened) -> None:
        adapter, exchange = place.adapter, place.exchange
        limit = await an_order(place, 7, "1.03")
        taking = Submit(
            client_id=limit.client_id,
            symbol=limit.symbol,
            side="buy",
            kind="limit",
            amount=limit.amount,
            price=limit.price,
            time_in_force="GTX",
        )
        huge = Submit(
            client_id=client_id(8),
            symbol=limit.symbol,
            side="buy",
            kind="market",
            amount=Decimal(1_000),
            price=None,
        )
        reasons = list[str | None]()
        for order in (taking, huge):
            with pytest.raises(Exception, match="binance") as caught:
                await adapter.submit(exchange, order)
            about = adapter.about(exchange, "submit", order.symbol, order.client_id)
            reasons.append(troubles.of_write(caught.value, about).reason)

        assert reasons == ["POST_ONLY", "INSUFFICIENT_BALANCE"]  # A11, A9

    in_market(SPOT, body)
