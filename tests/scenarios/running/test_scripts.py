"""Files of scenarios: what is wrong with one is told with its place, before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from benthic.scenarios.errors import BadScenario, NoSuchScenario, ScenarioUnreadable
from benthic.scenarios.running.run import Options, run_script
from benthic.scenarios.running.script import find_script, read_script

PLAN = """
[scenario]
story = "answers are lost, and the process dies"
minutes = 4
every = "4s"

[[rule]]
fault = "A2"
verb = "execute_then_drop_response"
when = { method = "POST", path = "/api/v3/order", every = 3 }

[[host]]
at = "1m"
do = "kill_after"
commit = 2
back = "3s"

[[host]]
at = "2m"
do = "cut"
lasts = "20s"

[expect]
fired = ["A2", "K1", "E11"]
orders = 10
lives = 2
"""


def test_a_plan_with_expectations_is_a_scenario(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(PLAN)
    script = read_script(file)

    outcome = run_script(script, Options(seed=3))

    assert (script.story, script.faults) == ("answers are lost, and the process dies", ("A2",))
    assert outcome.findings == ()
    assert outcome.lives == 2


def test_a_plan_that_strikes_nobody_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    text = PLAN.replace('do = "cut"', 'do = "crash"\nactor = "/benthic/bots/bot1/dsk"')
    file.write_text(text)

    (finding,) = run_script(read_script(file), Options(seed=3)).findings

    line = text.splitlines().index('at = "2m"')
    assert (finding.kind, finding.place) == ("wrong", f"{file}:{line}")
    assert "'crash /benthic/bots/bot1/dsk' has struck nobody" in finding.words


def test_a_plan_that_expects_too_much_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(
        PLAN.replace("orders = 10", "orders = 10000").replace("minutes = 4", "minutes = 3")
    )

    (finding,) = run_script(read_script(file), Options(seed=3)).findings

    line = PLAN.split("\n").index("orders = 10") + 1
    assert finding.kind == "expectation"
    assert f"{file}:{line}: orders = 10000 or more" in finding.words


WRONG = (
    ("verb =", 'verb = "execute"', 7, "there is no verb 'execute'"),
    ("minutes =", "minuts = 4", 4, "unknown key 'minuts'; did you mean minutes?"),
    ('do = "cut"', 'do = "cat"', 18, "there is no 'cat'; did you mean cut?"),
    ("commit =", "comit = 2", 12, "unknown key 'comit'; did you mean commit?"),
    ("lives =", "live = 2", 26, "unknown key 'live'; did you mean lives?"),
    ("every =", "every = !", 5, "is not TOML"),
    ("minutes =", "minutes = -5", 4, ">= 1"),
    ("minutes =", "minutes = 1_000_000_000", 4, "<= 4320"),
    ("story =", "bots = 0", 3, ">= 1"),
    ("story =", "bots = 1000", 3, "<= 20"),
    ("every =", 'every = "-4s"', 5, "every is below 0"),
    ("orders =", "orders = -1", 25, ">= 0"),
    ("fired =", 'fired = ["A2", "ZZ"]', 24, "'ZZ' is no fault code"),
    ("commit =", "commit = 0", 12, "commit is 0; write 1 or more"),
    ("commit =", "bot = 2", 12, "there is no bot 2; count from 1 to 1"),
    ("commit =", 'actor = "desc"', 12, "there is no actor 'desc'; did you mean desk?"),
    ("commit =", "value = nan", 12, "value is nan; write"),
    ("back =", 'back = "-3s"', 12, "back is -3; write 0 or more"),
    ('at = "2m"', 'at = "4m"', 18, "at is 240 s; the plan lasts from 0 to 240 s"),
)


@pytest.mark.parametrize(("old", "new", "line", "words"), WRONG, ids=lambda each: str(each)[:9])
def test_what_is_wrong_with_a_plan_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    lines = [new if each.startswith(old) else each for each in PLAN.split("\n")]
    file = tmp_path / "plan.toml"
    file.write_text("\n".join(lines))

    with pytest.raises(BadScenario) as caught:
        read_script(file)

    assert words in str(caught.value)
    assert caught.value.place == f"{file}:{line}"


def test_a_rule_for_a_market_that_is_not_there_is_told_before_it_runs(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text('[[rule]]\nverb = "halt"\nsymbol = "DOGEUSDT"\nwhen = { at = "1m" }\n')

    (finding,) = run_script(read_script(file), Options()).findings

    assert (finding.kind, finding.place) == ("wrong", f"{file}:1")
    assert "there is no market 'DOGEUSDT'" in finding.words


PYTHON = (
    ("async def scenario(world):\n    return (\n", 2, "is no Python"),
    ("import nothing_of_this_name\n", 1, "cannot be loaded"),
    ("x = 1\ny = 1 / x['a']\n", 2, "cannot be loaded"),
    ("x = 1\nraise RuntimeError('no')\n", 2, "cannot be loaded"),
    ("import sys\nsys.exit('no')\n", 2, "cannot be loaded"),
    ("open('/none/of/this')\n", 1, "cannot be loaded"),
    ("x = '\0'\n", 1, "is no Python"),
    ("x = 1\n1 / 0\n", 2, "cannot be loaded"),
    ("assert False, 'no'\n", 1, "cannot be loaded"),
    ("\nraise SystemExit(0)\n", 2, "cannot be loaded"),
    ("open('/no/such/file')\n", 1, "cannot be loaded"),
    ("def scenario(world): ...\n", None, "has no `async def scenario(world)`"),
    ("async def scenario(): ...\n", 1, "takes 0 arguments"),
)


@pytest.mark.parametrize(("text", "line", "words"), PYTHON, ids=lambda each: str(each)[:12])
def test_what_is_wrong_with_a_script_is_told_with_its_line(
    tmp_path: Path, text: str, line: int | None, words: str
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(text)

    with pytest.raises(BadScenario, match=words.split("`", maxsplit=1)[0]) as caught:
        read_script(file)

    assert caught.value.place == (str(file) if line is None else f"{file}:{line}")


def test_a_name_that_nobody_knows_is_answered_with_the_nearest() -> None:
    with pytest.raises(NoSuchScenario, match="did you mean disk_full"):
        find_script("disk_ful")


def test_a_file_that_cannot_be_read_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ScenarioUnreadable):
        read_script(tmp_path / "none.py")
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(BadScenario, match=r"neither \.py nor \.toml"):
        read_script(tmp_path / "a.txt")
