"""What the parts of a bot's tree are made from: its file, and where it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import attrs

from ...runtime import Actor
from .config import BotConfig
from .paths import Paths

Factory: TypeAlias = Callable[[], Actor]


@attrs.frozen
class Plot:
    """A bot file and the place in the tree where its bot stands."""

    config: BotConfig
    paths: Paths
    account: str  # its name in the journal

    @property
    def name(self) -> str:
        """Of the bot's own root."""
        return self.paths.bot.rpartition("/")[2]
