"""The demo: every promise is shown and checked, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from benthic.actors.orders.journal import Commit
from benthic.actors.orders.model import Order, Status
from benthic.actors.portfolio.model import Balance
from benthic.cli.demo.agreement import disagreements
from benthic.cli.demo.exchange import VenueOrder
from benthic.cli.demo.keeper import Ledger
from benthic.cli.demo.witness import Loaded
from benthic.runtime import Millis

Benthic = Callable[..., Any]

PATIENCE = 100  # seconds of wall time
PROMISES = (
    "the bot trades over HTTP and WebSocket",
    "an order that the exchange answers with 503 is settled on evidence (A3)",
    "an order whose answer and events are lost is looked up (A2, B3)",
    "the line comes back after every socket was dropped (E3)",
    "a silent socket is noticed and replaced (M4)",
    "the connector crashes and is restarted: TypeError",
    "the desk crashes and is restarted: AttributeError",
    "the bot's process is killed with open orders: SIGKILL",
    "the store on disk has the acknowledged order graph",
    "the desk of the new process has the acknowledged order graph",
    "it trades on",
    "no order lost, none twice, the ledger adds up",
    "store and exchange agree on every order",
)


def processes(word: str) -> list[int]:
    """The living processes whose command line has the word."""
    found: list[int] = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in place.read_bytes():
                found.append(int(place.parent.name))
        except OSError:
            continue  # it has just ended
    return found


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary folders are made during the test; short, for a socket lies in it."""
    with tempfile.TemporaryDirectory(prefix="bd-") as name:
        monkeypatch.setenv("TMPDIR", name)
        yield Path(name)


def test_the_demo_shows_all_it_promises_and_cleans_up(benthic: Benthic, folder: Path) -> None:
    ran = benthic("demo", "--fast")

    assert ran.code == 0, ran.out
    assert [promise for promise in PROMISES if f"ok  {promise}" not in ran.out] == []
    assert "NOT" not in ran.out
    assert "every check held" in ran.out
    assert list(folder.iterdir()) == []
    assert processes(str(folder)) == []


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"]
)
def test_an_interrupted_demo_leaves_no_process_and_no_file(
    folder: Path, number: signal.Signals, code: int
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "benthic", "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as demo:
        assert demo.stdout is not None
        assert demo.stderr is not None
        assert "the exchange is at" in demo.stdout.readline()
        assert "the bot runs in process" in demo.stdout.readline()
        demo.send_signal(number)
        demo.stdout.read()
        words = demo.stderr.read()

        assert demo.wait(PATIENCE) == code
    assert "Traceback" not in words
    assert list(folder.iterdir()) == []
    assert processes(str(folder)) == []


def test_bot_and_exchange_of_a_demo_that_is_killed_end_by_themselves(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "benthic", "demo", "--seed", "424242"],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as demo:
        assert demo.stdout is not None
        demo.stdout.readline()
        assert "the bot runs in process" in demo.stdout.readline()
        assert processes("exchange_process\x00424242")
        demo.kill()
    deadline = time.monotonic() + PATIENCE
    left = [str(folder), "exchange_process\x00424242"]
    while any(map(processes, left)) and time.monotonic() < deadline:
        os.sched_yield()

    assert [processes(each) for each in left] == [[], []]


@pytest.mark.usefixtures("folder")
def test_a_running_bot_shows_its_tree_to_another_terminal(benthic: Benthic) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "benthic", "demo"], stdout=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stdout is not None
        demo.stdout.readline()
        demo.stdout.readline()
        socket = demo.stdout.readline().split("--live ")[1].strip()
        shown = benthic("tree", "--live", socket)
        told = benthic("tree", "--live", socket, "--json").json
        demo.send_signal(signal.SIGINT)
        demo.stdout.read()
        demo.wait(PATIENCE)

    assert shown.code == 0
    assert "desk  [OrderDesk] running" in shown.out
    assert told["state"] == "running"
    assert "bots" in [child["name"] for child in told["children"]]


def test_a_graph_that_is_not_the_acknowledged_one_is_seen() -> None:
    ledger = Ledger()
    balance = Balance("USDT", Decimal(1), Decimal(0))
    ledger.acknowledge(1, Commit("demo", (), (), (), (balance,)))

    ledger.load(Loaded(2, (), ()))
    ledger.load(Loaded(3, (), ()))

    assert [found.is_equal for found in ledger.restored] == [False, True]


def an_order(status: Status, filled: str = "0", client_id: str = "bn-1") -> Order:
    nothing, one = Decimal(0), Decimal(1)
    return Order(
        "1", client_id, "BTC/USDT", "buy", "limit", one, one, status, "USDT", one, Decimal(filled),
        nothing, nothing, "", Millis(1), Millis(2),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        (an_order("accepted"), VenueOrder("bn-1", "NEW", "0.000", Millis(2)), ""),
        (an_order("filled", "1"), VenueOrder("bn-1", "FILLED", "1.0", Millis(2)), ""),
        (an_order("refused"), VenueOrder("bn-2", "NEW", "0", Millis(2)), "bn-2 is unknown to"),
        (an_order("unknown"), VenueOrder("bn-1", "FILLED", "1", Millis(2)), "bn-1 is unknown here"),
        (
            an_order("accepted"),
            VenueOrder("bn-1", "NEW", "0.5", Millis(2)),
            "filled 0 here, and 0.5",
        ),
        (an_order("filled", "1"), VenueOrder("bn-2", "NEW", "0", Millis(2)), "and unknown there"),
        (an_order("accepted"), VenueOrder("bn-1", "FILLED", "1", Millis(9)), ""),
    ],
    ids=["open", "filled", "foreign", "in doubt", "in part", "lost", "after the end"],
)
def test_store_and_exchange_are_held_against_each_other(
    ours: Order, theirs: VenueOrder, words: str
) -> None:
    commit = Commit("demo", (ours,), (), (), ())

    found = disagreements([commit], [theirs], until=Millis(5))

    assert words in "; ".join(found) if words else found == []


def test_an_order_that_the_exchange_has_twice_is_seen() -> None:
    twice = [VenueOrder("bn-1", "NEW", "0", Millis(2))] * 2

    found = disagreements(
        [Commit("demo", (an_order("accepted"),), (), (), ())], twice, until=Millis(5)
    )

    assert found == ["bn-1 is there 2 times"]
