"""What a run of `feeds` consists of: how long, which markets, and how lively they are."""

from __future__ import annotations

from typing import Final

import attrs

from ...actors.exchange.settings import Credentials, VenueSettings
from ...actors.market.timeframe import TimeFrame
from ...actors.matching.values import AccountId
from ...runtime import Millis
from ...runtime.secret import Secret
from ...scenarios.venue.accounts import AccountPlan
from ...scenarios.venue.config import MarketPlan, VenueConfig
from ...scenarios.venue.market.series import Keep, MarketData
from ...scenarios.venue.market.traders import FlowPlan
from ...scenarios.venue.venue import Venue
from .plan import FARTHEST

HOUR: Final = 3_600_000
MINUTE: Final = 60_000
SYMBOLS: Final = ("BTC/USDT", "ETH/USDT", "BNB/USDT", "SOL/USDT", "XRP/USDT")
FRAMES: Final = tuple(map(TimeFrame.parse, ("1m", "5m", "15m", "1h")))
DENSITY: Final = 0.15  # steps of the traders in a second, in each market
ACCOUNT: Final = "ann"
KLINE_BEAT: Final = 10_000  # ms from one word of a candle that forms to the next
HISTORY: Final = 500  # ended orders of a market that the venue remembers
REMEMBERED: Final = 3_000  # trades that the venue tells of before


@attrs.frozen
class Setting:
    """One run."""

    seed: int
    length: Millis
    symbols: tuple[str, ...] = SYMBOLS
    frames: tuple[TimeFrame, ...] = FRAMES
    slot: int = FARTHEST  # ms from one fault to the next
    density: float = DENSITY

    @property
    def base(self) -> str:
        """The frame that strategies act on."""
        return str(self.frames[0])


def name_of(symbol: str) -> str:
    """As the venue spells it."""
    return symbol.replace("/", "")


def a_venue(setting: Setting) -> tuple[Venue, VenueSettings, AccountId]:
    """Its exchange, the way to the account that there is, and the account's number."""
    flow = FlowPlan(density=setting.density)
    bars = setting.length // MINUTE + 100
    venue = Venue(
        VenueConfig(
            markets=tuple(MarketPlan(pair=symbol, flow=flow) for symbol in setting.symbols),
            accounts=(AccountPlan(name=ACCOUNT, deposits={"spot": {"USDT": "10000000"}}),),
            seed=setting.seed,
            history=HISTORY,
            keep=Keep(bars=bars, trades=REMEMBERED, kline_beat=KLINE_BEAT),
        )
    )
    key = venue.api_key(ACCOUNT)
    credentials = Credentials(Secret(key.key), Secret(key.secret.reveal()))
    settings = VenueSettings(name="binance", credentials=credentials)
    return venue, settings, venue.account(ACCOUNT)


def markets_of(venue: Venue, setting: Setting) -> dict[str, MarketData]:
    """The venue's own data of each market, by our symbols."""
    return {symbol: venue.feeds["spot"][name_of(symbol)] for symbol in setting.symbols}
