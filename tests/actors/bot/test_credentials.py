"""Secrets by reference: read from where they lie, refused where others could read them too."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benthic.actors.bot.builder import ExchangeBuilder
from benthic.actors.bot.config import Reference
from benthic.actors.bot.credentials import DIRECTORY, LARGEST, read_secret, venue_settings
from benthic.actors.bot.errors import ConfigError, Unexpected
from benthic.actors.bot.reading import parse_config
from benthic.actors.bot.venue_contexts import live
from benthic.runtime import UsageError

CANARY = "canary-4f1c9d"
BOT = """
[bot]
name = "first"
[exchange]
name = "binance"
key = { env = "KEY" }
secret = { file = "secret" }
proxy = { env = "PROXY" }
urls = { rest = "http://127.0.0.1:8000", ws = "ws://127.0.0.1:8001" }
[market]
symbol = "BTC/USDT"
time_frame = "1m"
[mode]
name = "ema_cross"
"""


def a_secret(path: Path, mode: int = 0o600, text: str = f"{CANARY}\n") -> Reference:
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return Reference("file", str(path))


def refusal(reference: Reference, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(Unexpected) as refused:
        read_secret(reference, environment or {})
    assert CANARY not in str(refused.value)
    return str(refused.value)


def test_a_secret_is_read_from_a_variable_a_file_or_a_credential(tmp_path: Path) -> None:
    file = a_secret(tmp_path / "key")
    a_secret(tmp_path / "credential", 0o440)  # the access that systemd gives shows as the group's
    environment = {"KEY": CANARY, DIRECTORY: str(tmp_path)}

    for reference in (Reference("env", "KEY"), file, Reference("credential", "credential")):
        secret = read_secret(reference, environment)
        assert secret.reveal() == CANARY
        assert CANARY not in f"{secret!r} {secret}"  # S1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o666, 0o601])
def test_a_file_that_others_can_use_is_refused_with_what_mends_it(
    tmp_path: Path, mode: int
) -> None:
    path = tmp_path / "key"

    assert refusal(a_secret(path, mode)).endswith(f"chmod 600 {path}")  # I6


def test_a_link_is_followed_within_its_folder_only(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    (inside / "..data").mkdir(parents=True)
    outside.mkdir()
    a_secret(inside / "..data" / "key")
    a_secret(outside / "key")
    (inside / "near").symlink_to(Path("..data", "key"))
    (inside / "far").symlink_to(outside / "key")
    (inside / "round").symlink_to(inside / "round")

    assert read_secret(Reference("file", str(inside / "near")), {}).reveal() == CANARY
    assert "is a link out of its folder" in refusal(Reference("file", str(inside / "far")))
    assert "cannot be read" in refusal(Reference("file", str(inside / "round")))


def test_what_is_no_secret_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "folder").mkdir(0o700)
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    binary.chmod(0o600)

    assert "cannot be read (No such file" in refusal(Reference("file", str(tmp_path / "none")))
    assert "is no file" in refusal(Reference("file", str(tmp_path / "pipe")))
    assert "is no file" in refusal(Reference("file", str(tmp_path / "folder")))
    assert "is not UTF-8" in refusal(Reference("file", str(binary)))
    assert "holds nothing" in refusal(a_secret(tmp_path / "empty", text="\n"))
    assert f"more than {LARGEST}" in refusal(a_secret(tmp_path / "big", text="x" * (LARGEST + 1)))
    assert "KEY is not set" in refusal(Reference("env", "KEY"))
    assert f"{DIRECTORY} is not set" in refusal(Reference("credential", "key"))


def test_the_settings_of_a_venue_hold_the_secrets_and_show_none(tmp_path: Path) -> None:
    a_secret(tmp_path / "secret")
    file = tmp_path / "bot.toml"
    environment = {"KEY": "k-" + CANARY, "PROXY": f"http://me:{CANARY}@proxy:3128"}
    settings = venue_settings(parse_config(BOT, file=file), environment, file=file)

    assert settings.credentials is not None
    assert settings.credentials.secret.reveal() == CANARY
    assert settings.urls["api"]["public"] == "http://127.0.0.1:8000/api/v3"
    assert settings.urls["api"]["ws"]["spot"] == "ws://127.0.0.1:8001/ws/stream"
    assert CANARY not in repr(settings)  # S1


def test_all_secrets_that_are_missing_are_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "bot.toml"

    with pytest.raises(ConfigError) as refused:
        venue_settings(parse_config(BOT, file=file), {}, file=file)
    keys = [problem.key for problem in refused.value.problems]
    assert keys == ["exchange.key", "exchange.secret", "exchange.proxy"]


def test_a_testnet_is_refused_where_the_venue_has_none(tmp_path: Path) -> None:
    file = tmp_path / "bot.toml"
    text = """
[bot]
name = "first"
context = "paper"

[exchange]
name = "kraken"
sandbox = "testnet"

[market]
symbol = "BTC/USD"
time_frame = "1m"

[account]
deposits = { USD = "10000" }

[mode]
name = "ema_cross"
"""
    with pytest.raises(ConfigError, match=r"exchange\.sandbox: kraken has no testnet"):
        venue_settings(parse_config(text, file=file), {}, file=file)


def test_a_live_bot_is_not_built_without_a_store(tmp_path: Path) -> None:
    a_secret(tmp_path / "secret")
    file = tmp_path / "bot.toml"
    config = parse_config(BOT, file=file)
    settings = venue_settings(config, {"KEY": "k", "PROXY": "http://proxy:3128"}, file=file)

    with pytest.raises(UsageError, match="with_store"):
        ExchangeBuilder(config).in_context(live(settings)).build()  # P1
