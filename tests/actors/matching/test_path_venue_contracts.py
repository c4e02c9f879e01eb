"""Contracts at the venue of one account: margin, mark, funding and liquidation, on bars."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import pytest

from benthic.actors.exchange.messages import Submit
from benthic.actors.market.candle import Candle
from benthic.actors.market.errors import OrderRejected
from benthic.actors.market.fees import Fees
from benthic.actors.market.fill import Fill
from benthic.actors.market.instrument import Instrument
from benthic.actors.market.listing import Listing
from benthic.actors.market.position import Position
from benthic.actors.market.side import Effect, Kind, Side
from benthic.actors.market.symbol import Symbol
from benthic.actors.matching.path_venue import PathVenue
from benthic.actors.matching.quanta import ContractRules, VenueRules
from benthic.runtime import Millis, UsageError

MINUTE = 60_000
HOUR = 60 * MINUTE
NOW = Millis(MINUTE)
LINEAR = Symbol("BTC", "USDT", "USDT")
INVERSE = Symbol("BTC", "USD", "BTC")
FREE = Fees(Decimal(0), Decimal(0))


def listing(symbol: Symbol, step: str, size: str) -> Listing:
    instrument = Instrument(symbol, Decimal(step), Decimal("0.5"), Decimal(step), Decimal(0), FREE)
    family: Literal["linear", "inverse"] = "linear" if symbol.settle == "USDT" else "inverse"
    return Listing(symbol, "x", family, True, instrument, contract_size=Decimal(size))  # noqa: FBT003 - is_open


def a_venue(
    symbol: Symbol = LINEAR, *, size: str = "0.01", funds: str = "1000", **rules: object
) -> PathVenue:
    wanted = {"leverage": 10} | rules
    contract = ContractRules(**wanted)  # type: ignore[arg-type]  # fields by their names
    return PathVenue(
        [listing(symbol, "1", size)],
        funds={symbol.settle: Decimal(funds)},
        rules=VenueRules(contract=contract),
    )


def order(
    side: Side,
    amount: int,
    kind: Kind = "market",
    *,
    stop: str | None = None,
    effect: Effect = "any",
    symbol: Symbol = LINEAR,
    client_id: str = "a",
) -> Submit:
    trigger = None if stop is None else Decimal(stop)
    return Submit(client_id, str(symbol), side, kind, Decimal(amount), None, trigger, effect=effect)


def bar(
    venue: PathVenue, minute: int, prices: tuple[float, float, float, float], minutes: int = 1
) -> list[Fill]:
    (symbol,) = venue.symbols
    begun = Millis((minute - minutes) * MINUTE)
    return venue.match(symbol, Candle(begun, *prices, 1.0), Millis(minute * MINUTE))


def wallet(venue: PathVenue) -> Decimal:
    holdings = venue.holdings()
    assert holdings is not None
    return holdings[0].total


def test_a_position_counts_contracts_and_earns_at_the_mark() -> None:
    venue = a_venue()

    venue.submit(order("buy", 300), 1000.0, NOW)  # 3 BTC in contracts of 0.01
    bar(venue, 2, (1000.0, 1050.0, 1000.0, 1050.0))

    (position,) = venue.positions(NOW)
    assert (position.side, position.contracts, position.entry) == (
        "long",
        Decimal(300),
        Decimal(1000),
    )
    assert (position.mark, position.unrealized) == (Decimal(1050), Decimal(150))
    assert (position.leverage, position.margin_mode) == (Decimal(10), "cross")
    assert wallet(venue) == 1000
    venue.submit(order("sell", 300, client_id="b"), 1050.0, NOW)
    assert wallet(venue) == 1150
    assert venue.positions(NOW) == ()


def test_an_inverse_contract_earns_in_its_base() -> None:
    venue = a_venue(INVERSE, size="100", funds="1")

    venue.submit(order("buy", 10, symbol=INVERSE), 1000.0, NOW)
    venue.submit(order("sell", 10, symbol=INVERSE, client_id="b"), 1250.0, NOW)

    assert wallet(venue) == 1 + Decimal(1000) / 1000 - Decimal(1000) / 1250


def test_margin_is_asked_for_by_leverage() -> None:
    venue = a_venue(leverage=5)

    with pytest.raises(OrderRejected) as caught:
        venue.submit(order("buy", 501), 1000.0, NOW)
    assert caught.value.reason == "INSUFFICIENT_BALANCE"
    assert venue.submit(order("buy", 400), 1000.0, NOW).status == "filled"
    holdings = venue.holdings()
    assert holdings is not None
    assert (holdings[0].free, holdings[0].locked) == (Decimal(200), Decimal(800))


def test_a_position_is_closed_where_the_way_of_the_bar_ruins_it() -> None:
    venue = a_venue()
    venue.submit(order("buy", 500), 1000.0, NOW)
    (position,) = venue.positions(NOW)
    assert position.liquidation is not None

    (fill,) = bar(venue, 2, (1000.0, 1000.0, 500.0, 990.0))

    assert position.liquidation - Decimal("0.5") <= fill.price <= position.liquidation
    assert (fill.amount, fill.side) == (Decimal(500), "sell")
    (report,) = venue.take_reports()
    assert (report.status, report.cause) == ("filled", "liquidation")
    assert venue.positions(NOW) == ()
    assert wallet(venue) == 0


def test_a_gap_beyond_all_margin_costs_no_more_than_there_is() -> None:
    venue = a_venue()
    venue.submit(order("sell", 500), 1000.0, NOW)

    fills = bar(venue, 2, (5000.0, 5100.0, 4900.0, 5000.0))

    assert sum(fill.amount for fill in fills) == 500
    assert venue.positions(NOW) == ()
    assert wallet(venue) == 0


def test_a_stop_before_the_ruin_saves_what_is_left() -> None:
    venue = a_venue()
    venue.submit(order("buy", 500), 1000.0, NOW)
    venue.submit(
        order("sell", 900, "stop_loss", stop="950", effect="reduce", client_id="s"), 1000.0, NOW
    )

    (fill,) = bar(venue, 2, (1000.0, 1000.0, 500.0, 990.0))

    assert (fill.price, fill.amount) == (
        Decimal(950),
        Decimal(500),
    )  # never more than closes the position
    assert wallet(venue) == 1000 - 5 * 50
    (report,) = venue.take_reports()
    assert (report.status, report.cause) == ("cancelled", "there is nothing left for it to reduce")


def test_what_may_only_reduce_is_refused_where_nothing_is_open() -> None:
    with pytest.raises(OrderRejected, match="REDUCE_ONLY"):
        a_venue().submit(order("sell", 1, effect="reduce"), 1000.0, NOW)


def test_funding_is_paid_at_each_of_its_hours() -> None:
    venue = a_venue(funding=Decimal("0.001"))
    venue.submit(order("buy", 100), 1000.0, NOW)

    bar(venue, 60, (1000.0, 1000.0, 1000.0, 1000.0))
    assert wallet(venue) == 1000
    for hour in (8, 16):
        bar(venue, hour * 60, (1000.0, 1000.0, 1000.0, 1000.0), minutes=60)
    assert wallet(venue) == 1000 - 2


def test_an_open_position_looks_at_every_bar() -> None:
    venue = a_venue()
    assert venue.nearest(str(LINEAR)) == (None, None)

    venue.submit(order("buy", 1), 1000.0, NOW)

    falling, _ = venue.nearest(str(LINEAR))
    assert falling is not None
    assert falling > 10**20
    assert venue.matched(str(LINEAR)) == NOW


def test_a_position_of_before_goes_on_without_a_second_fee() -> None:
    symbol = str(LINEAR)
    venue = a_venue()
    venue.lay_out(
        (), [Position(symbol, "short", Decimal(100), Decimal(1000), NOW, mark=Decimal(900))]
    )

    (position,) = venue.positions(NOW)
    assert (position.side, position.contracts, position.unrealized) == (
        "short",
        Decimal(100),
        Decimal(100),
    )
    assert wallet(venue) == 1000
    assert not venue.has_news


@pytest.mark.parametrize(
    ("markets", "funds", "words"),
    [
        ([listing(LINEAR, "1", "1")], None, "asks for margin: give it funds"),
        ([listing(INVERSE, "1", "0.5")], {}, "its size is whole"),
        ([listing(LINEAR, "1", "1"), listing(INVERSE, "1", "1")], {}, "markets of one family"),
    ],
    ids=["no funds", "half a dollar", "two families"],
)
def test_what_the_rules_cannot_hold_is_refused_at_once(
    markets: list[Listing], funds: dict[str, Decimal] | None, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        PathVenue(markets, funds=funds)


def test_a_leverage_that_no_bracket_allows_is_refused_at_once() -> None:
    with pytest.raises(UsageError, match="leverage 200"):
        a_venue(leverage=200)


def test_a_share_of_the_volume_never_reduces_beyond_nothing() -> None:
    contract = ContractRules(leverage=10)
    venue = PathVenue(
        [listing(LINEAR, "1", "0.01")],
        funds={"USDT": Decimal(1000)},
        rules=VenueRules(contract=contract, share=Decimal(1)),
    )
    symbol = str(LINEAR)
    venue.submit(order("buy", 100), 1000.0, NOW)
    for client_id, amount in (("one", 80), ("two", 80)):
        venue.submit(
            Submit(
                client_id,
                symbol,
                "sell",
                "limit",
                Decimal(amount),
                Decimal(1010),
                effect="reduce",
            ),
            1000.0,
            NOW,
        )

    traded = [
        fill.amount
        for minute in range(2, 6)
        for fill in venue.match(
            symbol,
            Candle(Millis((minute - 1) * MINUTE), 1000.0, 1020.0, 1000.0, 1000.0, 45.0),
            Millis(minute * MINUTE),
        )
    ]

    assert traded == [45, 35, 10, 10]
    assert venue.positions(NOW) == ()
    assert venue.open_orders(symbol) == ()
