"""What is known of a request that failed: by the wire, by the code, by the status, in turn."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.ccxt_trio.errors import AnswerTimeout, DialFailed, Said
from benthic.actors.ccxt_trio.upstream import errors
from benthic.actors.exchange.adapters.codes import BINANCE, BYBIT, OKX
from benthic.actors.exchange.adapters.said import safe
from benthic.actors.exchange.adapters.troubles import About, Trouble, of_read, of_write
from benthic.actors.exchange.errors import (
    Barred,
    KeyTrouble,
    NotListed,
    NotOffered,
    NotServed,
    RegionBlocked,
    Unsettled,
    UnsoundAnswer,
    VenueAway,
)
from benthic.actors.market.errors import OrderRejected
from benthic.runtime.clock import Millis

NOW = Millis(1_767_225_600_000)
SECRET = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"  # noqa: S105 - a canary
SPOT = About(
    venue="binance", what="Submit", now=NOW, symbol="BTC/USDT", client_id="bn-1", codes=BINANCE
)
CANCEL = attrs.evolve(SPOT, what="Cancel")
PLAIN_NOES = frozenset({"service unavailable"})
USDM = About(
    venue="binanceusdm",
    what="Submit",
    now=NOW,
    client_id="bn-1",
    codes=BINANCE,
    plain_noes=PLAIN_NOES,
)
ON_BYBIT = About(venue="bybit", what="Submit", now=NOW, client_id="bn-1", codes=BYBIT)
ON_OKX = About(venue="okx", what="Submit", now=NOW, client_id="bn-1", codes=OKX)
ON_KRAKEN = About(venue="kraken", what="Submit", now=NOW, client_id="bn-1")


def answered(kind: Any, status: int, body: object, retry_after: str | None = None) -> Exception:
    """An error that ccxt made of an answer."""
    text = body if isinstance(body, str) else json.dumps(body)
    error: Exception = kind(f"binance {text}")
    error.said = Said(status, retry_after, text)  # type: ignore[attr-defined] # as `fetch` does
    return error


def coded(status: int, code: int, words: str = "") -> Exception:
    return answered(errors.ExchangeError, status, {"code": code, "msg": words})


def lost(kind: Any, cause: Exception) -> Exception:
    """An error that ccxt made of no answer."""
    error: Exception = kind("binance POST https://api/order: gone")
    error.__cause__ = cause
    return error


UNKNOWN = [
    pytest.param(
        SPOT, lost(errors.RequestTimeout, AnswerTimeout("POST https://a", "10 s")), id="A1"
    ),
    pytest.param(SPOT, answered(errors.ExchangeNotAvailable, 500, "oops"), id="A3-500"),
    pytest.param(SPOT, answered(errors.ExchangeNotAvailable, 502, "<html>"), id="A3-502"),
    pytest.param(
        USDM,
        answered(errors.ExchangeNotAvailable, 503, {"msg": "Unknown error, please check"}),
        id="A3-503-unknown",
    ),
    pytest.param(
        USDM,
        answered(errors.ExchangeNotAvailable, 503, "<h1>503 Service Unavailable</h1>"),
        id="A3-503-page",
    ),
    pytest.param(
        SPOT,
        answered(errors.ExchangeNotAvailable, 503, {"msg": "Service Unavailable."}),
        id="A3-spot-503",
    ),
    pytest.param(SPOT, answered(errors.RequestTimeout, 504, ""), id="A3-504"),
    pytest.param(SPOT, coded(408, -1007, "Timeout waiting for response"), id="A4-1007"),
    pytest.param(SPOT, coded(400, -1006, "An unexpected response"), id="A4-1006"),
    pytest.param(SPOT, answered(errors.BadResponse, 200, '{"orderId": 1'), id="A8"),
    pytest.param(SPOT, answered(errors.BadResponse, 200, "<html>portal</html>"), id="E9-200"),
    pytest.param(SPOT, UnsoundAnswer("binance", "create_order", "id is missing"), id="A8-parsed"),
    pytest.param(
        ON_OKX,
        answered(errors.ExchangeError, 200, {"code": "50004", "msg": "Endpoint request timeout"}),
        id="okx-50004",
    ),
    pytest.param(
        ON_BYBIT,
        answered(errors.ExchangeError, 200, {"retCode": 10016, "retMsg": "Server error"}),
        id="bybit-10016",
    ),
    pytest.param(
        ON_KRAKEN,
        answered(errors.ExchangeNotAvailable, 200, {"error": ["EService:Unavailable"]}),
        id="kraken",
    ),
    pytest.param(
        ON_KRAKEN,
        answered(errors.ExchangeError, 200, {"error": ["EMystery:What"]}),
        id="no-known-code",
    ),
    pytest.param(SPOT, errors.NetworkError("binance: something"), id="no-cause"),
]


@pytest.mark.parametrize(("about", "error"), UNKNOWN)
def test_a_write_of_which_nothing_is_known_is_never_called_refused(
    about: About, error: Exception
) -> None:
    trouble = of_write(error, about)

    assert isinstance(trouble.error, Unsettled)
    assert trouble.again == "look first"
    assert trouble.rejection("bn-1") is None


DEFINITE = [
    pytest.param(
        SPOT,
        lost(errors.ExchangeNotAvailable, DialFailed("api:443", "no such host")),
        "NOT_SENT",
        VenueAway,
        id="E1",
    ),
    pytest.param(
        USDM,
        answered(errors.ExchangeNotAvailable, 503, {"msg": "Service Unavailable."}),
        "REFUSED",
        VenueAway,
        id="A3-futures-503",
    ),
    pytest.param(SPOT, coded(429, -1003, "Too many requests"), "RATE_LIMIT", Barred, id="L1"),
    pytest.param(SPOT, coded(418, -1003, "Way too many requests"), "RATE_LIMIT", Barred, id="L2"),
    pytest.param(SPOT, coded(429, -1015, "Too many new orders"), "RATE_LIMIT", Barred, id="A25"),
    pytest.param(
        SPOT, coded(400, -1021, "Timestamp for this request"), "CLOCK", VenueAway, id="L4"
    ),
    pytest.param(SPOT, coded(401, -2015, "Invalid API-key, IP"), "KEY", KeyTrouble, id="E13"),
    pytest.param(SPOT, coded(400, -1022, "Signature is not valid"), "KEY", KeyTrouble, id="I2"),
    pytest.param(
        SPOT, answered(errors.ExchangeNotAvailable, 451, ""), "REGION", RegionBlocked, id="E14"
    ),
    pytest.param(
        SPOT,
        answered(errors.ExchangeNotAvailable, 403, "<html>WAF</html>"),
        "REFUSED",
        VenueAway,
        id="E9-403",
    ),
    pytest.param(
        SPOT,
        coded(400, -2010, "Account has insufficient balance"),
        "INSUFFICIENT_BALANCE",
        OrderRejected,
        id="A9",
    ),
    pytest.param(
        SPOT, coded(400, -1013, "Filter failure: LOT_SIZE"), "LOT_SIZE", OrderRejected, id="A10-lot"
    ),
    pytest.param(
        SPOT,
        coded(400, -1013, "Filter failure: NOTIONAL"),
        "MIN_NOTIONAL",
        OrderRejected,
        id="A10-notional",
    ),
    pytest.param(
        SPOT,
        coded(400, -1013, "Filter failure: PRICE_FILTER"),
        "PRICE_FILTER",
        OrderRejected,
        id="A10-price",
    ),
    pytest.param(
        SPOT,
        coded(400, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
        "PRICE_LIMIT",
        OrderRejected,
        id="A10-percent",
    ),
    pytest.param(
        SPOT,
        coded(400, -1013, "Filter failure: MAX_NUM_ORDERS"),
        "TOO_MANY_ORDERS",
        OrderRejected,
        id="A10-many",
    ),
    pytest.param(
        SPOT,
        coded(400, -2010, "Order would immediately match and take."),
        "POST_ONLY",
        OrderRejected,
        id="A11",
    ),
    pytest.param(
        SPOT,
        coded(400, -2010, "Stop price would trigger immediately."),
        "WOULD_TRIGGER",
        OrderRejected,
        id="A11-stop",
    ),
    pytest.param(
        SPOT, coded(400, -2010, "Duplicate order sent."), "DUPLICATE_ORDER", OrderRejected, id="A12"
    ),
    pytest.param(
        CANCEL, coded(400, -2011, "Unknown order sent."), "UNKNOWN_ORDER", OrderRejected, id="A17"
    ),
    pytest.param(
        SPOT, coded(400, -1121, "Invalid symbol."), "UNKNOWN_SYMBOL", OrderRejected, id="symbol"
    ),
    pytest.param(
        SPOT, errors.NotSupported("binance trailing"), "NOT_OFFERED", OrderRejected, id="local"
    ),
    pytest.param(
        ON_OKX,
        answered(
            errors.ExchangeError,
            200,
            {"code": "1", "data": [{"sCode": "51008", "sMsg": "Insufficient"}]},
        ),
        "INSUFFICIENT_BALANCE",
        OrderRejected,
        id="okx-inner",
    ),
    pytest.param(
        ON_BYBIT,
        answered(errors.ExchangeError, 200, {"retCode": 10002, "retMsg": "timestamp"}),
        "CLOCK",
        VenueAway,
        id="bybit-clock",
    ),
    pytest.param(
        ON_KRAKEN,
        answered(errors.InsufficientFunds, 200, {"error": ["EOrder:Insufficient funds"]}),
        "INSUFFICIENT_BALANCE",
        OrderRejected,
        id="kraken-funds",
    ),
    pytest.param(
        ON_KRAKEN,
        answered(errors.ExchangeNotAvailable, 200, {"error": ["EService:Deadline elapsed"]}),
        "REFUSED",
        VenueAway,
        id="kraken-deadline",
    ),
]


@pytest.mark.parametrize(("about", "error", "reason", "kind"), DEFINITE)
def test_a_write_that_was_definitely_not_done_has_its_reason(
    about: About, error: Exception, reason: str, kind: type[Exception]
) -> None:
    trouble = of_write(error, about)
    rejected = trouble.rejection("bn-1")

    assert type(trouble.error) is kind
    assert trouble.reason == reason
    assert rejected is not None
    assert (rejected.client_id, rejected.reason) == ("bn-1", reason)


READS = [
    pytest.param(
        lost(errors.RequestTimeout, AnswerTimeout("GET https://a", "10 s")),
        VenueAway,
        "later",
        id="lost",
    ),
    pytest.param(
        answered(errors.ExchangeNotAvailable, 502, "<html>"), VenueAway, "later", id="5xx"
    ),
    pytest.param(coded(429, -1003), Barred, "then", id="L1"),
    pytest.param(coded(400, -1021), VenueAway, "resynchronised", id="L4"),
    pytest.param(coded(401, -2014), KeyTrouble, "never", id="key"),
    pytest.param(answered(errors.ExchangeNotAvailable, 451, ""), RegionBlocked, "never", id="E14"),
    pytest.param(
        errors.BadSymbol("binance does not have market symbol X"), NotListed, "never", id="symbol"
    ),
    pytest.param(errors.NotSupported("binance fetchFunding"), NotOffered, "never", id="offered"),
    pytest.param(answered(errors.BadResponse, 200, "<html>"), UnsoundAnswer, "later", id="E9"),
    pytest.param(UnsoundAnswer("binance", "ticker", "no price"), UnsoundAnswer, "later", id="M10"),
]


@pytest.mark.parametrize(("error", "kind", "again"), READS)
def test_a_read_that_failed_says_whether_it_may_be_asked_again(
    error: Exception, kind: type[Exception], again: str
) -> None:
    trouble = of_read(error, SPOT)

    assert type(trouble.error) is kind
    assert trouble.again == again
    assert trouble.reason is None


def test_a_page_in_place_of_an_answer_is_told_as_one() -> None:
    trouble = of_read(answered(errors.BadResponse, 200, "<html>portal</html>"), SPOT)

    assert "status 200 with a page where JSON was due" in str(trouble.error)  # E9
    assert "portal" not in str(trouble.error)


def until(trouble: Trouble) -> int:
    assert isinstance(trouble.error, Barred)
    return trouble.error.until


@pytest.mark.parametrize(
    ("status", "words", "header", "wait"),
    [
        (429, "", "30", 30_000),
        (429, "", None, 10_000),
        (418, "", None, 120_000),
        (418, "", "Thu, 01 Jan 2026 00:05:00 GMT", 300_000),
        (418, f"IP banned until {NOW + 600_000}.", "60", 600_000),
        (429, "", "0", 10_000),
        (429, "", "soon", 10_000),
        (429, "", "Thu, 01 Jan 1998 00:05:00 GMT", 10_000),
    ],
)
def test_the_venue_is_left_alone_for_as_long_as_it_says(
    status: int, words: str, header: str | None, wait: int
) -> None:
    error = answered(errors.DDoSProtection, status, {"code": -1003, "msg": words}, header)

    assert until(of_write(error, SPOT)) == until(of_read(error, SPOT)) == NOW + wait  # L1, L2


def test_a_ban_that_is_told_over_a_websocket_is_as_long_as_it_says() -> None:
    words = f'binance {{"code":-1003,"msg":"IP banned until {NOW + 9_000}."'
    banned = errors.DDoSProtection(f"{words}}}")
    longer = errors.DDoSProtection(f'{words},"data":{{"retryAfter":{NOW + 60_000}}}}}')

    assert until(of_read(banned, SPOT)) == NOW + 9_000
    assert until(of_read(longer, SPOT)) == NOW + 60_000


@given(
    place=st.sampled_from(["msg", "message", "retMsg", "path"]),
    before=st.text(max_size=20),
    status=st.sampled_from([200, 400, 401, 403, 429, 451, 500, 503]),
    kind=st.sampled_from(
        [errors.ExchangeError, errors.AuthenticationError, errors.BadResponse, errors.InvalidOrder]
    ),
)
def test_no_key_signature_or_query_stands_in_an_error(
    place: str, before: str, status: int, kind: Any
) -> None:
    body = {place: f"{before} https://api/order?signature={SECRET}&timestamp=1 key {SECRET}"}
    error = answered(kind, status, body)

    for trouble in (of_write(error, SPOT), of_read(error, SPOT)):
        assert SECRET not in str(trouble.error) + trouble.detail + repr(trouble)  # S1, I6
        assert "signature=" not in str(trouble.error)


@given(st.text(max_size=400))
def test_words_of_a_venue_are_short_and_printable_in_an_error(text: str) -> None:
    assert len(safe(text)) <= 161
    assert safe(text).isprintable()  # I15


NAMES = st.sampled_from(["code", "msg", "data", "error", "result", "sCode"])
BODIES = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
)


@given(st.text(max_size=60) | BODIES.map(json.dumps), st.integers(100, 599))
def test_whatever_is_answered_a_write_ends_in_one_of_four_ways(body: str, status: int) -> None:
    trouble = of_write(answered(errors.ExchangeError, status, body), SPOT)

    assert isinstance(trouble.error, (OrderRejected, Unsettled, VenueAway, NotServed))
    assert (trouble.reason is None) == isinstance(trouble.error, Unsettled)


@pytest.mark.parametrize("status", [200, 400])
def test_an_answer_to_a_look_up_says_nothing_of_an_order_that_was_sent(status: int) -> None:  # E12
    trouble = of_write(coded(status, -2013, "Order does not exist."), SPOT)
    assert isinstance(trouble.error, Unsettled)
    assert trouble.again == "look first"
