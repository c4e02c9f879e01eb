"""Seeded chance: one stream for each actor and incarnation, whatever the others draw."""

from __future__ import annotations

import random
import secrets


def stream(seed: int, path: str, incarnation: int = 0) -> random.Random:
    """The chance of one incarnation; the same arguments give the same draws on every machine.

    >>> stream(7, "/bot/desk").random() == stream(7, "/bot/desk").random()
    True
    """
    return random.Random(f"{seed}:{path}:{incarnation}")  # noqa: S311 - reproducible on purpose


def seed_from_host() -> int:
    """A seed that nobody can guess; the one place where chance is not reproducible."""
    return secrets.randbits(64)
