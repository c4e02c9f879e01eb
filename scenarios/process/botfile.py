"""The bot file of a real process: a live bot of one market at an exchange on loopback."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import attrs

from ..world import SILENT
from ..world.botfile import Trade

KEY: Final = "BENTHIC_API_KEY"
SECRET: Final = "BENTHIC_API_SECRET"  # noqa: S105 - its name
TEXT: Final = """
[bot]
name = "{name}"
seed = {seed}
context = "live"

[exchange]
name = "binance"
key = {{ env = "{key}" }}
secret = {{ env = "{secret}" }}
urls = {{ rest = "http://127.0.0.1:{port}", ws = "ws://127.0.0.1:{port}" }}

[market]
symbol = "{pair}"
time_frame = "{frame}"

{sections}

[store]
path = "{name}.store"

[log]
format = "json"
"""


@attrs.frozen(kw_only=True)
class Wanted:
    """What a file says of its bot."""

    name: str
    trade: Trade
    port: int
    seed: int

    def write(self, folder: Path, called: str = "") -> Path:
        """The file, in a folder that is there. A mode that trades sees a candle each second.

        called: the name of the file, where it is not the bot's.
        """
        trade = self.trade
        text = TEXT.format(
            name=self.name,
            seed=self.seed,
            port=self.port,
            pair=trade.pair,
            frame="1m" if trade.mode == SILENT else "1s",
            sections=trade.sections,
            key=KEY,
            secret=SECRET,
        )
        path = folder / f"{called or self.name}.toml"
        path.write_text(text, "utf-8")
        return path
