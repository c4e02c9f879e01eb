"""S1: twenty planted secrets are in no log, no error, no repr, no store and no answer of a bot."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.exchange.settings import VenueSettings
from benthic.cli.run.berth import secrets_of
from benthic.cli.run.redaction import Redactor
from benthic.runtime.secret import HIDDEN, Secret

from .running import Running, Served, a_free_port, a_venue, running

CANARIES = [f"CaNaRy{number:02d}x{'Q7w' * 4}{number:02d}" for number in range(20)]
SECTION = """
password = {{ file = "password" }}
proxy = {{ env = "BENTHIC_PROXY" }}
"""


@pytest.fixture(scope="module")
def venue() -> Iterator[Served]:
    with a_venue() as served:
        yield served


def planted(served: Served, folder: Path, canaries: list[str], *, proxy: bool) -> Path:
    """A bot file whose password and proxy are canaries too; the caller plants the keys."""
    (folder / "password").write_text(canaries[2], "utf-8")
    (folder / "password").chmod(0o600)
    file = served.bot(folder)
    lines = SECTION.format().strip().splitlines()
    text = "\n".join(lines if proxy else lines[:1])
    found = file.read_text("utf-8").replace('name = "binance"', f'name = "binance"\n{text}')
    file.write_text(found, "utf-8")
    return file


def leaks(bot: Running, folder: Path, canaries: list[str]) -> list[str]:
    """Where a canary is that should be nowhere."""
    places = {"log": bot.text.encode()}
    places |= {
        str(path): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "password"
    }
    return [
        f"{canary} in {place}"
        for canary in canaries
        for place, held in places.items()
        if canary.encode() in held
    ]


def end(bot: Running) -> None:
    bot.signal(signal.SIGTERM)
    bot.ended()


DEBUG = ("--log-level", "debug")


def test_a_bot_with_a_wrong_key_says_no_secret(venue: Served, tmp_path: Path) -> None:
    mine = CANARIES[:4]
    file = planted(venue, tmp_path, mine, proxy=False)
    environment = {"BENTHIC_API_KEY": mine[0], "BENTHIC_API_SECRET": mine[1]}
    with running(file, environment=environment, options=DEBUG) as bot:
        assert bot.ended() == 8

    assert leaks(bot, tmp_path, mine) == []


def test_a_bot_behind_a_dead_proxy_says_no_secret(venue: Served, tmp_path: Path) -> None:
    mine = CANARIES[4:8]
    file = planted(venue, tmp_path, mine, proxy=True)
    proxy = f"http://{mine[3]}:{mine[3]}@127.0.0.1:{a_free_port()}"
    environment = {
        "BENTHIC_API_KEY": mine[0],
        "BENTHIC_API_SECRET": mine[1],
        "BENTHIC_PROXY": proxy,
    }
    with running(file, environment=environment, options=DEBUG) as bot:
        bot.wait_for("line away")
        end(bot)

    assert leaks(bot, tmp_path, mine) == []


def test_a_bot_that_trades_says_and_stores_no_secret(venue: Served, tmp_path: Path) -> None:
    mine = [venue.key, venue.secret, *CANARIES[8:10]]
    file = planted(venue, tmp_path, mine, proxy=False)
    with running(file, environment=venue.environment, options=DEBUG) as bot:
        bot.wait_for("gate open")
        bot.wait_for("signal")
        end(bot)

    assert leaks(bot, tmp_path, mine) == []
    assert "listenKey" not in bot.text.replace(f"listenKey={HIDDEN}", "")


def test_literal_secrets_in_a_bot_file_are_refused_and_not_said(
    venue: Served, tmp_path: Path
) -> None:
    mine = CANARIES[10:14]
    text = venue.bot(tmp_path).read_text("utf-8")
    lines = (
        f'key = "{mine[0]}"',
        f'secret = "{mine[1]}"',
        f'password = "{mine[2]}"',
        f'proxy = "http://me:{mine[3]}@proxy:1"',
    )
    kept = [line for line in text.splitlines() if not line.startswith(("key =", "secret ="))]
    kept.insert(kept.index("[exchange]") + 1, "\n".join(lines))
    file = tmp_path / "literal.toml"
    file.write_text("\n".join(kept), "utf-8")
    with running(file, environment={}) as bot:
        assert bot.ended() == 3

    assert [canary for canary in mine if canary in bot.text] == []
    assert bot.text.count("exchange.") == 4


def test_a_library_that_logs_warns_or_crashes_with_secrets_says_none() -> None:
    mine = CANARIES[14:20]
    program = f"""
import logging, sys, warnings
from benthic.cli.run.logs import open_log
from benthic.runtime.secret import Secret
log = open_log("debug", {{form!r}})
log.redactor.add(map(Secret, {mine[:4]!r}))
logging.getLogger("ccxt").debug("request %s %s", {mine[0]!r}, {{{{"X-MBX-APIKEY": {mine[4]!r}}}}})
logging.getLogger("ccxt").debug("POST https://x/y?a=1&signature=%s", {mine[5]!r})
warnings.warn("a key {mine[1]} is old")
log.say("info", "event", {{{{"field": {mine[2]!r}, "ours": Secret({mine[4]!r})}}}})
try:
    raise ValueError({mine[3]!r})
except ValueError:
    logging.getLogger("x").exception("failed with %s", {mine[3]!r})
sys.stderr.write("as a word: {mine[0]}\\n")
raise RuntimeError("in a traceback: {mine[1]}")
"""
    for form in ("text", "json"):
        child = subprocess.run(
            [sys.executable, "-c", program.format(form=form)],
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONWARNINGS": "default"},
            text=True,
        )
        said = child.stdout + child.stderr

        assert child.stderr.count(HIDDEN) >= 8, said
        assert "RuntimeError: in a traceback: ***" in said
        assert [canary for canary in mine if canary in said] == []


secrets = st.text(min_size=4, alphabet=st.characters(exclude_categories=["Cs"]))


@given(secret=secrets, data=st.data())
def test_a_known_secret_is_taken_out_in_every_form(secret: str, data: st.DataObject) -> None:
    redactor = Redactor()
    redactor.add([Secret(secret)])
    forms = [secret, json.dumps(secret)[1:-1], repr(secret)[1:-1]]
    text = "".join(f"<{data.draw(st.sampled_from(forms))}>" for _ in range(3))

    cleaned = redactor.clean(text)

    assert cleaned == "<***><***><***>"


@pytest.mark.parametrize(
    "text",
    [
        "GET /api/v3/order?symbol=BTCUSDT&signature=0123abcd HTTP/1.1",
        "{'X-MBX-APIKEY': '0123abcd'}",
        'headers={"Authorization": "Bearer 0123abcd"}',
        "Proxy-Authorization: Basic 0123abcd",
        "PUT /api/v3/userDataStream?listenKey=0123abcd",
        "socks5://me:0123abcd@proxy:1080 is away",
        "0123abcd" * 8,
        'apiKey="0123abcd", secret="0123abcd"',
    ],
)
def test_what_looks_like_a_secret_is_taken_out_though_nobody_knows_it(text: str) -> None:
    cleaned = Redactor().clean(text)

    assert "0123abcd" not in cleaned
    assert HIDDEN in cleaned


@pytest.mark.parametrize(
    "words",
    [
        "order bn-409b3399000080018427000000000001 filled 0.40586000 at 59991.00 in 12 ms",
        "bot.toml: exchange.secret: the variable KEY is not set: export it first",
        "bot.toml: exchange.password: s/p can be used by others than its owner: chmod 600 s/p",
        "start the bot as a service of systemd with LoadCredential=secret:PATH, or use a file",
    ],
)
def test_what_is_no_secret_stays(words: str) -> None:
    assert Redactor().clean(words) == words


def test_a_proxy_is_a_secret_where_it_names_a_user_and_else_an_address_like_any_other() -> None:
    plain = VenueSettings(name="binance", proxy=Secret("http://127.0.0.1:1"))
    mine = VenueSettings(name="binance", proxy=Secret("http://me:0123abcd@127.0.0.1:1"))

    assert list(secrets_of(plain)) == []
    assert list(secrets_of(mine)) == [mine.proxy]
