"""`benthic exchanges`: all of ccxt in a table, ours marked, and one exchange in full."""

from __future__ import annotations

import json

import pytest

from benthic.cli.main import main


def test_all_exchanges_are_listed_and_ours_are_marked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exchanges", "--json"]) == 0

    found = {each["name"]: each for each in json.loads(capsys.readouterr().out)["exchanges"]}
    ours = {name for name, each in found.items() if each["is_adapted"]}
    assert len(found) > 100
    assert ours == {"binance", "binancecoinm", "binanceusdm", "bybit", "kraken", "okx"}
    assert found["binance"]["capabilities"]["fence"] == 17_000
    assert found["okx"]["capabilities"]["client_id"]["longest"] == 32
    assert not found["kraken"]["capabilities"]["has_testnet"]
    assert found["htx"]["adapter"] == "Adapter"
    with_orders = [each for each in found.values() if each["capabilities"]["kinds"]]
    assert len(with_orders) > 90


def test_one_exchange_is_told_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exchanges", "binanceusdm"]) == 0

    shown = capsys.readouterr().out
    for words in ("BinanceUsdM (benthic)", "linear", "trailing_stop", "after 17000 ms", "testnet"):
        assert words in shown


def test_what_client_ids_may_be_is_told_letter_by_letter(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["exchanges", "kraken"]) == 0

    assert "36 of [a-zA-Z0-9-], ours a UUID" in capsys.readouterr().out


def test_exchanges_are_chosen_by_family_and_need(capsys: pytest.CaptureFixture[str]) -> None:
    needs = ["--need", "adapter", "--need", "testnet", "--family", "inverse", "--json"]
    assert main(["exchanges", *needs]) == 0

    found = [each["name"] for each in json.loads(capsys.readouterr().out)["exchanges"]]
    assert found == ["binancecoinm", "bybit", "okx"]


def test_an_unknown_exchange_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exchanges", "binanec"]) == 2

    assert "did you mean binance" in capsys.readouterr().err
