"""Which adapter serves an exchange, what can be wrong with one, and how an exchange is opened."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.ccxt_trio.errors import UnknownExchange
from benthic.actors.exchange.adapters.adapter import Adapter
from benthic.actors.exchange.adapters.binance import Binance, BinanceCoinM, BinanceUsdM
from benthic.actors.exchange.adapters.bybit import Bybit
from benthic.actors.exchange.adapters.client_ids import ClientIdRule
from benthic.actors.exchange.adapters.kraken import Kraken
from benthic.actors.exchange.adapters.okx import Okx
from benthic.actors.exchange.adapters.registry import GROUP, BrokenAdapter, adapter_for
from benthic.actors.exchange.errors import NoTestnet
from benthic.actors.exchange.settings import Credentials, VenueSettings
from benthic.runtime.secret import Secret


class Htx(Adapter):
    """What somebody else might register."""


def point(name: str, value: str, folder: Path, distribution: str) -> EntryPoint:
    """An entry point of an installed distribution."""
    from importlib.metadata import PathDistribution

    meta = folder / f"{distribution}-1.dist-info"
    meta.mkdir(exist_ok=True)
    (meta / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1\n")
    (meta / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {value}\n")
    [found] = PathDistribution(meta).entry_points
    return found


def test_ours_are_registered_and_any_other_exchange_has_the_general_one() -> None:
    served = {"binance": Binance, "binanceusdm": BinanceUsdM, "binancecoinm": BinanceCoinM,
              "bybit": Bybit, "okx": Okx, "kraken": Kraken, "htx": Adapter}  # fmt: skip

    for name, kind in served.items():
        assert type(adapter_for(name)) is kind
        assert adapter_for(name).venue == name


def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(UnknownExchange, match="did you mean binance"):
        adapter_for("binanec")


def test_one_that_is_installed_apart_comes_before_ours(tmp_path: Path) -> None:
    ours = point("binance", "benthic.actors.exchange.adapters.binance:Binance", tmp_path, "benthic")
    theirs = point(
        "binance", "benthic.actors.exchange.adapters.okx:Okx", tmp_path, "better-binance"
    )

    for points in ([ours, theirs], [theirs, ours]):
        assert type(adapter_for("binance", points)) is Okx


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("no_such_module_at_all:Htx", "does not load"),
        ("benthic.actors.exchange.adapters.okx:Okex", "does not load"),
        ("benthic.actors.exchange.settings:VenueSettings", "is no subclass of Adapter"),
        ("benthic.actors.exchange.adapters.codes:BINANCE", "is no subclass of Adapter"),
    ],
)
def test_a_broken_one_is_an_error_that_names_its_distribution(
    tmp_path: Path, value: str, problem: str
) -> None:
    with pytest.raises(BrokenAdapter, match=problem) as caught:
        adapter_for("htx", [point("htx", value, tmp_path, "htx-for-benthic")])

    assert caught.value.distribution == "htx-for-benthic"


def test_two_that_others_install_for_one_exchange_are_an_error(tmp_path: Path) -> None:
    points = [
        point("htx", "benthic.actors.exchange.adapters.okx:Okx", tmp_path, name)
        for name in ("one", "two")
    ]

    with pytest.raises(BrokenAdapter, match="stands beside one from one"):
        adapter_for("htx", points)


def test_keys_are_in_the_configuration_and_in_no_text_of_the_settings() -> None:
    credentials = Credentials(Secret("KEY-123"), Secret("SECRET-456"), Secret("PASS-789"))
    settings = VenueSettings(name="okx", credentials=credentials, proxy=Secret("socks5://u:p@h:1"))

    config = adapter_for("okx").config(settings)

    assert (config["apiKey"], config["secret"], config["password"]) == (
        "KEY-123",
        "SECRET-456",
        "PASS-789",
    )
    assert config["socksProxy"] == config["wsSocksProxy"] == "socks5://u:p@h:1"
    assert not any(word in repr(settings) for word in ("123", "456", "789", "u:p"))  # S1


def test_a_testnet_is_used_where_there_is_one_and_refused_where_not() -> None:
    assert adapter_for("binance").config(VenueSettings(name="binance", sandbox="testnet"))[
        "sandbox"
    ]
    with pytest.raises(NoTestnet, match="kraken"):  # ccxt would break its addresses instead
        adapter_for("kraken").config(VenueSettings(name="kraken", sandbox="testnet"))


def test_users_options_win_and_nothing_is_retried_unseen() -> None:
    options: dict[str, Any] = {"recvWindow": 1_000, "maxRetriesOnFailure": 5}
    config = adapter_for("binance").config(VenueSettings(name="binance", options=options))

    assert config["options"]["recvWindow"] == 1_000
    assert config["options"]["maxRetriesOnFailure"] == config["maxRetriesOnFailure"] == 0  # O2
    assert config["options"]["fetchMarkets"] == {"types": ["spot"]}


@pytest.mark.parametrize("name", ["binance", "binanceusdm", "bybit", "okx", "kraken", "htx"])
def test_ccxt_keeps_few_rows_of_a_stream_unless_the_user_wants_more(name: str) -> None:
    options = adapter_for(name).config(VenueSettings(name=name))["options"]
    more = VenueSettings(name=name, options={"tradesLimit": 5_000})

    assert options["OHLCVLimit"] <= 100
    assert options["ordersLimit"] <= 500
    assert options["tradesLimit"] <= (1_024 if name == "bybit" else 200)
    assert adapter_for(name).config(more)["options"]["tradesLimit"] == 5_000


OURS = st.integers(0, 2**128 - 1).map(lambda number: f"bn-{number:032x}")


@given(OURS, st.sampled_from(["binance", "bybit", "okx", "kraken", "htx"]))
def test_our_client_ids_are_legal_everywhere_and_are_read_back(client_id: str, name: str) -> None:
    rule = adapter_for(name).client_ids
    written = rule.written(client_id)

    assert rule.fits(written)  # O7
    assert rule.read(written) == client_id
    assert len(written) <= rule.longest


@given(st.text(max_size=40), st.sampled_from(["as it is", "32 hex digits", "a UUID"]))
def test_a_strangers_id_is_left_as_it_is(text: str, form: Any) -> None:
    rule = ClientIdRule(form=form)

    assert rule.read(text) == text
    assert rule.written(text) == text
