"""Deaths in a story (K1, C3 to C5): where they strike, and that nothing comes of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.benchmarks.stories.points import (
    PARTS,
    in_recovery,
    points_of,
    sweep_deaths,
    sweep_part,
)
from benthic.runtime import chance
from benthic.scenarios.stories import Death, NoSuchDeath, Story, find_story, read_deaths, tell
from benthic.scenarios.stories.death import PHASES, told
from benthic.scenarios.stories.story import Place, Price
from benthic.scenarios.stories.writing import market

SHORT = Story(
    name="bought_at_market",
    tells="An entry at market, and nothing else.",
    moves=(Place((market(),)),),
    ends={"entry": "filled"},
    left={"BTC/USDT": "0.1"},
)
FIRST = st.builds(Death, st.integers(1, 99), st.sampled_from(PHASES), st.integers(1, 3))
AGAIN = st.builds(Death, st.integers(1, 99), st.sampled_from(PHASES))


def test_a_story_is_told_with_a_death_before_and_after_each_of_its_commits() -> None:
    waits = find_story("price_never_comes")
    run = sweep_part(waits, 0, seed=0)
    figures = {
        name: run.figures[f"{waits.name}/{name}"]
        for name in ("commits", "points", "deaths", "in_recovery", "tellings")
    }

    assert run.violations == ()
    assert figures["commits"] == 1
    assert figures["points"] == 2 <= figures["in_recovery"]
    assert figures["deaths"] == figures["points"] + 2 * figures["in_recovery"]
    assert figures["tellings"] == 1 + figures["points"] + figures["in_recovery"]


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("bought_and_gained", "1:before"),
        ("bought_and_gained", "3:before+1:after"),
        ("filled_by_and_by", "5:after+1:before"),
        ("trails_by_an_amount", "7:before+0:after"),
        ("two_markets", "2/3:before"),
        ("forward_and_filled_in_part", "8:after+1:after"),
    ],
)
def test_a_story_comes_to_its_ends_wherever_the_process_dies(name: str, at: str) -> None:
    (deaths,) = read_deaths(at)
    telling = tell(find_story(name), deaths)

    assert telling.problems == ()
    assert telling.struck == len(deaths)


def test_a_telling_is_the_same_up_to_the_death_that_it_is_told_with() -> None:
    plain = tell(find_story("stop_moved_up"))
    last = Death(plain.commits[0], "after")

    assert tell(find_story("stop_moved_up"), (last,)).struck == 1


def test_a_death_that_never_comes_is_a_problem() -> None:
    assert tell(SHORT, (Death(99, "after"),)).problems == ("the process died 0 times of 1",)


def test_each_commit_is_of_one_part_of_a_story() -> None:
    plain = tell(find_story("grid_of_twenty"))
    parts = [points_of(plain, part) for part in range(PARTS)]
    points = [point for part in parts for point in part]

    assert len(set(points)) == len(points) == 2 * sum(plain.commits)
    assert {(each.commit, each.phase) for each in points} == {
        (commit, phase) for commit in range(1, plain.commits[0] + 1) for phase in PHASES
    }
    assert max(map(len, parts)) - min(map(len, parts)) <= 2


@given(commits=st.integers(0, 40), seed=st.integers(0, 99))
def test_what_comes_back_dies_before_and_after_one_of_its_commits(commits: int, seed: int) -> None:
    death = Death(3, "after", 2)
    again = list(in_recovery(death, commits, chance.stream(seed, "test")))

    assert all(each.bot == 2 and each.commit <= commits for each in again)
    assert [each.phase for each in again] == (list(PHASES) if commits else ["after"])
    assert len({each.commit for each in again}) == 1


def test_one_point_can_be_told_again() -> None:
    (deaths,) = read_deaths("2:before+1:before")
    run = sweep_deaths(SHORT, deaths, seed=0)

    assert run.violations == ()
    assert run.figures[f"{SHORT.name}/deaths"] == 2


def test_a_violation_names_story_and_place() -> None:
    wrong = Story(
        name="wrong", tells="It does not come to that.", moves=SHORT.moves, ends={"entry": "due"}
    )
    run = sweep_part(wrong, 0, seed=3)

    assert "wrong, seed 3: entry is filled, and should be due" in run.violations


def test_what_ends_otherwise_after_a_death_is_a_violation_of_its_point() -> None:
    held = find_story("bought_and_held")
    moves = (*held.moves, Price("57900"))
    wrong = Story(name="wrong", tells=held.tells, moves=moves, ends=held.ends, left=held.left)
    (deaths,) = read_deaths("3:after")

    assert "stop is filled, and should be accepted" in tell(wrong, deaths).problems


# -- how they are written


@given(first=FIRST, again=st.lists(AGAIN, max_size=2))
def test_what_is_written_is_read_as_what_it_was(first: Death, again: list[Death]) -> None:
    deaths = (first, *(Death(each.commit, each.phase, first.bot) for each in again))

    assert read_deaths(told(deaths)) == (deaths,)


def test_a_commit_without_a_phase_is_both() -> None:
    assert [told(each) for each in read_deaths("7")] == ["7:before", "7:after"]
    assert len({told(each) for each in read_deaths("7+2")}) == 4
    assert [told(each) for each in read_deaths("7:after+0")] == ["7:after+0:after"]


@pytest.mark.parametrize(
    "text", ["", "seven", "7:during", "0:after", "0/7", "7+", "7+0:before", "7+2/3"]
)
def test_what_is_no_place_to_die_at_is_refused(text: str) -> None:
    with pytest.raises(NoSuchDeath, match="write 7:before"):
        read_deaths(text)
