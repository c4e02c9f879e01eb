"""The bot file of the demo, and the mode that trades in it.

The file is one that `benthic run` takes. Its mode waits for more candles than the demo lasts, so
that all orders are those of the ladder, which the demo starts beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ...actors.bot.config import BotConfig
from ...actors.bot.reading import parse_config

SYMBOL: Final = "BTC/USDT"
VENUE_SYMBOL: Final = "BTCUSDT"
NAME: Final = "demo"
REST_URL: Final = "BENTHIC_REST_URL"  # as `benthic venue --print-env` names them
WS_URL: Final = "BENTHIC_WS_URL"
API_KEY: Final = "BENTHIC_API_KEY"
API_SECRET: Final = "BENTHIC_API_SECRET"  # noqa: S105 - its name

_BOT_FILE: Final = """
[bot]
name = "{name}"
context = "live"

[exchange]
name = "binance"
account = "{name}"
key = {{ env = "{key}" }}
secret = {{ env = "{secret}" }}
urls = {{ rest = "{rest}", ws = "{ws}" }}

[market]
symbol = "{symbol}"
time_frame = "1s"

[mode]
name = "ema_cross"
fast = 2_000
slow = 2_500
warm_up = 2_900

[store]
path = "{store}"
"""


def demo_config(env: Mapping[str, str], store: Path) -> BotConfig:
    """The demo's bot, at the venue whose addresses `env` has."""
    text = _BOT_FILE.format(
        name=NAME,
        key=API_KEY,
        secret=API_SECRET,
        rest=env[REST_URL],
        ws=env[WS_URL],
        symbol=SYMBOL,
        store=store,
    )
    return parse_config(text, file="the demo's bot file")
