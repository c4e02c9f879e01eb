"""Bugs that a bot may have, to be planted in the real one: they prove that the scenarios find them.

Nothing of a bot knows of this package. A bug is planted for the length of one run, by
`Options.planted` of `scenarios.running.run`, which `benthic sweep planted` and the tests set.
"""

from __future__ import annotations

from .bug import Bug, NoSuchBug
from .registry import BUGS, find_bug, planting

__all__ = ["BUGS", "Bug", "NoSuchBug", "find_bug", "planting"]
