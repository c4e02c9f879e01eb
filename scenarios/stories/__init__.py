"""Stories of orders that belong together, told again and again with a death at every commit.

See :doc:`scenarios`.
"""

from __future__ import annotations

from .death import Death, NoSuchDeath, read_deaths
from .playing import Telling, tell
from .shelf import STORIES, NoSuchStory, find_story
from .story import Story

__all__ = [
    "STORIES",
    "Death",
    "NoSuchDeath",
    "NoSuchStory",
    "Story",
    "Telling",
    "find_story",
    "read_deaths",
    "tell",
]
