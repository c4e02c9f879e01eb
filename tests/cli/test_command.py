"""The command as a whole: help, exit codes, did-you-mean, pipes, and what it loads."""

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benthic.cli.main import COMMANDS

Benthic = Callable[..., Any]

HELP = (sys.executable, "-m", "benthic", "--help")
HEAVY = frozenset({"ccxt", "lmdb", "msgspec", "numpy", "pandas", "polars", "trio"})
PATIENCE = 60  # seconds of wall time until a child counts as hung
COMMAND_NAMES = tuple(name for name, _ in COMMANDS)


def test_help_names_every_command_and_loads_no_heavy_library() -> None:
    child = subprocess.run(
        [sys.executable, "-X", "importtime", *HELP[1:]],
        capture_output=True,
        check=True,
        text=True,
        timeout=PATIENCE,
    )
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in child.stderr.splitlines()}

    assert [name for name in COMMAND_NAMES if name not in child.stdout] == []
    assert loaded & HEAVY == set()


def test_help_takes_less_than_a_third_of_a_second_of_cpu() -> None:
    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(HELP, check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    assert min(seconds() for _ in range(5)) < 0.3


@pytest.mark.parametrize("name", COMMAND_NAMES)
def test_every_command_has_a_help_page_of_its_own(benthic: Benthic, name: str) -> None:
    ran = benthic(name, "--help")

    assert ran.code == 0
    assert ran.out.startswith(f"Usage: benthic {name}")
    assert ran.err == ""


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["bactest"], 'error: unknown command "bactest"; did you mean "backtest"?'),
        (["xyz"], 'error: unknown command "xyz"; there are: backtest'),
        (["sweep", "sedes"], 'error: unknown command "sedes"; did you mean "seeds"?'),
        (["orders", "x", "--jsno"], "error: unknown option: --jsno. Did you mean --json?"),
        (["backtest", "bot.toml"], "requires an argument"),
        (["backtest", "bot.toml", "--data", "x", "--schedule", "fif"], 'Did you mean "fifo"'),
        (["backtest", "bot.toml", "--data", "x", "--seed", "-1"], "Must be >= 0"),
        (["sweep", "seeds", "--count", "many"], 'unable to convert "many" into int'),
        (["tree"], "name a bot file, or --live SOCKET"),
        (["tree", "bot.toml", "--live", "x"], "name a bot file, or --live SOCKET"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_command_line_is_one_line_and_code_2(
    benthic: Benthic, arguments: list[str], complaint: str
) -> None:
    ran = benthic(*arguments)

    assert ran.code == 2
    assert ran.out == ""
    assert complaint in ran.complaint


def test_a_reader_that_goes_away_ends_the_command_without_a_word(tmp_path: Path) -> None:
    store = tmp_path / "store"
    script = (
        "import sys\n"
        "from benthic.cli.main import main\n"
        "from benthic.cli.output import print_json\n"
        "import benthic.cli.main as program\n"
        "def endless(_):\n"
        "    while True: print_json({'x': 'y' * 1000})\n"
        "program._run = endless\n"
        "sys.exit(main([]))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.readline().startswith('{"x"')
        child.stdout.close()
        words = child.stderr.read()

        assert child.wait(PATIENCE) == 141
    assert words == ""
    assert not store.exists()


def test_the_version_is_that_of_the_package(benthic: Benthic) -> None:
    ran = benthic("--version")

    assert ran.code == 0
    assert ran.out.strip()


def test_a_command_runs_from_any_folder_and_leaves_nothing_there(
    benthic: Benthic, tmp_path: Path
) -> None:
    benthic("--help")

    assert list(tmp_path.iterdir()) == []
