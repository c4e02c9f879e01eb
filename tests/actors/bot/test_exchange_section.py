"""What a bot file says of its venue: strictly read, and no secret of it is ever repeated."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.bot.config import Reference
from benthic.actors.bot.errors import ConfigError
from benthic.actors.bot.reading import parse_config, require_runnable
from benthic.runtime import UsageError

LITERAL = "sUpErSeCrEtLiTeRaL0123456789"
SOUND = """
[bot]
name = "first"
context = "live"

[exchange]
name = "binance"
key = { env = "BINANCE_KEY" }
secret = { file = "secret.txt" }

[market]
symbol = "BTC/USDT"
time_frame = "1m"

[mode]
name = "ema_cross"

[store]
path = "orders.store"
"""


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        parse_config(text, file="/etc/bots/a.toml")
    return [str(problem) for problem in refused.value.problems]


def test_a_bot_at_a_venue_leaves_out_what_the_venue_tells() -> None:
    config = parse_config(SOUND, file="/etc/bots/a.toml")
    require_runnable(config, "a.toml")
    exchange, store = config.exchange, config.store
    assert exchange is not None
    assert store is not None

    assert exchange.key == Reference("env", "BINANCE_KEY")
    assert exchange.secret == Reference("file", "/etc/bots/secret.txt")  # beside the bot file
    assert store.path == Path("/etc/bots/orders.store")
    assert (exchange.sandbox, exchange.accept_withdrawals) == ("live", "refuse")
    assert (config.shutdown.orders, config.log.format) == ("keep", "text")
    with pytest.raises(UsageError, match="does not say amount_step, price_step, fees"):
        _ = config.market.instrument


def test_the_account_is_named_in_one_place() -> None:
    named = SOUND.replace('name = "binance"', 'name = "binance"\naccount = "spot-1"')

    assert parse_config(named).account.name == "spot-1"
    assert parse_config(SOUND).account.name == "main"
    both = named + '\n[account]\nname = "other"\n'
    assert faults(both) == ["exchange.account: is another than account.name: leave one of them out"]


BAD = [
    ('{ env = "BINANCE_KEY" }', f'"{LITERAL}"', "exchange.key: a secret does not stand in a bot"),
    ('{ file = "secret.txt" }', f'"{LITERAL}"', "exchange.secret: a secret does not stand in"),
    ('{ env = "BINANCE_KEY" }', f'{{ env = "{LITERAL}" }}', "exchange.key: env: expected the name"),
    ('{ env = "BINANCE_KEY" }', "7", "exchange.key: expected one reference"),
    ('{ env = "BINANCE_KEY" }', "{}", "exchange.key: expected one reference"),
    ('{ env = "BINANCE_KEY" }', '{ envy = "X" }', "exchange.key: unknown key; did you mean env?"),
    ('{ env = "BINANCE_KEY" }', '{ credential = "../x" }', "credential: expected the name of a"),
    ('{ env = "BINANCE_KEY" }', "{ file = 7 }", "exchange.key: file: expected text in quotes"),
    ('key = { env = "BINANCE_KEY" }', "", "exchange.key: goes with exchange.secret"),
    ('key = { env = "BINANCE_KEY" }\nsecret = { file = "secret.txt" }', "", "a live bot signs"),
    ('"binance"', '"binanse"', "exchange.name: binanse is no exchange of ccxt; did you mean bin"),
    ('"binance"', '"binance"\nsandbox = "test"', "exchange.sandbox: 'test' is text, which is not"),
    ('"binance"', '"binance"\nproxy = "http://u:pw@h:1"', "exchange.proxy: an address with a user"),
    ('"binance"', '"binance"\nproxy = "ftp://h:1"', "exchange.proxy: expected an address"),
    ('"binance"', '"binance"\nproxy = "http://h"', "exchange.proxy: expected a port"),
    ('"binance"', f'"binance"\noptions = {{ apiKey = "{LITERAL}" }}', "exchange.options: apiKey:"),
    (
        '"binance"',
        f'"binance"\noptions = {{ a = {{ secret = "{LITERAL}" }} }}',
        "a.secret: secrets",
    ),
    ('"binance"', '"binance"\nurls = { rest = "http://u:p@h" }', "exchange.urls.rest: an address"),
    ('"binance"', '"binance"\nurls = { ws = "http://h" }', "exchange.urls.ws: expected an address"),
    ('"binance"', '"binance"\nurls = { rest = "http://h/?a=1" }', "has no query here"),
    (
        '"binance"',
        '"binance"\naccept_withdrawals = true',
        "True is a boolean, which is not offered",
    ),
    ('"live"', '"life"', "bot.context: 'life' is text, which is not offered; did you mean live?"),
    ('"live"', '"paper"', "account.deposits: missing"),
    ("[store]", "[shutdown]\norders = 'cancel'\n[store]", "shutdown.orders: 'cancel' is text"),
    ("[store]", "[log]\nlevel = 'loud'\n[store]", "log.level: 'loud' is text, which is not"),
    ('path = "orders.store"', 'path = ""', "store.path: is no path"),
]


@pytest.mark.parametrize(("old", "new", "fault"), BAD, ids=[fault[:40] for *_, fault in BAD])
def test_a_fault_is_named_and_no_secret_repeated(old: str, new: str, fault: str) -> None:
    assert old in SOUND
    found = faults(SOUND.replace(old, new, 1))  # I1

    assert any(fault in line for line in found), found
    assert LITERAL not in "\n".join(found)  # S1
    assert "pw" not in "\n".join(found)


def test_all_faults_of_a_file_are_named_in_one_pass() -> None:
    text = SOUND.replace('"binance"', '"binance"\nsandbox = "x"').replace('"live"', '"x"')
    text = text.replace('{ env = "BINANCE_KEY" }', f'"{LITERAL}"').replace('"1m"', '"1x"')

    assert len(faults(text)) == 4


def test_what_only_running_needs_is_asked_for_when_it_runs() -> None:
    text = SOUND.replace('context = "live"', "").replace('[store]\npath = "orders.store"', "")
    config = parse_config(text)

    with pytest.raises(ConfigError) as refused:
        require_runnable(config, "a.toml")
    assert [problem.key for problem in refused.value.problems] == ["bot.context", "store.path"]


secrets = st.text(min_size=12, alphabet=st.characters(codec="ascii", categories=["L", "N"]))
places = st.sampled_from(["key", "secret", "password", "proxy", "options", "urls"])


@given(secret=secrets, place=places)
def test_a_literal_secret_in_any_place_is_refused_and_not_repeated(secret: str, place: str) -> None:
    lines = [line for line in SOUND.splitlines() if not line.startswith(f"{place} =")]
    lines.insert(lines.index("[exchange]") + 1, f'{place} = "{secret}"')

    found = faults("\n".join(lines))

    assert any(line.startswith(f"exchange.{place}: ") for line in found)
    assert secret not in "\n".join(found)


@pytest.mark.parametrize("window", [0, 99, 60_001])
def test_a_window_in_which_no_request_can_arrive_is_refused(window: int) -> None:
    key = 'secret = { file = "secret.txt" }\n'

    (fault,) = faults(SOUND.replace(key, f"{key}receive_window_ms = {window}\n"))

    assert fault.startswith("exchange.receive_window_ms: lies between 100 and 60000")
