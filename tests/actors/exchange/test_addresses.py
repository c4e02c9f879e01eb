"""Where a venue is asked once it is moved to another host."""

from __future__ import annotations

import pytest

from benthic.actors.exchange.addresses import moved_urls

HERE = "ws://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("venue", "family", "base", "stream"),
    [
        ("binance", "spot", HERE, f"{HERE}/ws/stream"),
        ("binanceusdm", "linear", HERE, f"{HERE}/usdm/ws"),
        ("binancecoinm", "inverse", HERE, f"{HERE}/coinm/ws"),
        ("binanceusdm", "linear", f"{HERE}/usdm", f"{HERE}/usdm/ws"),  # who says it is believed
    ],
    ids=["spot", "USD-M", "COIN-M", "said by hand"],
)
def test_streams_of_a_family_have_paths_of_their_own_on_one_host(
    venue: str, family: str, base: str, stream: str
) -> None:
    api = moved_urls(venue, rest="http://127.0.0.1:8000", ws=base)["api"]

    assert api["ws"][family] == stream


def test_what_is_not_moved_stays_where_it_is() -> None:
    api = moved_urls("binanceusdm", rest="http://127.0.0.1:8000", ws=None)["api"]

    assert api["fapiPublic"] == "http://127.0.0.1:8000/fapi/v1"
    assert api["ws"]["linear"] == "wss://fstream.binance.com/ws"
