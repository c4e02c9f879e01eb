"""What a connector's errors say, however often one is handed on inside of another."""

from __future__ import annotations

import pytest

from benthic.actors.exchange.errors import (
    Barred,
    KeyTrouble,
    RegionBlocked,
    VenueAway,
    alike,
    not_served,
)
from benthic.runtime import Millis


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (VenueAway("binance", "no route"), lambda words: VenueAway("binance", words)),
        (KeyTrouble("binance", "no such key"), lambda words: KeyTrouble("binance", words)),
        (RegionBlocked("binance", "status 451"), lambda words: RegionBlocked("binance", words)),
        (
            Barred("binance", "status 429", until=Millis(9)),
            lambda words: Barred("binance", words, until=Millis(9)),
        ),
    ],
    ids=["away", "key", "region", "barred"],
)
def test_an_error_that_is_handed_on_says_its_words_once(error: Exception, again: type) -> None:
    assert str(again(str(error))) == str(error)


def test_a_blocked_region_is_no_matter_of_the_key() -> None:  # E14
    error = RegionBlocked("binance", "status 451")

    assert str(error).startswith("binance does not serve this region: status 451; trade at an")
    assert "check the key" not in str(error)


@pytest.mark.parametrize("kind", [KeyTrouble, RegionBlocked])
def test_a_line_that_is_shut_says_again_what_it_was_shut_for(
    kind: type[KeyTrouble | RegionBlocked],
) -> None:
    error = kind("binance", "so it is")

    again = not_served("binance", str(error))

    assert (type(again), str(again)) == (kind, str(error))


def test_a_market_in_other_letters_is_the_one_that_is_meant() -> None:
    known = ["BTC/USDC", "BTC/USDT", "ETH/USDT", "BTC/USDT:USDT"]

    assert alike("btc/usdt", known) == ["BTC/USDT"]
    assert alike("BTC/USD", known)[0] in {"BTC/USDT", "BTC/USDC"}
    assert alike("nothing", known) == []
