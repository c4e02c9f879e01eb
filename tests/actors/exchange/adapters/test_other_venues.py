"""Bybit, OKX, Kraken and an exchange without an adapter of its own, by what they document."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import trio

from benthic.actors.exchange.adapters.adapter import Adapter
from benthic.actors.exchange.adapters.registry import adapter_for
from benthic.actors.exchange.errors import NotOffered, UnsoundAnswer
from benthic.actors.exchange.messages import Cancel, Query, Submit
from benthic.actors.exchange.settings import VenueSettings
from benthic.runtime.clock import Millis

from ...ccxt_trio import answers, feed
from ...ccxt_trio.standing import answered, exchange_of, head_of, run, server

OTHERS = ("bybit", "okx", "kraken", "htx")
OURS = "bn-" + "ab" * 16
WRITTEN = {
    "bybit": OURS,
    "okx": "ab" * 16,
    "kraken": "abababab-abab-abab-abab-abababababab",
    "htx": OURS,
}
ALL = pytest.mark.parametrize("venue", OTHERS)


class Heard:
    """A server that answers as the venue documents, and remembers what it was sent."""

    def __init__(self, venue: str, *, replaced: dict[str, str] | None = None) -> None:
        self.venue = venue
        self.requests = list[str]()
        self._replaced = replaced or {}  # answers to what has a text in its first line

    async def serve(self, stream: trio.SocketStream) -> None:
        while True:
            head, _, rest = (await head_of(stream)).partition(b"\r\n\r\n")
            lines = head.decode().split("\r\n")
            lengths = [line for line in lines if line.lower().startswith("content-length:")]
            left = int(lengths[0].partition(":")[2]) - len(rest) if lengths else 0
            while left > 0:
                more = await stream.receive_some(left)
                rest, left = rest + bytes(more), left - len(more)
            self.requests.append(f"{lines[0]} {rest.decode()}")
            target = lines[0].split()[1]
            given = [text for part, text in self._replaced.items() if part in target]
            text = given[0] if given else self.told(target)
            await stream.send_all(answered(text.encode()))

    def told(self, target: str) -> str:
        """What the venue says, with the client id of ours in the place of the one in the feed."""
        told = answers.body(self.venue, target)
        for other in ('"bn-1"', '"abc"', '"a-1"'):
            told = told.replace(other, f'"{WRITTEN[self.venue]}"')
        return str(told)


Body = Callable[[Adapter, Any, Heard], Awaitable[None]]


def at_venue(venue: str, body: Body, *, replaced: dict[str, str] | None = None) -> None:
    async def main() -> None:
        heard = Heard(venue, replaced=replaced)
        adapter = adapter_for(venue)
        known = adapter.config(VenueSettings(name=venue))
        config = {**answers.config(venue), "number": known["number"]}
        async with (
            server(partial(Heard.serve, heard)) as port,
            exchange_of(venue, config) as opened,
        ):
            opened.urls = feed.point(opened.urls, port)
            await body(adapter, opened, heard)

    run(main)


def an_order(venue: str) -> Submit:
    return Submit(
        client_id=OURS,
        symbol=feed.symbol(venue),
        side="buy",
        kind="limit",
        amount=Decimal("0.5"),
        price=Decimal("60000.1"),
    )


@ALL
def test_everything_is_read_in_our_words(venue: str) -> None:
    async def body(adapter: Adapter, exchange: Any, heard: Heard) -> None:
        symbol = feed.symbol(venue)

        ticker = await adapter.ticker(exchange, symbol)
        book = await adapter.book(exchange, symbol, 20)
        trades = await adapter.trades(exchange, symbol, 5)
        candles = await adapter.candles(exchange, symbol, "1m", 5)
        holdings = await adapter.holdings(exchange)
        [fill] = await adapter.fills(exchange, symbol, Millis(answers.START - 1))
        [report] = await adapter.open_orders(exchange, symbol)

        assert heard.requests
        assert ticker.last == Decimal("60000.1")
        assert (book.bids[0].price, book.asks[0].price) == (Decimal("60000.1"), Decimal("60000.2"))
        assert [(each.side, each.amount) for each in trades] == [("sell", Decimal("0.12345678"))]
        assert (candles[0].at, candles[0].close) == (answers.START, 1.75)
        assert [each.asset for each in holdings] == ["BTC"]
        assert (fill.price, fill.amount) == (Decimal("60000.1"), Decimal("0.12345678"))
        assert (report.status, report.filled, report.amount) == (
            "open",
            Decimal("0.25"),
            Decimal("0.5"),
        )
        assert report.client_id == OURS

    at_venue(venue, body)


@ALL
def test_an_order_bears_our_client_id_in_the_venues_form(venue: str) -> None:
    async def body(adapter: Adapter, exchange: Any, heard: Heard) -> None:
        accepted = await adapter.submit(exchange, an_order(venue))

        assert accepted.client_id == OURS
        assert accepted.venue_id in {"42", "OQ"}
        assert WRITTEN[venue] in heard.requests[-1]

    at_venue(venue, body)


@pytest.mark.parametrize("venue", ["bybit", "kraken"])
def test_an_order_is_found_by_our_client_id_or_known_to_be_none(venue: str) -> None:
    nothing = {
        "bybit": {"order": '{"retCode": 0, "retMsg": "OK", "result": {"list": []}}'},
        "kraken": {
            "OpenOrders": '{"error": [], "result": {"open": {}}}',
            "ClosedOrders": '{"error": [], "result": {"closed": {}, "count": 0}}',
        },
    }

    async def found(adapter: Adapter, exchange: Any, heard: Heard) -> None:
        report = await adapter.query(exchange, Query(OURS, feed.symbol(venue)))

        assert WRITTEN[venue] in "".join(heard.requests)
        assert report is not None
        assert (report.client_id, report.venue_id) in {(OURS, "42"), (OURS, "OQ")}

    async def missing(adapter: Adapter, exchange: Any, heard: Heard) -> None:
        assert await adapter.query(exchange, Query(OURS, feed.symbol(venue))) is None
        assert sum(WRITTEN[venue] in each for each in heard.requests) == 2  # open, then closed

    at_venue(venue, found)
    at_venue(venue, missing, replaced=nothing[venue])


def test_where_nothing_can_be_looked_up_no_trace_is_no_proof() -> None:
    async def body(adapter: Adapter, exchange: Any, heard: Heard) -> None:
        del heard
        other = Query("bn-" + "0" * 32, feed.symbol("htx"))
        with pytest.raises(NotOffered, match="look-up"):  # O5: never None
            await adapter.query(exchange, other)

    empty = '{"status": "ok", "data": []}'
    at_venue("htx", body, replaced={"/v1/order/orders": empty, "/v1/order/history": empty})


@ALL
@pytest.mark.parametrize("page", ["<html>log in</html>", '{"cut": ', ""], ids=["E9", "A8", "empty"])
def test_a_page_in_place_of_an_answer_is_never_read_as_nothing(venue: str, page: str) -> None:
    async def body(adapter: Adapter, exchange: Any, heard: Heard) -> None:
        symbol = feed.symbol(venue)
        with pytest.raises(Exception, match=venue) as caught:
            await adapter.ticker(exchange, symbol)
        with pytest.raises(Exception, match=venue):
            await adapter.open_orders(exchange, symbol)
        names = {kind.__name__ for kind in type(caught.value).__mro__}
        assert names & {"BadResponse", "UnsoundAnswer"}
        assert heard.requests

    at_venue(venue, body, replaced={"/": page})


@ALL
def test_an_answer_about_another_order_is_not_taken_for_ours(venue: str) -> None:
    async def body(adapter: Adapter, exchange: Any, heard: Heard) -> None:
        del heard
        raw = {"id": "1", "clientOrderId": "bn-" + "cd" * 16, "info": {}}
        asked = adapter.asked(exchange, feed.symbol(venue))
        with pytest.raises(UnsoundAnswer, match="about the order"):  # E12
            adapter.read_report(raw, asked, OURS)

    at_venue(venue, body)


@pytest.mark.parametrize("venue", ["bybit", "okx", "kraken"])
def test_an_order_is_cancelled_by_our_client_id_alone(venue: str) -> None:
    async def body(adapter: Adapter, exchange: Any, heard: Heard) -> None:
        with pytest.raises(Exception, match=venue):  # the feed has no answer; what was asked counts
            await adapter.cancel(exchange, Cancel(OURS, feed.symbol(venue)), None)
        assert WRITTEN[venue] in heard.requests[0]

    at_venue(venue, body)
