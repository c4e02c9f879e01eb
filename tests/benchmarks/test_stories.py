"""The sweep of stories: what it chooses, sums up and goes on from."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from benthic.benchmarks.chunks import Report
from benthic.benchmarks.stories.run import (
    Choice,
    StoryBrokenOff,
    StorySums,
    run_stories,
    summed,
)
from benthic.runtime import UsageError
from benthic.scenarios.stories import STORIES, NoSuchDeath, NoSuchStory
from benthic.scenarios.stories.death import told

FIGURES = {
    "a/commits": 3.0,
    "a/points": 6.0,
    "a/tellings": 19.0,
    "a/deaths": 30.0,
    "a/in_recovery": 12.0,
    "b/points": 4.0,
    "b/violations": 1.0,
    "virtual": 7_200.0,
}


def test_sums_are_told_of_each_story_and_of_all() -> None:
    report = summed(Report("stories", 8, ("b, seed 0: wrong",), FIGURES, 2.5), ["a", "b"])

    assert list(report.stories) == ["a", "b", "all"]
    assert report.stories["a"] == StorySums(
        commits=3, points=6, tellings=19, deaths=30, in_recovery=12, violations=0
    )
    assert (report.stories["all"].points, report.stories["all"].violations) == (10, 1)
    assert (report.virtual_hours, report.ok) == (2.0, False)


def test_a_choice_is_of_all_of_the_first_so_many_or_of_one() -> None:
    assert Choice.of(None, "", "").stories == STORIES
    assert Choice.of(3, "", "").stories == STORIES[:3]
    one = Choice.of(None, "bought_and_held", "3+1:after")

    assert [story.name for story in one.stories] == ["bought_and_held"]
    assert [told(at) for at in one.at] == ["3:before+1:after", "3:after+1:after"]
    with pytest.raises(NoSuchStory):
        Choice.of(None, "bought_and_hold", "")
    with pytest.raises(NoSuchDeath):
        Choice.of(None, "bought_and_held", "at noon")


def test_other_stories_are_another_sweep(tmp_path: Path) -> None:
    kept = tmp_path / "stories.jsonl"
    first = run_stories(Choice.of(None, "price_never_comes", "1:after+0:after"), resume=kept)
    again = run_stories(Choice.of(None, "price_never_comes", "1:after+0:after"), resume=kept)

    assert first.ok
    assert first.stories["all"].in_recovery == 1
    assert attrs.evolve(again, seconds=0) == attrs.evolve(first, seconds=0)
    with pytest.raises(UsageError, match="before it was changed"):
        run_stories(Choice.of(None, "price_never_comes", "1:before"), resume=kept)


def test_a_process_that_ends_without_an_answer_names_its_story() -> None:
    assert "of the story bought ended with code 1" in str(
        StoryBrokenOff("bought", "ended with code 1")
    )
