"""`benthic run` against `benthic venue`: it trades, it waits, it ends in order, it comes back."""

from __future__ import annotations

import os
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from benthic.cli.exits import ExitCode
from benthic.cli.live.client import ask, ask_tree
from benthic.storage import StoredAccount, read_orders

from .running import Running, Served, a_free_port, a_venue, running

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "venue_bot.toml"


@pytest.fixture(scope="module")
def venue() -> Iterator[Served]:
    with a_venue() as served:
        yield served


def stop(bot: Running) -> int:
    bot.signal(signal.SIGTERM)
    return bot.ended()


def account_in(store: Path) -> StoredAccount:
    (account,) = read_orders(store)
    return account


def test_a_live_bot_trades_and_ends_in_order_when_it_is_told_to(
    venue: Served, tmp_path: Path
) -> None:
    with running(venue.bot(tmp_path), environment=venue.environment) as bot:
        for event in ("waiting for binance", "line up", "open", "gate open", "fill"):
            bot.wait_for(event, bot="first")
        assert stop(bot) == ExitCode.OK
    account = account_in(tmp_path / "first.store")

    assert "stopping" in bot.events()
    assert bot.events()[-1] == "ended"
    assert account.name == "main@binance/live"
    assert account.commits > 1
    assert "Traceback" not in bot.text


def test_a_venue_that_has_spot_alone_keeps_no_line_away(tmp_path: Path) -> None:
    with (
        a_venue(0, "--families", "spot") as served,
        running(served.bot(tmp_path), environment=served.environment) as bot,
    ):
        bot.wait_for("gate open", bot="first")
        assert stop(bot) == ExitCode.OK

    assert "line away" not in bot.events()


def test_the_same_file_trades_on_paper_without_a_key(venue: Served, tmp_path: Path) -> None:
    file = venue.bot(tmp_path, context="paper")
    with running(file, environment={}) as bot:  # the keys are not even read
        bot.wait_for("gate open", bot="first")
        bot.wait_for("fill", bot="first")
        assert stop(bot) == ExitCode.OK

    assert account_in(tmp_path / "first.store").name == "main@binance/paper"


def test_the_example_runs_as_it_stands_but_for_the_port(venue: Served, tmp_path: Path) -> None:
    file = tmp_path / EXAMPLE.name
    file.write_text(EXAMPLE.read_text("utf-8").replace("18790", str(venue.port)), "utf-8")
    with running(file, environment=venue.environment, options=("--log-format", "json")) as bot:
        bot.wait_for("gate open", bot="venue-bot")
        assert stop(bot) == ExitCode.OK


def test_a_bot_that_is_killed_comes_back_to_what_it_had(venue: Served, tmp_path: Path) -> None:
    file, store = venue.bot(tmp_path), tmp_path / "first.store"
    with running(file, environment=venue.environment) as bot:
        bot.wait_for("gate open", bot="first")
        bot.process.kill()
        bot.process.wait()
    before = account_in(store)
    with running(file, environment=venue.environment) as bot:
        bot.wait_for("gate open", bot="first")  # K1: reconciled, and then only
        assert stop(bot) == ExitCode.OK
    after = account_in(store)

    assert after.epoch == before.epoch + 1
    assert "drift" not in bot.events()
    assert (tmp_path / "first.store.sock").exists() is False


def test_a_closed_terminal_ends_it_in_order(venue: Served, tmp_path: Path) -> None:
    with running(venue.bot(tmp_path), environment=venue.environment) as bot:
        bot.wait_for("line up")
        bot.signal(signal.SIGHUP)
        code = bot.ended()

    assert code == ExitCode.OK
    assert bot.events()[-1] == "ended"


def test_the_second_signal_ends_it_where_it_stands(venue: Served, tmp_path: Path) -> None:
    with running(venue.bot(tmp_path), environment=venue.environment) as bot:
        bot.wait_for("gate open")
        bot.signal(signal.SIGSTOP)
        bot.signal(signal.SIGINT)
        bot.signal(signal.SIGTERM)
        bot.signal(signal.SIGCONT)
        code = bot.ended()

    assert code in {ExitCode.INTERRUPTED, ExitCode.TERMINATED}
    assert bot.events()[-1] == "ended at once"


def test_a_wrong_key_is_one_clear_error_and_no_loop(venue: Served, tmp_path: Path) -> None:
    environment = {**venue.environment, "BENTHIC_API_SECRET": "x" * 64}
    with running(venue.bot(tmp_path), environment=environment) as bot:
        code = bot.ended()

    assert code == ExitCode.REFUSED  # I2
    assert bot.events().count("line shut") == 1
    assert bot.events().count("refused") == 1
    assert "Traceback" not in bot.text


def test_a_market_that_is_not_listed_is_one_clear_error(venue: Served, tmp_path: Path) -> None:
    file = venue.bot(tmp_path, symbol="BTX/USDT")
    with running(file, environment=venue.environment) as bot:
        refused = bot.wait_for("refused")
        assert bot.ended() == ExitCode.REFUSED

    assert "binance has no market BTX/USDT: did you mean BTC/USDT" in refused["reason"]


def test_steps_that_differ_from_the_listing_are_refused(venue: Served, tmp_path: Path) -> None:
    file = venue.bot(tmp_path)
    text = file.read_text("utf-8")
    file.write_text(text.replace('"1s"', '"1s"\namount_step = "0.5"\nmin_cost = "7"'), "utf-8")
    with running(file, environment=venue.environment) as bot:
        refused = bot.wait_for("refused")
        assert bot.ended() == ExitCode.REFUSED

    assert "market.amount_step is 0.5 in the file and 0.00001 at the venue" in refused["reason"]
    assert "market.min_cost is 7 in the file and" in refused["reason"]


def test_a_venue_that_is_away_at_the_start_is_waited_for(tmp_path: Path) -> None:
    port = a_free_port()
    with a_venue() as elsewhere:
        environment = elsewhere.environment  # the same seed gives the same keys
    here = Served(f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}", "", "")
    with running(here.bot(tmp_path), environment=environment) as bot:
        bot.wait_for("running")
        bot.wait_for("line away", bot="first")
        with a_venue(port) as served:
            assert served.environment == environment
            bot.wait_for("gate open", bot="first")
            assert stop(bot) == ExitCode.OK


def test_a_bot_that_gives_up_does_not_take_the_others(venue: Served, tmp_path: Path) -> None:
    good = venue.bot(tmp_path, "good", context="paper")
    bad = venue.bot(tmp_path, "bad", context="paper", symbol="ABC/USDT")
    text = bad.read_text("utf-8")
    broken = tmp_path / "broken.toml"
    broken.write_text(text.replace("[mode]", "[modes]"), "utf-8")
    place = tmp_path / "here.sock"
    options = ("--socket", str(place))
    with running(good, bad, broken, environment={}, options=options) as bot:
        bot.wait_for("bot not started")
        bot.wait_for("bot ended", bot="bad")
        bot.wait_for("gate open", bot="good")
        exchanges = trio.run(ask, place, "exchanges")
        tree = trio.run(ask_tree, place)
        assert stop(bot) == ExitCode.CONFIGURATION  # of the first that went wrong

    standing = {each["bot"]: (each["opening"], each["line"]) for each in exchanges}
    assert standing["good"] == ("open", "up")
    assert standing["bad"][0] == "refused"
    paths = [node.path for node in tree.walk()]
    assert "/benthic/bots/good/exchange/account/desk" in paths
    assert "/benthic/bots/bad" not in paths
    assert sum(path.startswith("/benthic/budgets/") for path in paths) == 1  # of one address


def test_the_socket_is_beside_the_store_and_its_owners_alone(venue: Served, tmp_path: Path) -> None:
    place = tmp_path / "first.store.sock"
    with running(venue.bot(tmp_path, context="paper"), environment={}) as bot:
        bot.wait_for("running")
        mode = stat.S_IMODE(place.stat().st_mode)
        stop(bot)

    assert mode == 0o600


def test_a_store_and_an_account_belong_to_one_bot_at_a_time(venue: Served, tmp_path: Path) -> None:
    first, other = venue.bot(tmp_path), venue.bot(tmp_path, "other")
    environment = {**venue.environment, "XDG_RUNTIME_DIR": str(tmp_path)}
    paper = venue.bot(tmp_path, "paper", context="paper")
    paper.write_text(paper.read_text("utf-8").replace("paper.store", "first.store"), "utf-8")
    with running(first, environment=environment) as bot:
        bot.wait_for("running")
        with running(paper, environment=environment) as second:
            assert second.ended() == ExitCode.STORE  # K12
        with running(other, environment=environment) as third:
            assert third.ended() == ExitCode.STORE
        stop(bot)

    assert f"process {bot.process.pid} writes this store" in second.text
    assert f"process {bot.process.pid} trades the account main at binance" in third.text


def test_a_file_that_cannot_be_run_says_all_that_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "bot.toml"
    file.write_text(
        '[bot]\nname = "a"\n[exchange]\nname = "binance"\n[market]\nsymbol = "BTC/USDT"\n'
        'time_frame = "1m"\n[mode]\nname = "ema_cross"\n',
        "utf-8",
    )
    with running(file, environment={}) as bot:
        assert bot.ended() == ExitCode.CONFIGURATION

    assert "bot.context: missing" in bot.text
    assert "store.path: missing" in bot.text


def test_no_memory_of_the_process_is_dumped_and_its_files_are_private(
    venue: Served, tmp_path: Path
) -> None:
    with running(venue.bot(tmp_path, context="paper"), environment={}) as bot:
        bot.wait_for("running")
        limits = Path(f"/proc/{bot.process.pid}/limits").read_text("utf-8")
        stop(bot)

    (core,) = (line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4] == "0"  # I7
    store = (tmp_path / "first.store").stat()
    assert stat.S_IMODE(store.st_mode) == 0o700
    assert store.st_uid == os.geteuid()


def test_a_service_manager_hears_that_it_runs_beats_and_stops(
    venue: Served, tmp_path: Path
) -> None:
    name = str(tmp_path / "notify")
    environment = {"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "1000000"}
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(name)
        manager.settimeout(20)
        file = venue.bot(tmp_path, context="paper")
        said: list[str] = []
        with running(file, environment=environment) as bot:
            while "STATUS=first: binance is up" not in said or said.count("WATCHDOG=1") < 3:
                said.append(manager.recv(4_000).decode())
            assert stop(bot) == ExitCode.OK
            while said[-1] != "STOPPING=1":
                said.append(manager.recv(4_000).decode())

    assert said[0] == "READY=1"
    assert any(word.startswith("STATUS=first: waiting for binance") for word in said)
