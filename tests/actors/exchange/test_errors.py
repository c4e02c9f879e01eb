"""What a connector's errors say, however often one is handed on inside of another."""

from __future__ import annotations

import pytest

from benthic.actors.exchange.errors import Barred, KeyTrouble, VenueAway, alike
from benthic.runtime import Millis


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (VenueAway("binance", "no route"), lambda words: VenueAway("binance", words)),
        (KeyTrouble("binance", "no such key"), lambda words: KeyTrouble("binance", words)),
        (
            Barred("binance", "status 429", until=Millis(9)),
            lambda words: Barred("binance", words, until=Millis(9)),
        ),
    ],
    ids=["away", "key", "barred"],
)
def test_an_error_that_is_handed_on_says_its_words_once(error: Exception, again: type) -> None:
    assert str(again(str(error))) == str(error)


def test_a_market_in_other_letters_is_the_one_that_is_meant() -> None:
    known = ["BTC/USDC", "BTC/USDT", "ETH/USDT", "BTC/USDT:USDT"]

    assert alike("btc/usdt", known) == ["BTC/USDT"]
    assert alike("BTC/USD", known)[0] in {"BTC/USDT", "BTC/USDC"}
    assert alike("nothing", known) == []
