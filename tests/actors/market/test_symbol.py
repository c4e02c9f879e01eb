"""A symbol is read once, strictly, and says where it was wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.market.errors import BadValue
from benthic.actors.market.symbol import Symbol, is_asset

assets = st.text(max_size=30).filter(is_asset)


@given(assets, assets)
def test_what_a_symbol_prints_is_read_back_as_the_same(base: str, quote: str) -> None:
    if base == quote:
        return

    assert Symbol.parse(str(Symbol(base, quote))) == Symbol(base, quote)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("BTCUSDT", "BASE/QUOTE"),
        ("BTC/USDT/EUR", "BASE/QUOTE"),
        ("", "BASE/QUOTE"),
        ("/USDT", "printable"),
        ("BTC/", "printable"),
        ("BT C/USDT", "no space"),
        ("BTC/USDT\n", "printable"),
        ("BTC/\x00", "printable"),
        ("B" * 25 + "/USDT", "1 to 24"),
        ("BTC/BTC", "name two"),
        ("BTC/USDT:USDT", "only spot"),
        (None, "as text"),
        (7, "as text"),
    ],
    ids=repr,
)
def test_what_is_no_spot_pair_is_refused_with_place_and_remedy(text: object, remedy: str) -> None:
    with pytest.raises(BadValue, match=remedy) as caught:
        Symbol.parse(text, place="bot.toml: symbol")

    assert caught.value.place == "bot.toml: symbol"
    assert str(caught.value).startswith("bot.toml: symbol: ")
