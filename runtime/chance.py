"""Seeded chance: one stream for each actor and incarnation, whatever the others draw."""

from __future__ import annotations

import random


def stream(seed: int, path: str, incarnation: int = 0) -> random.Random:
    """The chance of one incarnation; the same arguments give the same draws on every machine.

    >>> stream(7, "/bot/desk").random() == stream(7, "/bot/desk").random()
    True
    """
    return random.Random(f"{seed}:{path}:{incarnation}")  # noqa: S311 - reproducible on purpose
