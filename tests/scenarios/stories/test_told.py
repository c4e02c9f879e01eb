"""The stories: there are enough, no two are alike, and each comes to its ends where nobody dies.

With a death at every commit they are a command, `benthic sweep stories`.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from benthic.runtime import chance
from benthic.scenarios.stories import STORIES, NoSuchStory, Story, find_story, tell
from benthic.scenarios.stories.story import Meanwhile

SAMPLE = chance.stream(1, "stories of the tests").sample(STORIES, len(STORIES) // 3)


def test_there_are_sixty_stories_and_more() -> None:
    assert len(STORIES) >= 60


def test_no_two_stories_are_alike() -> None:
    assert len({story.name for story in STORIES}) == len(STORIES)
    assert len({story.tells for story in STORIES}) == len(STORIES)
    assert len({repr((story.moves, story.beside)) for story in STORIES}) == len(STORIES)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_says_how_each_of_its_orders_ends(story: Story) -> None:
    placed = {draft.name for batch in story.batches if not batch.refused for draft in batch.drafts}

    assert story.ends.keys() == placed
    assert all(other.ends.keys() == placed and other.why for other in story.also)
    assert story.tells.endswith(".")
    assert len({draft.name for batch in story.batches for draft in batch.drafts}) == sum(
        len(batch.drafts) for batch in story.batches
    )


def test_stories_are_told_of_every_kind_of_order_and_of_everything_that_may_happen() -> None:
    drafts = [draft for story in STORIES for draft in story.drafts.values()]
    groups = {group.rule for story in STORIES for each in story.batches for group in each.groups}
    moves = Counter(type(move).__name__ for story in STORIES for move in _flat(story.moves))

    assert {draft.kind for draft in drafts} >= {
        "market",
        "limit",
        "stop_loss",
        "stop_limit",
        "take_profit",
        "take_profit_limit",
        "trailing_stop",
        "trailing_stop_limit",
    }
    assert groups == {"oco", "balanced", "trailing_on_filled_take_profit"}
    assert len(moves) == 11
    assert {draft.time_in_force for draft in drafts} >= {"GTC", "GTX", "FOK"}
    assert any(draft.takes_fees for draft in drafts)
    assert any(draft.release == "end" for draft in drafts)
    assert sum(len(story.drafts) >= 20 for story in STORIES) >= 3
    assert any(len(story.pairs) > 1 for story in STORIES)


@pytest.mark.parametrize("story", SAMPLE, ids=lambda story: story.name)
def test_a_story_in_which_nobody_dies_comes_to_its_ends(story: Story) -> None:
    telling = tell(story)

    assert telling.problems == ()
    assert telling.ends == story.ends
    assert telling.struck == 0


def test_a_story_that_there_is_not_is_named_with_one_that_is_near() -> None:
    with pytest.raises(NoSuchStory, match="did you mean ladder_climbed"):
        find_story("lader_climbed")


def _flat(moves: tuple[Any, ...]) -> list[Any]:
    inner = [each for move in moves if isinstance(move, Meanwhile) for each in _flat(move.moves)]
    return [*moves, *inner]
