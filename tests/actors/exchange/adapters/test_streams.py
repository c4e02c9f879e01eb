"""What ccxt's streams give of the simulated venue, in our words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import trio

from benthic.actors.exchange.messages import Submit
from benthic.actors.market.candle import fault_of

from .opened import PATIENCE, SPOT, opened

CLIENT_ID = "bn-" + "7" * 32


def is_listening(exchange: Any) -> bool:
    """Whether the stream of the account is open, and all three are waited for on it."""
    waiting = [each for client in exchange.clients.values() for each in client.futures]
    return all(any(name in each for each in waiting) for name in ("orders", "myTrades", ":balance"))


def test_public_streams_are_read_with_numbers_kept_as_text() -> None:
    async def main() -> None:
        with trio.fail_after(PATIENCE):
            async with opened(SPOT) as place:
                adapter, exchange, symbol = place.adapter, place.exchange, SPOT.symbol
                now = exchange.milliseconds

                book = adapter.stream_book(await exchange.watch_order_book(symbol), symbol, now())
                raw_trades = await exchange.watch_trades(symbol)
                trades = adapter.stream_trades(raw_trades, symbol, now())
                rows = await exchange.watch_ohlcv(symbol, "1m")
                candles = adapter.stream_candles(rows, symbol, now())
                tapped = adapter.stream_candles([symbol, "1m", rows], symbol, now())
                ticker = adapter.stream_ticker(await exchange.watch_ticker(symbol), symbol, now())

                assert book.bids[0].price < book.asks[0].price
                assert raw_trades[-1]["price"] == str(raw_trades[-1]["info"]["p"])
                assert trades[-1].price == Decimal(raw_trades[-1]["info"]["p"])
                assert candles == tapped
                assert [fault_of(each) for each in candles] == [None] * len(candles)
                assert ticker.symbol == symbol
                assert ticker.last is not None

    trio.run(main)


def test_the_stream_of_the_account_tells_orders_trades_and_holdings() -> None:
    async def main() -> None:
        with trio.fail_after(PATIENCE):
            async with opened(SPOT) as place, trio.open_nursery() as nursery:
                adapter, exchange, symbol = place.adapter, place.exchange, SPOT.symbol
                heard = dict[str, Any]()

                async def listen(name: str, method: Any, *arguments: Any) -> None:
                    heard[name] = await method(*arguments)

                nursery.start_soon(listen, "orders", exchange.watch_orders, symbol)
                nursery.start_soon(listen, "fills", exchange.watch_my_trades, symbol)
                nursery.start_soon(listen, "holdings", exchange.watch_balance)
                while not is_listening(exchange):
                    await trio.lowlevel.checkpoint()
                order = Submit(CLIENT_ID, symbol, "buy", "market", Decimal("0.01"), None)
                accepted = await adapter.submit(exchange, order)
                while len(heard) < 3:
                    await trio.lowlevel.checkpoint()

                now = exchange.milliseconds()
                reports = adapter.stream_orders(heard["orders"], now)
                fills = adapter.stream_fills(heard["fills"], now)
                holdings = adapter.stream_holdings(heard["holdings"], now)

                assert {each.client_id for each in reports} == {CLIENT_ID}
                assert {each.venue_id for each in reports} == {accepted.venue_id}
                assert [each.trade_id for each in fills] == [
                    each.trade_id for each in accepted.fills
                ][: len(fills)]
                assert {each.client_id for each in fills} == {CLIENT_ID}
                assert {each.fee_asset for each in fills} == {"BTC"}
                assert {"BTC", "USDT"} <= {each.asset for each in holdings}
                nursery.cancel_scope.cancel()

    trio.run(main)
