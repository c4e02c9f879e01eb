"""What the parts of a bot's tree are made from: its file, and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import attrs

from ...runtime import Actor
from ..orders.groups import GROUP_RULES, GroupRule
from ..orders.trailing import NO_RULES, TrailingRule
from .config import BotConfig
from .paths import Paths

Factory: TypeAlias = Callable[[], Actor]


@attrs.frozen
class OwnRules:
    """Rules of users for orders that belong together, by the names that drafts use."""

    groups: Mapping[str, GroupRule] = GROUP_RULES  # with those that there are
    trails: Mapping[str, TrailingRule] = NO_RULES


@attrs.frozen
class Plot:
    """A bot file and the place in the tree where its bot stands."""

    config: BotConfig
    paths: Paths
    account: str  # its name in the journal
    rules: OwnRules = OwnRules()

    @property
    def name(self) -> str:
        """Of the bot's own root."""
        return self.paths.bot.rpartition("/")[2]
