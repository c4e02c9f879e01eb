"""`benthic run` against `benthic venue`: it trades, it waits, it ends in order, it comes back."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from benthic.storage import read_orders

from .running import Running, Served, a_venue, running


@pytest.fixture(scope="module")
def venue() -> object:
    with a_venue() as served:
        yield served


def stop(bot: Running) -> int:
    bot.signal(signal.SIGTERM)
    return bot.ended()


def test_a_live_bot_trades_and_ends_in_order_when_it_is_told_to(
    venue: Served, tmp_path: Path
) -> None:
    with running(venue.bot(tmp_path), environment=venue.environment) as bot:
        bot.wait_for("waiting for binance", bot="first")
        bot.wait_for("line up", bot="first")
        bot.wait_for("open", bot="first")
        bot.wait_for("fill", bot="first")

        assert stop(bot) == 0
    assert bot.events()[-2:] == ["stopping", "ended"]
    (account,) = read_orders(tmp_path / "first.store")
    assert account.name == "main@binance/live"
    assert account.commits > 1
    assert "Traceback" not in bot.text
