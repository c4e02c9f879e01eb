"""What is read of ccxt's dicts is what stands in them, or nothing: garbage is `UnsoundAnswer`."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.exchange.adapters import (
    parse,
    parse_account,
    parse_market_data,
    parse_orders,
)
from benthic.actors.exchange.adapters.parse_market_data import Asked
from benthic.actors.exchange.adapters.reader import Reader
from benthic.actors.exchange.errors import UnsoundAnswer
from benthic.actors.market.money import plain
from benthic.actors.market.side import SIDES, Side
from benthic.actors.market.timeframe import TimeFrame
from benthic.runtime import Millis

from .forms import (
    NOW,
    SYMBOL,
    a_balance,
    a_book,
    a_candle,
    a_fee,
    a_funding,
    a_market,
    a_position,
    a_ticker,
    a_trade,
    an_open_interest,
    an_order,
)

ASKED = Asked("venue", SYMBOL, NOW)
MINUTE = TimeFrame.parse("1m")
READER = Reader("venue")

money = st.decimals("0.00000001", "99999999999999", places=8)
ids = st.integers(1, 10**18).map(str)
times = st.integers(NOW - 10**10, NOW)


Parse = Callable[[Any], object]
PARSERS: dict[str, tuple[Callable[[], Any], Parse]] = {
    "order": (an_order, lambda raw: READER.read_report(raw, ASKED)),
    "fill": (a_trade, lambda raw: READER.read_fills([raw], ASKED)),
    "ticker": (a_ticker, lambda raw: parse_market_data.ticker(raw, ASKED)),
    "book": (a_book, lambda raw: parse_market_data.book(raw, ASKED)),
    "trades": (a_trade, lambda raw: parse_market_data.trades([raw], ASKED)),
    "balance": (a_balance, lambda raw: parse_account.holdings(raw, ASKED)),
    "positions": (a_position, lambda raw: parse_account.positions([raw], ASKED)),
    "funding": (a_funding, lambda raw: parse_market_data.funding(raw, ASKED)),
    "interest": (an_open_interest, lambda raw: parse_market_data.open_interest(raw, ASKED)),
    "market": (a_market, lambda raw: parse.listing(raw, ASKED, parse.TICK_SIZE)),
    "candles": (a_candle, lambda raw: parse_market_data.candles([raw], ASKED, MINUTE, NOW)),
    "stream": (an_order, lambda raw: READER.stream_orders([raw], NOW)),
}
KINDS = pytest.mark.parametrize("kind", PARSERS)


@KINDS
def test_each_form_that_ccxt_gives_is_read(kind: str) -> None:
    make, read = PARSERS[kind]

    assert read(make())


garbage = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(
        [
            "nan",
            "Infinity",
            "-1",
            "0",
            "-0",
            "1e308",
            "1e999",
            "",
            " ",
            "0x10",
            "\u0661",
            "\x1b[2J",
            "ETH/USDT",
            "sell",
            "long",
            "canceled",
            NOW * 1000,
            NOW // 1000,
            2**80,
            float("nan"),
            float("inf"),
            1e308,
            -0.0,
            [[]],
            [{}],
            {"x": 1},
            [[None, None]],
        ]
    ),
    st.text(max_size=8),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.binary(max_size=3),
)


def refusal(reading: Callable[[], object]) -> str:
    """What an unsound answer is refused with; empty where it is sound. All else is raised."""
    try:
        reading()
    except UnsoundAnswer as error:
        return str(error)
    return ""


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to everything in a dict, the dict included."""
    found = [path]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*path, key))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            found += places(inner, (*path, index))
    return found


def mutated(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    changed = copy.deepcopy(value)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = new
    return changed


@KINDS
@settings(max_examples=1_000)
@given(data=st.data())
def test_garbage_is_an_unsound_answer_and_nothing_else(kind: str, data: st.DataObject) -> None:
    make, read = PARSERS[kind]
    raw = make()
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(places(raw)))
        raw = mutated(raw, path, data.draw(garbage))

    said = refusal(lambda: read(raw))  # M10, M12, M13, B13, B14

    assert said.isprintable() or not said
    assert len(said) < 300


WRONG_PRICES = ["NaN", "inf", "-1", "1e308", float("nan"), float("inf"), -5, 1e300]


@pytest.mark.parametrize("price", [*WRONG_PRICES, "0", 0, "0.0"])
@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("fill", ("price",)),
        ("fill", ("amount",)),
        ("trades", ("price",)),
        ("ticker", ("last",)),
        ("ticker", ("bid",)),
        ("book", ("bids", 0, 0)),
        ("candles", (1,)),
        ("candles", (4,)),
    ],
)
def test_a_price_that_cannot_be_is_refused(kind: str, path: tuple[Any, ...], price: Any) -> None:
    make, read = PARSERS[kind]

    with pytest.raises(UnsoundAnswer, match="venue"):  # M10
        read(mutated(make(), path, price))


@pytest.mark.parametrize(
    "kind", ["order", "fill", "ticker", "book", "trades", "positions", "funding", "interest"]
)
def test_an_answer_about_another_market_is_refused(kind: str) -> None:
    make, read = PARSERS[kind]

    with pytest.raises(UnsoundAnswer, match="ETH/USDT"):  # B14, E12
        read(mutated(make(), ("symbol",), "ETH/USDT"))


@pytest.mark.parametrize("at", [NOW // 1000, NOW * 1000, NOW + 3 * 86_400_000, -5, "soon", 1.5])
@pytest.mark.parametrize("kind", ["order", "fill", "ticker", "book", "trades", "interest"])
def test_a_time_of_another_unit_or_of_the_future_is_refused(kind: str, at: Any) -> None:
    make, read = PARSERS[kind]

    with pytest.raises(UnsoundAnswer, match="time in ms"):  # M13
        read(mutated(make(), ("timestamp",), at))


@given(
    price=money,
    amount=money,
    fee=money,
    number=ids,
    at=times,
    side=st.sampled_from(SIDES),
)
def test_a_fill_keeps_every_digit(
    price: Decimal, amount: Decimal, fee: Decimal, number: str, at: int, side: Side
) -> None:
    raw = {
        **a_trade(),
        "id": number,
        "price": plain(price),
        "amount": plain(amount),
        "side": side,
        "timestamp": at,
        "fee": None,
        "fees": [a_fee(plain(-fee), "BNB")],
    }

    [fill] = READER.read_fills([raw], ASKED)

    assert (fill.price, fill.amount, fill.fee, fill.fee_asset) == (
        price,
        amount,
        -fee,
        "BNB",
    )  # B10
    assert fill.trade_id == parse_orders.own_trade_id(number, side)
    assert parse_orders.venue_trade_id(fill) == number
    assert (fill.at, fill.side, fill.symbol) == (at, side, SYMBOL)


@given(costs=st.lists(money, min_size=1, max_size=4))
def test_several_fees_of_one_asset_are_one_and_of_several_none(costs: list[Decimal]) -> None:
    same = {**a_trade(), "fees": [a_fee(plain(each)) for each in costs]}
    mixed = {**a_trade(), "fees": [a_fee("1", "USDT"), *same["fees"]]}

    [fill] = READER.read_fills([same], ASKED)

    assert fill.fee == sum(costs)
    with pytest.raises(UnsoundAnswer, match="BNB, USDT"):
        READER.read_fills([mixed], ASKED)


@given(
    amount=money, share=st.integers(0, 100), status=st.sampled_from(["open", "closed", "canceled"])
)
def test_filled_means_that_all_of_it_traded(amount: Decimal, share: int, status: str) -> None:
    filled = amount * share / 100
    raw = {
        **an_order(),
        "amount": plain(amount),
        "filled": plain(filled),
        "status": status,
        "trades": [],
    }

    report = READER.read_report(raw, ASKED)

    assert (report.status == "filled") == (filled == amount and status != "canceled")
    assert (report.status == "open") == (filled < amount and status == "open")
    assert (report.amount, report.filled) == (amount, filled)


@given(rows=st.lists(st.tuples(money, money), min_size=1, max_size=8, unique_by=lambda row: row[0]))
def test_a_crossed_or_disordered_book_is_refused(rows: list[tuple[Decimal, Decimal]]) -> None:
    up = sorted(
        ([plain(price), plain(size)] for price, size in rows), key=lambda row: Decimal(row[0])
    )
    sound = {**a_book(), "bids": [], "asks": up}

    assert [
        [plain(each.price), plain(each.amount)]
        for each in parse_market_data.book(sound, ASKED).asks
    ] == up
    with pytest.raises(UnsoundAnswer, match="does not lie below"):  # M3
        parse_market_data.book({**sound, "bids": [up[0]]}, ASKED)
    if len(up) > 1:
        with pytest.raises(UnsoundAnswer, match="out of order"):
            parse_market_data.book({**sound, "asks": up[::-1]}, ASKED)


def test_what_is_open_is_not_among_closed_candles() -> None:
    rows = [[NOW - 60_000 * back, 1, 2, 1, 2, 3] for back in (0, 1, 2, 1)]

    found = parse_market_data.candles(rows, ASKED, MINUTE, NOW)

    assert [each.at for each in found] == [NOW - 120_000, NOW - 60_000]


@given(shift=st.integers(-9, 9), count=st.integers(1, 9))
def test_a_page_whose_times_are_moved_is_refused_whole(shift: int, count: int) -> None:
    since = Millis(NOW - NOW % 60_000 - 600_000)
    within = (since, Millis(since + count * 60_000))
    rows = [[since + 60_000 * (number + shift), 1, 2, 1, 2, 3] for number in range(count)]

    if shift:
        with pytest.raises(UnsoundAnswer, match=r"asked|has not begun"):  # M13
            parse_market_data.candles(rows, ASKED, MINUTE, NOW, within)
    else:
        assert len(parse_market_data.candles(rows, ASKED, MINUTE, NOW, within)) == count


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([[NOW + 120_000, 1, 2, 1, 2, 3]], "has not begun yet"),
        ([[NOW - NOW % 60_000 - 59_000, 1, 2, 1, 2, 3]], "does not begin where"),
        (
            [[NOW - NOW % 60_000 - 120_000, 1, 2, 1, close, 3] for close in (1, 2)],
            "say different things",
        ),
    ],
    ids=["future", "off the grid", "two of one time"],
)
def test_a_candle_that_cannot_be_there_spoils_its_page(rows: list[Any], words: str) -> None:
    sound = [NOW - NOW % 60_000 - 180_000, 1, 2, 1, 2, 3]

    with pytest.raises(UnsoundAnswer, match=words):  # M13
        parse_market_data.candles([sound, *rows], ASKED, MINUTE, NOW)


def test_the_same_trade_twice_is_one_and_two_of_one_id_are_refused() -> None:
    other = {**a_trade(), "price": "101"}

    assert len(READER.read_fills([a_trade(), a_trade()], ASKED)) == 1  # B1
    with pytest.raises(UnsoundAnswer, match="two trades"):
        READER.read_fills([a_trade(), other], ASKED)


def test_one_unsound_market_does_not_spoil_the_others() -> None:
    other = {**a_market(), "symbol": "ETH/USDT", "base": "ETH", "precision": {"amount": "nan"}}

    sound, unsound = parse.listings(
        {SYMBOL: a_market(), "ETH/USDT": other}, "venue", parse.TICK_SIZE
    )

    assert [str(each.symbol) for each in sound] == [SYMBOL]
    assert "ETH/USDT" in str(unsound[0])


@pytest.mark.parametrize(
    ("theirs", "price", "trigger", "ours"),
    [
        ("market", None, None, "market"),
        ("limit", "100", None, "limit"),
        ("limit_maker", "100", None, "limit"),
        ("stop_loss", None, "90", "stop_loss"),
        ("stop_market", "0", "90", "stop_loss"),
        ("stop", "100", "90", "stop_limit"),
        ("stop-loss-limit", "100", "90", "stop_limit"),
        ("limit", "100", "90", "stop_limit"),
        ("take_profit", None, "110", "take_profit"),
        ("take_profit_market", None, "110", "take_profit"),
        ("take_profit_limit", "100", "110", "take_profit_limit"),
        ("trailing_stop_market", None, None, "trailing_stop"),
    ],
)
def test_kinds_are_told_by_name_and_trigger(
    theirs: str, price: str | None, trigger: str | None, ours: str
) -> None:
    raw = {**an_order(), "type": theirs, "price": price, "triggerPrice": trigger}

    assert parse_orders.order_report(raw, ASKED).kind == ours
