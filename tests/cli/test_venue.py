"""`benthic venue` as a child process: where it says it is, who reaches it, and how it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from benthic.cli.venue.house import furnish
from benthic.cli.venue.options import Markets
from benthic.cli.venue.replayed import usual_symbols
from benthic.runtime import Millis, UsageError

Benthic = Callable[..., Any]

PATIENCE = 60  # seconds of wall time until a child counts as hung
NAMES = ["BENTHIC_REST_URL", "BENTHIC_WS_URL", "BENTHIC_API_KEY", "BENTHIC_API_SECRET"]
OPENED = ["event", "at", "rest_url", "ws_url", "api_key", "control_url", "control_token"]
TOKEN = "t" * 40


class Child:
    """A running venue, and what it has said so far."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def env(self) -> dict[str, str]:
        return dict(self.line().split("=", 1) for _ in NAMES)

    def end(self, number: signal.Signals) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, err


@contextmanager
def venue(*arguments: object) -> Iterator[Child]:
    command = [sys.executable, "-m", "benthic", "venue", *map(str, arguments)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUTF8": "1", "BENTHIC_CONTROL_TOKEN": TOKEN},
        text=True,
    ) as process:
        try:
            yield Child(process)
        finally:
            process.kill()


def client(kind: str, env: dict[str, str]) -> Any:
    """A client of ccxt's with our base URL in place of the venue's, and nothing else changed."""
    ccxt = pytest.importorskip("ccxt", reason="the extra dev is not installed")
    made = getattr(ccxt, kind)(
        {"apiKey": env["BENTHIC_API_KEY"], "secret": env["BENTHIC_API_SECRET"]}
    )
    made.urls["api"] = {
        name: env["BENTHIC_REST_URL"] + urlsplit(url).path
        for name, url in made.urls["api"].items()
        if isinstance(url, str)
    }
    made.options["fetchCurrencies"] = False
    return made


def asked(url: str, *, token: str = "", body: object = None) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(  # noqa: S310 - our own child on loopback
        urllib.request.Request(url, data, {**headers, "Content-Type": "application/json"}),  # noqa: S310
        timeout=PATIENCE,
    ) as answer:
        return json.loads(answer.read())


def test_four_lines_are_all_that_a_shell_needs_and_sigterm_ends_it() -> None:
    with venue("--port", 0, "--print-env") as child:
        env = child.env()
        assert list(env) == NAMES
        assert asked(f"{env['BENTHIC_REST_URL']}/api/v3/ping") == {}

        assert child.end(signal.SIGTERM) == (143, "", "")


@pytest.mark.parametrize(
    ("kind", "symbol", "amount", "speed"),
    [
        ("binance", "BTC/USDT", 0.01, 1),
        ("binance", "BTC/USDT", 0.01, 60),
        ("binanceusdm", "BTC/USDT:USDT", 0.01, 60),
        ("binancecoinm", "BTC/USD:BTC", 10, 1),
    ],
)
def test_an_unmodified_client_trades_at_any_speed(
    kind: str, symbol: str, amount: float, speed: int
) -> None:
    with venue("--symbols", "BTC/USDT", "--speed", speed, "--print-env") as child:
        exchange = client(kind, child.env())
        exchange.options["fetchMarkets"] = {
            "types": [{"binance": "spot", "binanceusdm": "linear", "binancecoinm": "inverse"}[kind]]
        }
        last = exchange.fetch_ticker(symbol)["last"]
        placed = exchange.create_order(symbol, "limit", "buy", amount, round(last * 0.97))
        listed = exchange.fetch_open_orders(symbol)
        canceled = exchange.cancel_order(placed["id"], symbol)
        bought = exchange.create_order(symbol, "market", "buy", amount)

        assert len(exchange.fetch_ohlcv(symbol, "1m", limit=100)) == 100
        assert [order["id"] for order in listed] == [placed["id"]]
        assert canceled["status"] == "canceled"
        assert exchange.fetch_order(bought["id"], symbol)["filled"] == amount
        assert child.end(signal.SIGINT)[0] == 130


def test_faults_of_the_plan_and_of_the_control_port_strike_and_are_told(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(
        '[[rule]]\nverb = "status"\nstatus = 503\nwhen = { path = "/api/v3/time", nth = 1 }\n'
    )
    with venue("--faults", plan, "--control-port", 0, "--json") as child:
        opened = json.loads(child.line())
        assert list(opened) == OPENED
        assert opened["control_token"] is None  # whoever runs it has chosen it
        base, control = opened["rest_url"], opened["control_url"]
        with pytest.raises(urllib.error.HTTPError, match="503"):
            asked(f"{base}/api/v3/time")
        told = json.loads(child.line())
        halt = {"verb": "halt", "symbol": "BTCUSDT"}
        fired = asked(f"{control}/fire", token=TOKEN, body=halt)
        code, out, err = child.end(signal.SIGTERM)

    halted, closed = map(json.loads, out.splitlines())
    assert (told["event"], told["verb"]) == ("fault", "status")
    assert "GET /api/v3/time" in told["cause"]
    assert fired["verb"] == halted["verb"] == "halt"
    assert (closed["event"], closed["faults"], closed["requests"]) == ("closed", 2, 1)
    assert (code, err) == (143, "")


def test_without_a_terminal_it_says_in_lines_what_it_does() -> None:
    with venue("--seed", 7, "--print-env") as child:
        secret = child.env()["BENTHIC_API_SECRET"]
    with venue("--seed", 7) as child:
        said = [child.line() for _ in range(5)]
        assert [line.partition("=")[0] for line in said[:3]] == NAMES[:3]
        assert said[3].startswith("the secret is told by --print-env alone")
        assert said[4] == "open until Ctrl-C"
        assert secret not in "".join(said)

        code, out, err = child.end(signal.SIGINT)

    assert (code, err) == (130, "")
    assert out == "closed: 0 connections, 0 requests, 0 refused, 0 faults\n"


def test_a_terminal_shows_markets_orders_and_requests() -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "benthic", "venue", "--symbols", "BTC/USDT"]
    shown = b""
    with subprocess.Popen(
        command,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "COLUMNS": "200", "LINES": "60", "TERM": "xterm"},
    ) as child:
        os.close(theirs)
        while b"no fault has fired" not in shown:
            shown += os.read(ours, 65_536)
        child.send_signal(signal.SIGINT)
        assert child.wait(PATIENCE) == 130
    os.close(ours)

    text = shown.decode()
    assert NAMES[3] not in text
    for words in (*NAMES[:3], "spot BTCUSDT", "usdm BTCUSDT", "coinm BTCUSD_PERP", "no open order"):
        assert words in text
    assert "UTC at speed 1; 0 connections" in text


def test_the_same_seed_gives_the_same_keys_and_another_gives_others() -> None:
    found = []
    for seed in (1, 1, 2):
        with venue("--seed", seed, "--print-env") as child:
            found.append(child.env()["BENTHIC_API_SECRET"])

    assert found[0] == found[1] != found[2]


def test_a_port_that_is_taken_is_one_line_with_a_remedy(benthic: Benthic) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        ran = benthic("venue", "--port", other.getsockname()[1])

    assert ran.code == 7
    assert ran.out == ""
    assert "Address already in use; try port 0" in ran.complaint


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["--symbols", "BTCUSDT"], 2, "no pair; did you mean BTC/USDT?"),
        (["--symbols", "eth/usdt"], 2, "no pair; did you mean ETH/USDT?"),
        (["--symbols", "BTC/BTC"], 2, "--symbols BTC/BTC: no pair"),
        (["--symbols", ","], 2, "--symbols names none"),
        (["--symbols", "BTC/USDT:EUR"], 2, "write BTC/USDT:USDT or BTC/USD:BTC"),
        (["--symbols", "ETH/BTC", "--families", "usdm"], 2, "can be opened in usdm"),
        (["--families", "sopt"], 2, "did you mean spot?"),
        (["--market", "trnd"], 2, 'Did you mean "trend"?'),
        (["--market", "replay"], 2, "name a file for each pair"),
        (["--data", "x.csv"], 2, "--data is replayed by --market replay"),
        (["--market", "replay", "--data", "x.csv"], 2, "its name says no pair"),
        (["--market", "replay", "--data", "BTCUSDT.csv"], 4, "no such file"),
        (["--market", "replay", "--data", "all.data"], 2, "name those to open with --symbols"),
        (
            ["--market", "replay", "--symbols", "BTC/USDT,ETH/USDT", "--data", "BTCUSDT.csv"],
            2,
            "nothing of ETH/USDT",
        ),
        (["--market", "replay", "--symbols", "BTC/USDT", "--data", "x.csv"], 4, "no such file"),
        (["--start", "soon"], 2, "write one as 2026-01-01T00:00"),
        (["--deposits", "DOGE=1"], 2, "no market uses DOGE; there are BTC, ETH, USDT"),
        (["--deposits", "USDT=-1"], 2, "write ASSET=AMOUNT"),
        (["--speed", "0"], 2, "Must be > 0"),
        (["--port", "65536"], 2, "Must be <= 65535"),
        (["--port", "1.5"], 2, "--port '1.5' is no whole number"),
        (["--seed", "1e3"], 2, "--seed '1e3' is no whole number"),
        (["--control-port", ""], 2, "--control-port '' is no whole number"),
        (["--families", "SPOT"], 2, "did you mean spot?"),
        (["--symbols", f"{'A' * 30}/USDT"], 2, "no pair; write BASE/QUOTE in capitals"),
        (["--deposits", "USDT=1e400"], 2, "--deposits 'USDT=1e400': write ASSET=AMOUNT"),
        (["--deposits", "USDT=1,USDT=2"], 2, "names an asset twice"),
        (["--frame", "7q"], 2, "--frame"),
        (["--print-env", "--json"], 2, "exclude each other"),
        (["--faults", "plan.toml"], 7, "plan.toml: cannot be read"),
        (["record", "--out", "x", "--faults", "plan.toml"], 7, "plan.toml: cannot be read"),
        (["record", "--out", "x", "--for", "1y"], 2, "is no time"),
        (["record", "--out", "x", "--for", "0m"], 2, "give a longer time"),
        (["record", "--out", "/dev/null/x", "--for", "1m"], 7, "name another folder"),
    ],
    ids=lambda value: "_".join(value).replace("/", "") if isinstance(value, list) else "",
)
def test_what_cannot_be_served_is_one_line_and_nothing_starts(
    benthic: Benthic, arguments: list[str], code: int, complaint: str
) -> None:
    ran = benthic("venue", *arguments)

    assert ran.code == code
    assert ran.out == ""
    assert complaint in ran.complaint


@pytest.mark.parametrize(
    ("plan", "complaint"),
    [
        ('verb = "drop_reqest"\nwhen = { path = "/api/v3/time" }', "did you mean drop_request?"),
        ('verb = "halt"\nsymbol = "XXX"\nwhen = { at = "1m" }', "there is no market 'XXX'"),
        ('verb = "halt', "is not TOML"),
    ],
)
def test_a_plan_that_cannot_strike_is_refused_by_its_place(
    benthic: Benthic, tmp_path: Path, plan: str, complaint: str
) -> None:
    (tmp_path / "plan.toml").write_text(f"[[rule]]\n{plan}\n")

    ran = benthic("venue", "--faults", "plan.toml")

    assert ran.code == 3
    assert "rule 1" in ran.complaint or "plan.toml" in ran.complaint
    assert complaint in ran.complaint


def test_every_flaw_of_a_plan_is_a_line_with_its_place(benthic: Benthic, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(
        '[[rule]]\nverb = "drop_reqest"\nwhen = { path = "/api/v3/ordr" }\n'
        '[[rule]]\nverb = "halt"\nsymbol = "XXX"\nwhen = { at = "1m" }\n'
        '[[rule]]\nverb = "withdraw"\nasset = "USDX"\namount = -1\naccount = 2\n'
        'when = { at = "1m" }\n'
    )

    for command in (("venue",), ("venue", "record", "--out", "x")):
        ran = benthic(*command, "--faults", "plan.toml")
        lines = [line.removeprefix("benthic: error: plan.toml: ") for line in ran.err.splitlines()]

        assert (ran.code, ran.out) == (3, "")
        assert [line.partition(": ")[0] for line in lines] == ["rule 1"] * 2 + ["rule 2"] + (
            ["rule 3"] * 3
        )
        for line, words in zip(
            lines,
            (
                "verb: there is no verb 'drop_reqest'; did you mean drop_request?",
                "when.path: the venue has no '/api/v3/ordr'; did you mean /api/v3/order?",
                "symbol: there is no market 'XXX'; there are",
                "amount: -1 is too little",
                "account: there is no account 2; there are 1",
                "asset: nobody has 'USDX'; did you mean USD?",
            ),
            strict=True,
        ):
            assert words in line
    assert not (tmp_path / "x").exists()


def test_a_broken_row_of_recorded_trades_is_named_before_the_venue_opens(
    benthic: Benthic, tmp_path: Path
) -> None:
    (tmp_path / "BTCUSDT-trades.csv").write_text(
        "1,60000.00,0.01,600,1767225600000,True,True\n2,60000.00,x,600,1767225600001,True,True\n"
    )

    ran = benthic(
        "venue", "--market", "replay", "--symbols", "BTC/USDT", "--data", "BTCUSDT-trades.csv"
    )

    assert ran.code == 4
    assert "BTCUSDT-trades.csv:2" in ran.complaint
    assert "repair the row" in ran.complaint


def test_a_pair_is_opened_in_every_family_and_a_contract_in_its_own() -> None:
    house = furnish(Markets(symbols="BTC/USDT, ETH/USDT:USDT,BTC/USDC,ETH/BTC"), Millis(1))
    opened = [(plan.family, plan.pair) for plan in house.config.markets]

    assert opened == [
        ("spot", "BTC/USDT"), ("linear", "BTC/USDT"), ("inverse", "BTC/USD"),
        ("linear", "ETH/USDT"), ("spot", "BTC/USDC"), ("linear", "BTC/USDC"),
        ("spot", "ETH/BTC"),
    ]  # fmt: skip


def test_a_replay_opens_the_pairs_of_its_data_where_none_are_named() -> None:
    def symbols(*data: str) -> str:
        return usual_symbols(Markets(market="replay", data=list(data)))

    assert symbols("dumps/BTCUSDT-1m.csv") == "BTC/USDT"
    assert symbols("BTCUSDT-1m.csv", "eth_btc-trades.csv", "SOL/USDC=some.csv") == (
        "BTC/USDT,ETH/BTC,SOL/USDC"
    )
    assert usual_symbols(Markets()) == "BTC/USDT,ETH/USDT"


def test_deposits_go_to_every_family_that_uses_the_asset() -> None:
    said = Markets(symbols="BTC/USDT", deposits="USDT=1000,BTC=0.5")
    (account,) = furnish(said, Millis(1)).config.accounts

    assert account.deposits == {
        "spot": {"USDT": "1000", "BTC": "0.5"},
        "linear": {"USDT": "1000"},
        "inverse": {"BTC": "0.5"},
    }


@pytest.mark.parametrize("text", ["1969-01-01", "", "2026-13-01"])
def test_a_start_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--start"):
        furnish(Markets(start=text), Millis(1))
