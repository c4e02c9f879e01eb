"""All stories, by name."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

from ...runtime import UsageError
from .brackets import BRACKETS
from .grids import GRIDS
from .hands import HANDS
from .ladders import LADDERS
from .story import Story
from .trails import TRAILS
from .turns import TURNS_TAKEN
from .ways import WAYS

STORIES: Final[tuple[Story, ...]] = (
    *BRACKETS,
    *LADDERS,
    *TRAILS,
    *TURNS_TAKEN,
    *HANDS,
    *WAYS,
    *GRIDS,
)


class NoSuchStory(UsageError):
    """No story of this name is told."""

    def __init__(self, name: str) -> None:
        known = [story.name for story in STORIES]
        close = get_close_matches(name, known, n=1)
        remedy = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
        super().__init__(f"there is no story {name!r}; {remedy}")
        self.name = name


def find_story(name: str) -> Story:
    """The story of this name. Raises NoSuchStory."""
    for story in STORIES:
        if story.name == name:
            return story
    raise NoSuchStory(name)
