"""The invariant of restarts (R1), as a running bot shows it; the sweep `supervisors` has the rest.

What began, and after what, is had from the trace of turns. Who belongs to whom is in the tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from ...runtime import TreeNode
from ..world import Violation, World

ORDERED: Final = frozenset({"one_for_all", "rest_for_one"})
"""Strategies under which an order of beginnings says something."""


def check_r1(world: World) -> list[Violation]:
    """Restarts follow their strategy: who belongs together begins together, and in its order."""
    return [
        Violation("R1", name, words)
        for name, memory in world.memories.items()
        for node in memory.tree.walk()
        for words in _wrong(node, memory.starts)
    ]


def _wrong(node: TreeNode, starts: Sequence[str]) -> Iterator[str]:
    """What is wrong with the order in which the children of a supervisor have begun."""
    if node.kind not in ORDERED:
        return
    places = {child.path: place for place, child in enumerate(node.children)}
    began = [places[path] for path in starts if path in places]
    names = [child.name for child in node.children]
    if not began:
        return
    for before, place in pairwise(began):
        is_first = place == 0 if node.kind == "one_for_all" else place <= before
        if not is_first and place != before + 1:
            yield f"{node.path} is {node.kind}: {names[place]} began after {names[before]}"
            return
    is_up = all(child.state == "running" for child in node.children)
    if is_up and began[-1] != len(names) - 1:
        yield f"{node.path} is {node.kind}, and began no further than {names[began[-1]]}"
