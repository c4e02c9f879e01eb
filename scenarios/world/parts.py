"""The actors of a bot by the names that scripts call them."""

from __future__ import annotations

from typing import Literal, get_args

from ...actors.bot.paths import Paths
from .amounts import check_one_of

Part = Literal["connector", "gate", "portfolio", "desk", "feed", "producer", "consumer", "store"]


def path_of(actor: Part | str, paths: Paths, pair: str) -> str:
    """Where one is; a path is where it says. Raises BadFault where there is no such part."""
    if actor.startswith("/"):
        return actor
    check_one_of("actor", actor, get_args(Part))
    return paths.feed(pair) if actor == "feed" else str(getattr(paths, actor))
