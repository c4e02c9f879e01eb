"""The root of the tree: a bot file as values, and the bot that is built from it.

Where a bot runs is said with `contexts.backtest` or `contexts.simulation`.
"""

from .builder import Bot, ExchangeBuilder
from .config import BotConfig
from .contexts import Replayed
from .errors import ConfigError, Problem
from .reading import load_config, parse_config

__all__ = [
    "Bot",
    "BotConfig",
    "ConfigError",
    "ExchangeBuilder",
    "Problem",
    "Replayed",
    "load_config",
    "parse_config",
]
