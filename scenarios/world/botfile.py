"""The bot file of a bot in a world: a live bot of one market, as `benthic run` would read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import attrs

from ...actors.bot.config import USUAL, BotConfig, FeedTopic
from ...actors.bot.reading import parse_config

TEXT: Final = """
[bot]
name = "{name}"
seed = {seed}

[exchange]
name = "binance"
key = {{ env = "KEY" }}
secret = {{ env = "SECRET" }}

[market]
symbol = "{pair}"
time_frame = "1m"

{sections}
"""

SECTIONS: Final = """[feeds]
symbols = [{follows}]
topics = [{topics}]
capacity = 300

[account]
name = "{account}"

[mode]
{mode}"""

SILENT: Final[Mapping[str, object]] = MappingProxyType(
    {"name": "ema_cross", "fast": 300, "slow": 600, "warm_up": 3_000}
)
"""A mode that never trades by itself: of the candles that it wants to have seen first, a feed that
remembers 300 has the rest only after two days."""

LIVELY: Final[Mapping[str, object]] = MappingProxyType(
    {"name": "ema_cross", "fast": 1, "slow": 2, "warm_up": 2, "slippage": "0.02"}
)
"""A mode that trades every few minutes of a lively market."""


@attrs.frozen(kw_only=True)
class Feeds:
    """What a bot follows: other pairs than its own, and these topics of each market."""

    pairs: Sequence[str] = ()
    topics: Sequence[FeedTopic] = USUAL


ITS_OWN: Final = Feeds()
"""What a bot needs of the market that it trades."""


@attrs.frozen(kw_only=True)
class Trade:
    """What a bot does where."""

    pair: str
    account: str
    mode: Mapping[str, object] = SILENT
    feeds: Feeds = ITS_OWN

    @property
    def sections(self) -> str:
        """What a bot file says of it, the market aside: the same in a world and on a host."""
        return SECTIONS.format(
            account=self.account,
            mode="\n".join(f"{key} = {_toml(value)}" for key, value in self.mode.items()),
            follows=", ".join(map(_toml, self.feeds.pairs)),
            topics=", ".join(map(_toml, self.feeds.topics)),
        )


def config_of(name: str, trade: Trade, *, seed: int) -> BotConfig:
    """The file as values. Raises ConfigError."""
    text = TEXT.format(name=name, seed=seed, pair=trade.pair, sections=trade.sections)
    return parse_config(text, file=f"bot {name}")


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
