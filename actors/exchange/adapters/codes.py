"""What the codes and the words of venues mean, as tables.

A code is worth more than the HTTP status beside it, and than the class that ccxt makes of it: of
-1007 with status 408 nothing is known, of -2010 with any status everything is (A4).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, cast

from ...market.errors import Reason

Meaning = (
    Reason
    | Literal[
        "UNKNOWN",  # the venue itself does not know what became of it
        "AWAY",  # it did not act: overloaded, under maintenance, stopping
    ]
)
Codes = Mapping[str, Meaning]


def _codes(**meant: str) -> Codes:
    """Codes by what they mean: {code: meaning}."""
    table = dict[str, Meaning]()
    for meaning, codes in meant.items():
        table.update(dict.fromkeys(codes.split(), cast("Meaning", meaning)))
    return MappingProxyType(table)


NONE: Final[Codes] = MappingProxyType({})

BINANCE: Final = _codes(
    UNKNOWN="-1000 -1001 -1006 -1007",
    AWAY="-1004 -1008 -1016",
    RATE_LIMIT="-1003 -1015",
    CLOCK="-1021",
    KEY="-1002 -1022 -2008 -2014 -2015 -2017",
    LOT_SIZE="-1111 -4003 -4004 -4005 -4023",
    PRICE_FILTER="-4001 -4002 -4013 -4014",
    PRICE_LIMIT="-4016 -4024 -4131",
    MIN_NOTIONAL="-4164",
    UNKNOWN_SYMBOL="-1121 -4141",
    UNKNOWN_ORDER="-2011 -2013 -2026",
    INSUFFICIENT_BALANCE="-2018 -2019",
    WOULD_TRIGGER="-2021",
    TOO_MANY_ORDERS="-2025 -4045",
    DUPLICATE_ORDER="-4015 -4111 -4116",
    POST_ONLY="-5022",
    NOT_OFFERED="-1116 -4120",
)

BYBIT: Final = _codes(
    UNKNOWN="10000 10016 170007 177002",
    AWAY="10019 170005",
    REGION="10024 10009",
    RATE_LIMIT="10006 10018 10429 170222",
    CLOCK="10002",
    KEY="10003 10004 10005 10007 10008 10010 10027 33004",
    UNKNOWN_SYMBOL="170121 110092",
    UNKNOWN_ORDER="110001 170213 170139 170142 170143",
    INSUFFICIENT_BALANCE="110004 110007 110012 110045 110052 170131 170033",
    DUPLICATE_ORDER="110072 170141 12141",
    LOT_SIZE="110017 170124 170135 170136 170137",
    PRICE_FILTER="110003 170132 170133 170134",
    MIN_NOTIONAL="110094 170140",
    POST_ONLY="170218",
    TOO_MANY_ORDERS="110009 110020 110022 170810",
)

OKX: Final = _codes(
    UNKNOWN="50004 50026",
    AWAY="50001 50013 50040",
    REGION="50030 51155",
    RATE_LIMIT="50011 50061 50113",
    CLOCK="50102 50112",
    KEY="50100 50101 50103 50104 50105 50106 50107 50110 50111 50119 50120",
    UNKNOWN_SYMBOL="51001",
    UNKNOWN_ORDER="51400 51401 51402 51410 51503 51603",
    INSUFFICIENT_BALANCE="51008 51127 51131 51502",
    DUPLICATE_ORDER="51016 51065",
    LOT_SIZE="51120 51121 51202",
    MIN_NOTIONAL="51020",
    PRICE_LIMIT="51006 51137 51138 51116",
    TOO_MANY_ORDERS="51027 51030",
    MARKET_CLOSED="51021 51022 51027",
)

WORDS: Final[tuple[tuple[str, Meaning], ...]] = (
    ("duplicate", "DUPLICATE_ORDER"),
    ("insufficient", "INSUFFICIENT_BALANCE"),
    ("not enough balance", "INSUFFICIENT_BALANCE"),
    ("immediately match", "POST_ONLY"),
    ("post only order", "POST_ONLY"),
    ("trigger immediately", "WOULD_TRIGGER"),
    ("immediately trigger", "WOULD_TRIGGER"),
    ("notional", "MIN_NOTIONAL"),
    ("cost minimum not met", "MIN_NOTIONAL"),
    ("order minimum not met", "LOT_SIZE"),
    ("lot_size", "LOT_SIZE"),
    ("percent_price", "PRICE_LIMIT"),
    ("price_filter", "PRICE_FILTER"),
    ("tick size", "PRICE_FILTER"),
    ("max_num", "TOO_MANY_ORDERS"),
    ("orders limit exceeded", "TOO_MANY_ORDERS"),
    ("rate limit exceeded", "RATE_LIMIT"),
    ("temporary lockout", "RATE_LIMIT"),
    ("market is closed", "MARKET_CLOSED"),
    ("cancel_only", "MARKET_CLOSED"),
    ("unknown asset pair", "UNKNOWN_SYMBOL"),
    ("invalid symbol", "UNKNOWN_SYMBOL"),
    ("unknown order", "UNKNOWN_ORDER"),
    ("order does not exist", "UNKNOWN_ORDER"),
    ("eapi:invalid nonce", "CLOCK"),
    ("eapi:invalid key", "KEY"),
    ("eapi:invalid signature", "KEY"),
    ("permission denied", "KEY"),
    ("eservice:busy", "AWAY"),
    ("eservice:deadline elapsed", "AWAY"),
    ("egeneral:internal error", "UNKNOWN"),
    ("eservice:unavailable", "UNKNOWN"),
)
"""Of a refusal that a code alone does not tell: the first that stands in the venue's words."""

CLASSES: Final[tuple[tuple[str, Meaning], ...]] = (
    ("InsufficientFunds", "INSUFFICIENT_BALANCE"),
    ("DuplicateOrderId", "DUPLICATE_ORDER"),
    ("OrderNotFound", "UNKNOWN_ORDER"),
    ("OrderImmediatelyFillable", "POST_ONLY"),
    ("BadSymbol", "UNKNOWN_SYMBOL"),
    ("MarketClosed", "MARKET_CLOSED"),
    ("RestrictedLocation", "REGION"),
    ("AuthenticationError", "KEY"),
    ("NotSupported", "NOT_OFFERED"),
    ("InvalidNonce", "CLOCK"),
    ("RateLimitExceeded", "RATE_LIMIT"),
    ("DDoSProtection", "RATE_LIMIT"),
    ("InvalidOrder", "REFUSED"),
    ("OperationRejected", "REFUSED"),
    ("ArgumentsRequired", "REFUSED"),
    ("BadRequest", "REFUSED"),
    ("InvalidAddress", "REFUSED"),
    ("InvalidProxySettings", "NOT_SENT"),
    ("ExchangeClosedByUser", "NOT_SENT"),
)
"""What ccxt's classes mean, where nothing else is known; the first that an error is one of."""
