"""Contracts through a connector: the line, the market's streams, what the account is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import attrs
import pytest
import trio

from benthic.actors.exchange.addresses import moved_urls
from benthic.actors.exchange.messages import (
    CandleReported,
    FetchFunding,
    FetchHoldings,
    FetchListings,
    FetchPositions,
    HoldingsReported,
    TradesReported,
    Watch,
)
from benthic.actors.matching.values import Family
from benthic.runtime import Millis, VirtualClock, on
from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import MarketPlan
from benthic.scenarios.venue.network import FUTURES_URLS

from .connecting import Listener, a_venue, connected, played, settings_of


@attrs.frozen
class Contract:
    """A perpetual contract, and who trades it."""

    name: str  # ccxt's, of the exchange
    family: Family
    pair: str
    symbol: str
    margin: str
    funds: Mapping[str, str]


CONTRACTS = (
    Contract("binanceusdm", "linear", "BTC/USDT", "BTC/USDT:USDT", "USDT", {"USDT": "50000"}),
    Contract("binancecoinm", "inverse", "BTC/USD", "BTC/USD:BTC", "BTC", {"BTC": "3"}),
)
ADDRESSES = ("its own", "moved")


class Reader(Listener):
    """Hears the market as well."""

    def __init__(self, diary: list[tuple[Millis, object]], more: Sequence[type]) -> None:
        super().__init__(diary, (*more, TradesReported, CandleReported))

    @on(TradesReported, CandleReported)
    def read(self, event: object) -> None:
        self._diary.append((self.now, event))


@pytest.mark.parametrize("addresses", ADDRESSES)
@pytest.mark.parametrize("contract", CONTRACTS, ids=[each.name for each in CONTRACTS])
def test_a_connector_to_contracts_comes_up_hears_the_market_and_reads_the_account(
    contract: Contract, addresses: str
) -> None:
    market = MarketPlan(pair=contract.pair, family=contract.family)
    ann = AccountPlan(name="ann", deposits={contract.family: contract.funds})
    urls: Mapping[str, Any] = FUTURES_URLS
    if addresses == "moved":  # as the bot file of one at `benthic venue` says it
        urls = moved_urls(contract.name, rest="http://127.0.0.1:18790", ws="ws://127.0.0.1:18790")

    async def body(clock: VirtualClock) -> None:
        venue = a_venue(markets=(market,), accounts=(ann,))
        settings = settings_of(venue, name=contract.name, urls=urls)
        symbols = [contract.symbol]
        async with connected(
            clock, venue, settings=settings, symbols=symbols, listener=Reader
        ) as desk:
            await desk.until("up")
            desk.line.tell(Watch(contract.symbol, "trades"))
            desk.line.tell(Watch(contract.symbol, "candles", "1m"))
            await trio.sleep(5 * 60)
            [listing] = await desk.line.ask(FetchListings())
            holdings = await desk.line.ask(FetchHoldings())
            positions = await desk.line.ask(FetchPositions())
            funding = await desk.line.ask(FetchFunding(contract.symbol))

            assert (str(listing.symbol), listing.family) == (contract.symbol, contract.family)
            assert {each.asset: each.free for each in holdings} == {
                contract.margin: Decimal(contract.funds[contract.margin])
            }
            assert positions == ()
            assert funding.symbol == contract.symbol
            heard = [event for _, event in desk.diary]
            trades = [t for e in heard if isinstance(e, TradesReported) for t in e.trades]
            assert len(trades) > 10
            assert {each.symbol for each in trades} == {contract.symbol}
            assert sum(isinstance(each, CandleReported) for each in heard) >= 4
            assert not any(isinstance(each, HoldingsReported) for each in heard)
            assert (desk.restarts(), desk.is_well_behaved()) == (0, True)

    played(body)
