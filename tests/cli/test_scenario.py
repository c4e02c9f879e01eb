"""`benthic scenario` as it is typed: what it prints, what it leaves, how it ends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Benthic

FAILING = '''"""Expects what is not.

Faults: B1
"""

from benthic.scenarios.world import World


async def scenario(world: World) -> None:
    bot = await world.start_bot()
    world.venue.strike("B1", "duplicate", when={"event": "executionReport", "every": 2})
    world.expect(bot.orders, "there is an order")
'''

SPINS = '''"""Never gives its loop back."""

import os

from benthic.scenarios.world import World


async def scenario(world: World) -> None:
    await world.start_bot()
    with open("running", "a") as file:
        print(os.getpid(), file=file)
    while True:
        pass
'''

IN_SET_ORDER = '''"""Places orders in the order of a set of strings, another in each process."""

from benthic.scenarios.world import World

PRICES = {str(price) for price in range(50_000, 50_012)}


async def scenario(world: World) -> None:
    bot = await world.start_bot()
    for price in PRICES:
        await bot.place("buy", "0.001", price)
'''

NEVER_CALM = '''"""Kills, and waits for nothing.

Faults: K1, K3
"""

from benthic.scenarios.world import World


async def scenario(world: World) -> None:
    bot = await world.start_bot()
    for _ in range(2):
        await bot.kill()
        await bot.start()
'''


TROUBLE = '''"""Takes its process along.

Faults: K1
"""

import os
import signal

from benthic.scenarios.world import World


async def scenario(world: World) -> None:
    bot = await world.start_bot()
    await bot.kill(back_after=1)
    if world.seed == 1:
        while True:
            pass
    if world.seed == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    await world.settle(within=60)
'''


def test_a_seed_that_hangs_or_dies_takes_no_other_along(benthic: Benthic, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(TROUBLE)

    ran = benthic("scenario", "run", "mine.py", "--seeds", 4, "--wall", 4, "--json")

    assert ran.code == 1
    assert (ran.json["seeds"], ran.json["fired"]) == (4, {"K1": 2})
    hung, died = ran.json["violations"]
    assert re.fullmatch(r"seed 1: .*mine.py:16: still running after 4 s of the host's time", hung)
    assert died.startswith("seed 2: the process that ran it ended with code -9")


def test_one_run_that_hangs_names_its_line(benthic: Benthic, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(TROUBLE)

    ran = benthic("scenario", "run", "mine.py", "--seed", 1, "--wall", 3)

    assert ran.code == 1
    assert "mine.py:16: still running after 3 s of the host's time" in ran.out


def test_the_library_is_listed_with_stories_and_codes(benthic: Benthic) -> None:
    ran = benthic("scenario", "list", "--json")

    told = {each["name"]: each for each in ran.json["scenarios"]}
    assert ran.code == 0
    assert told["answer_lost"]["faults"] == ["A2"]
    assert ran.json["invariants"]["O3"].startswith("An intent is on disk")
    assert "R7" in ran.json["not_yet"]
    assert "answer_lost" in ran.json["faults"]["A2"]["scenarios"]
    assert ran.json["faults"]["A2"]["not_here"] is None
    assert ran.json["faults"]["A23"]["not_here"] == "a bot places no pairs of orders"


def test_every_fault_is_listed_with_who_claims_it(benthic: Benthic) -> None:
    ran = benthic("scenario", "list", "--faults")
    both = benthic("scenario", "list", "--faults", "--invariants")

    assert (ran.code, both.code) == (0, 2)
    assert re.search(r"scenarios claim \d+ of 141; a plan of one's own can fire \d+ more", ran.out)


def test_one_seed_is_run_and_told(benthic: Benthic) -> None:
    ran = benthic("scenario", "run", "answer_lost", "--seed", 7)

    assert ran.code == 0
    assert "A2:1" in ran.out
    assert "every check held" in ran.out


def test_a_failed_run_is_kept_replayed_and_shown(benthic: Benthic, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(FAILING)

    failed = benthic("scenario", "run", "mine.py", "--seed", 3, "--artefacts", "kept")
    again = benthic("scenario", "replay", "kept/mine-3.json", "--json")
    shown = benthic("scenario", "show", "kept/mine-3.json")

    assert (failed.code, again.code, shown.code) == (1, 1, 0)
    assert "mine.py:12: does not hold: there is an order" in failed.out
    assert again.json["same_run"] is True
    assert "faults: 0 of 1 suffice" in shown.out
    assert "gate open" in shown.out


def test_many_seeds_add_up_and_go_on_from_a_file(benthic: Benthic) -> None:
    first = benthic("scenario", "run", "request_lost", "--seeds", 3, "--resume", "done", "--json")
    more = benthic("scenario", "run", "request_lost", "--seeds", 3, "--resume", "done", "--json")

    assert (first.code, more.code) == (0, 0)
    assert first.json["fired"] == more.json["fired"] == {"A1": 3}
    assert first.json["coverage"] == {"A1": {"times": 3, "seeds": 3, "in_order": 3}}
    assert first.json["never_fired"] == []


def test_a_sweep_does_not_say_that_bots_are_in_order_where_nobody_waited(
    benthic: Benthic, tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(NEVER_CALM)

    told = benthic("scenario", "run", "mine.py", "--seeds", 2, "--json")
    shown = benthic("scenario", "run", "mine.py", "--seeds", 2)

    assert told.json["coverage"] == {"K1": {"times": 4, "seeds": 2, "in_order": 0}}
    assert told.json["never_fired"] == ["K3"]
    assert re.search(r"K1\W+4\W+2\W+0\W", shown.out), shown.out
    assert "named by the scenario and never struck: K3" in shown.out


def test_a_script_that_goes_through_a_set_is_caught_by_a_second_process(
    benthic: Benthic, tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(IN_SET_ORDER)
    (tmp_path / "sorted.py").write_text(IN_SET_ORDER.replace("in PRICES", "in sorted(PRICES)"))

    caught = benthic("scenario", "run", "mine.py", "--seeds", 1, "--twice", "--json")
    mended = benthic("scenario", "run", "sorted.py", "--seeds", 1, "--twice", "--json")

    assert (caught.code, mended.code) == (1, 0)
    (violation,) = caught.json["violations"]
    assert violation == ("seed 0: R5 two processes ran it differently: bot1/journal, bot1/wire")


@pytest.mark.parametrize("words", [("--seed", "1"), ("--seeds", "4")], ids=["one", "many"])
def test_sigterm_ends_a_run_and_all_its_processes_and_leaves_no_files(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "mine.py").write_text(SPINS)
    (tmp_path / "files").mkdir()
    command = [sys.executable, "-m", "benthic", "scenario", "run", "mine.py", *words]
    child = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path / "files")},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert child.stderr is not None

    _until_there(tmp_path / "running")
    assert list((tmp_path / "files").iterdir())
    child.terminate()
    _, complaint = child.communicate(timeout=30)

    assert (child.returncode, complaint) == (143, b"")
    assert list((tmp_path / "files").iterdir()) == []
    pids = {int(line) for line in (tmp_path / "running").read_text().split()}
    assert pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def _until_there(file: Path) -> None:
    """Look until another process has written it; pytest ends a wait that does not."""
    while not file.exists():
        os.sched_yield()


def test_what_a_script_prints_is_not_in_the_json(benthic: Benthic, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(NEVER_CALM + '    print("to whom it may concern")\n')

    one = benthic("scenario", "run", "mine.py", "--json")
    many = benthic("scenario", "run", "mine.py", "--seeds", 1, "--json")

    assert (one.code, one.json["ok"]) == (many.code, many.json["ok"]) == (0, True)


def test_many_seeds_of_a_wrong_scenario_end_with_its_own_code(
    benthic: Benthic, tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(NEVER_CALM + "    bot.kill_at(commit=0)\n")

    ran = benthic("scenario", "run", "mine.py", "--seeds", 2)

    assert ran.code == 3
    assert "mine.py:14: commit is 0; give 1 or more" in ran.out
    assert not (tmp_path / "scenario-artefacts").exists()


def test_results_of_a_script_that_was_changed_since_are_not_gone_on_with(
    benthic: Benthic, tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(NEVER_CALM)
    words = ("scenario", "run", "mine.py", "--seeds", 1, "--resume", "done")

    first = benthic(*words)
    (tmp_path / "mine.py").write_text(NEVER_CALM.replace("range(2)", "range(1)"))
    second = benthic(*words)

    assert (first.code, second.code) == (0, 2)
    assert "done belongs to scenario mine.py as it was before it was changed" in second.complaint


def test_a_failure_is_told_though_it_cannot_be_kept(benthic: Benthic, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(FAILING)

    ran = benthic("scenario", "run", "mine.py", "--artefacts", "mine.py")

    assert ran.code == 1
    assert "mine.py:12: does not hold: there is an order" in ran.out
    assert "none: mine.py cannot be written to" in ran.out


def test_what_is_wrong_ends_with_its_own_code_and_one_line(
    benthic: Benthic, tmp_path: Path
) -> None:
    (tmp_path / "plan.toml").write_text("[expect]\nfird = []\n")
    (tmp_path / "none.json").write_text("{}")

    for words, code, complaint in (
        (("run", "answer_lst"), 3, "did you mean answer_lost?"),
        (("run", "plan.toml"), 3, "plan.toml:2: unknown key 'fird'; did you mean fired?"),
        (("run", "answer_lost", "--seed", 1, "--seeds", 2), 2, "give one of them"),
        (("show", "none.json"), 2, "is no artefact"),
        (("replay", "missing.json"), 2, "cannot be read"),
        (("run", "answer_lost", "--seed", "1.5"), 2, "'1.5' is no whole number"),
        (("run", "answer_lost", "--seeds", 10**13), 2, "Must be <= 10000000"),
        (("run", "answer_lost", "--wall", "inf"), 2, "for --wall"),
        (("run", "answer_lost", "--twice"), 2, "give --seeds as well"),
    ):
        ran = benthic("scenario", *words)
        assert ran.code == code, words
        assert complaint in ran.complaint
