"""The bot file of a bot in a world: a live bot of one market, as `benthic run` would read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from ...actors.bot.config import BotConfig
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

[account]
name = "{account}"

[mode]
{mode}

[feeds]
capacity = 300
{topics}
"""

SILENT: Final[Mapping[str, object]] = MappingProxyType(
    {"name": "ema_cross", "fast": 300, "slow": 600, "warm_up": 3_000}
)
"""A mode that never trades by itself: of the candles that it wants to have seen first, a feed that
remembers 300 has the rest only after two days."""

LIVELY: Final[Mapping[str, object]] = MappingProxyType(
    {"name": "ema_cross", "fast": 1, "slow": 2, "warm_up": 2, "slippage": "0.02"}
)
"""A mode that trades every few minutes of a lively market."""


def config_of(
    name: str,
    *,
    pair: str,
    account: str,
    seed: int,
    mode: Mapping[str, object],
    topics: Sequence[str] = (),
) -> BotConfig:
    """The file as values. topics: that are followed; none: the usual. Raises ConfigError."""
    followed = f"topics = {list(topics)}" if topics else ""
    said = "\n".join(f"{key} = {_toml(value)}" for key, value in mode.items())
    text = TEXT.format(name=name, seed=seed, pair=pair, account=account, mode=said, topics=followed)
    return parse_config(text, file=f"bot {name}")


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
