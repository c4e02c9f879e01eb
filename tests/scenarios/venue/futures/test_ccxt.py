"""The unmodified synchronous ccxt on the loopback: what it is told agrees with the oracle."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from .loopback import serve, settings
from .trader import LIVELY, Futures, Trader, a_venue

ccxt = pytest.importorskip("ccxt")
BOTH = pytest.mark.parametrize("family", ["linear", "inverse"])
SYMBOLS: dict[Futures, str] = {"linear": "BTC/USDT:USDT", "inverse": "BTC/USD:BTC"}
ASSETS: dict[Futures, str] = {"linear": "USDT", "inverse": "BTC"}
AMOUNTS: dict[Futures, float] = {"linear": 0.1, "inverse": 50}
Client = Any  # ccxt's own types say dict everywhere


def with_client(family: Futures, use: Callable[[Client, Trader, str], None]) -> None:
    """Let ccxt talk to a lively venue, as Ann."""
    venue = a_venue(LIVELY)
    venue.run_to(venue.now + 300_000)  # type: ignore[arg-type]  # an int of ms
    ann = Trader(venue, family)

    def body(base: str) -> None:
        make = ccxt.binanceusdm if family == "linear" else ccxt.binancecoinm
        client = make(settings(base, ann.key.key, ann.key.secret.reveal()))
        client.load_markets()
        use(client, ann, SYMBOLS[family])

    serve(venue, body)


def same(shown: object, expected: Fraction | int | str) -> bool:
    """Whether a number that ccxt gives is what it should be, to eight decimals."""
    return abs(Fraction(str(shown)) - Fraction(expected)) <= Fraction(1, 10**8)


@BOTH
def test_market_data_through_ccxt_is_that_of_the_venue(family: Futures) -> None:
    def use(client: Client, ann: Trader, symbol: str) -> None:
        market = client.market(symbol)
        ours = ann.engine.markets[ann.symbol]
        assert same(market["precision"]["price"], Fraction(ours.tick, 10**ours.price_digits))
        assert market["swap"]
        assert market[family]
        assert abs(client.fetch_time() - ann.venue.now) < 5_000
        book = client.fetch_order_book(symbol, 10)
        assert book["bids"][0][0] < book["asks"][0][0]
        assert client.fetch_ticker(symbol)["last"] > 0
        assert set(client.fetch_tickers()) == set(client.symbols)
        assert client.fetch_bids_asks()[symbol]["bid"] > 0
        assert client.fetch_last_prices()[symbol]["price"] > 0
        candles = client.fetch_ohlcv(symbol, "1m", limit=5)
        assert {later[0] - earlier[0] for earlier, later in pairwise(candles)} == {60_000}
        assert client.fetch_ohlcv(symbol, "1m", limit=3, params={"price": "mark"})
        assert client.fetch_ohlcv(symbol, "1m", limit=3, params={"price": "index"})
        assert len(client.fetch_trades(symbol, limit=5)) == 5
        mark = client.fetch_mark_price(symbol)["markPrice"]
        assert client.fetch_funding_rate(symbol)["markPrice"] > mark / 2
        assert client.fetch_funding_rates()[symbol]["fundingRate"] is not None
        assert isinstance(client.fetch_funding_rate_history(symbol), list)
        assert client.fetch_open_interest(symbol)["openInterestAmount"] > 0
        assert client.fetch_funding_intervals()[symbol]["interval"] == "8h"

    with_client(family, use)


@BOTH
def test_orders_through_ccxt_are_those_of_the_engine(family: Futures) -> None:
    def use(client: Client, ann: Trader, symbol: str) -> None:
        amount = AMOUNTS[family]
        bid = client.fetch_order_book(symbol, 5)["bids"][0][0]
        low = float(client.price_to_precision(symbol, bid * 0.98))
        made = client.create_order(symbol, "limit", "buy", amount, low)
        order = ann.engine.order(ann.account, ann.symbol, order_id=int(made["id"]))
        assert order is not None
        assert (order.status, made["status"]) == ("open", "open")

        lower = float(client.price_to_precision(symbol, bid * 0.97))
        client.edit_order(made["id"], symbol, "limit", "buy", amount * 2, lower)
        fetched = client.fetch_order(made["id"], symbol)
        assert same(fetched["price"], str(lower))
        assert same(fetched["amount"], str(amount * 2))
        assert [each["id"] for each in client.fetch_open_orders(symbol)] == [made["id"]]
        assert client.cancel_order(made["id"], symbol)["status"] == "canceled"
        assert ann.engine.open_orders(ann.account) == []
        with pytest.raises(ccxt.OrderNotFound):
            client.cancel_order(made["id"], symbol)

        batch = [
            {"symbol": symbol, "type": "limit", "side": "buy", "amount": amount, "price": price}
            for price in (low, lower)
        ]
        both = client.create_orders(batch)
        assert len(ann.engine.open_orders(ann.account)) == 2
        client.cancel_orders([both[0]["id"]], symbol)
        client.cancel_all_orders(symbol)
        assert ann.engine.open_orders(ann.account) == []

        bought = client.create_order(symbol, "market", "buy", amount)
        assert bought["status"] == "closed"
        trades = client.fetch_my_trades(symbol)
        executions = ann.engine.executions(ann.account, ann.symbol)
        assert [each["id"] for each in trades] == [str(each.trade_id) for each in executions]
        assert same(sum(each["amount"] for each in trades), str(amount))
        ids = [each["id"] for each in client.fetch_orders(symbol)]
        assert bought["id"] in ids
        most = ann.engine.markets[ann.symbol]
        whole = most.max_amount // 10**most.amount_digits
        with pytest.raises(ccxt.ExchangeError, match=r"-20(19|27)"):
            client.create_order(symbol, "limit", "buy", whole, low)

    with_client(family, use)


@BOTH
def test_conditional_orders_through_ccxt_wait_outside_the_book(family: Futures) -> None:
    def use(client: Client, ann: Trader, symbol: str) -> None:
        bid = client.fetch_order_book(symbol, 5)["bids"][0][0]
        trigger = float(client.price_to_precision(symbol, bid * 0.9))
        made = client.create_order(
            symbol, "market", "sell", AMOUNTS[family], None, {"stopLossPrice": trigger}
        )
        waiting = ann.engine.open_orders(ann.account)
        assert [each.status for each in waiting] == ["held"]
        only = {"trigger": True}
        assert [each["id"] for each in client.fetch_open_orders(symbol, params=only)] == [
            made["id"]
        ]
        assert client.fetch_open_orders(symbol) == []
        assert client.fetch_order(made["id"], symbol, only)["status"] == "open"
        client.cancel_order(made["id"], symbol, only)
        assert ann.engine.open_orders(ann.account) == []
        client.create_order(symbol, "market", "sell", AMOUNTS[family], None, {"trailingPercent": 1})
        client.cancel_all_orders(symbol, only)
        assert ann.engine.open_orders(ann.account) == []

    with_client(family, use)


@BOTH
def test_positions_leverage_and_income_through_ccxt_are_those_of_the_clearing(
    family: Futures,
) -> None:
    def use(client: Client, ann: Trader, symbol: str) -> None:
        asset = ASSETS[family]
        assert same(client.fetch_balance()[asset]["total"], ann.wallet(asset))
        assert client.set_leverage(10, symbol)["leverage"] == 10
        assert client.fetch_leverages([symbol])[symbol]["longLeverage"] == 10
        client.set_margin_mode("isolated", symbol)
        with pytest.raises(ccxt.MarginModeAlreadySet):
            client.set_margin_mode("isolated", symbol)
        assert client.fetch_margin_modes([symbol])[symbol]["marginMode"] == "isolated"
        assert client.fetch_position_mode(symbol)["hedged"] is False
        client.create_order(symbol, "market", "buy", AMOUNTS[family])

        held = ann.clearing.position(ann.account, ann.symbol)
        shown = client.fetch_positions([symbol])[0]
        assert same(shown["contracts"], str(AMOUNTS[family]))
        market = ann.engine.markets[ann.symbol]
        price = held.entry_price / 10**market.price_digits
        assert abs(Fraction(str(shown["entryPrice"])) - price) < Fraction(1, 10**5)
        assert (shown["side"], shown["marginMode"]) == ("long", "isolated")
        account = client.fetch_positions([symbol], {"method": "account"})
        assert account[0]["side"] == "long"
        assert client.fetch_leverage_tiers([symbol])[symbol][0]["maxLeverage"] == 125
        client.add_margin(symbol, 1)
        assert len(ann.clearing.margin_changes(ann.account)) == 1
        assert client.fetch_margin_adjustment_history(symbol)[0]["type"] == "add"
        kinds = {each["info"]["incomeType"] for each in client.fetch_ledger(asset)}
        assert "COMMISSION" in kinds
        assert isinstance(client.fetch_funding_history(symbol), list)
        assert same(client.fetch_trading_fee(symbol)["taker"], "0.0005")
        if family == "linear":  # ccxt asks spot for the fees of the other
            assert client.fetch_trading_fees()[symbol]["maker"] is not None
        wallets = {each["asset"]: each for each in client.fetch_balance()["info"]["assets"]}
        assert same(wallets[asset]["walletBalance"], ann.wallet(asset))

    with_client(family, use)
