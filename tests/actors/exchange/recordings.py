"""Where the market data lie that others recorded; they are no part of the project."""

from pathlib import Path

import pytest

from benthic.actors.exchange.archive import Asked, Found, survey
from benthic.actors.market.symbol import Symbol
from benthic.actors.market.timeframe import TimeFrame

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"

need_recordings = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the recorded market data are not here: no folder {DATA}"
)

BTC = Symbol("BTC", "USDT")
MINUTE = TimeFrame(1, "m")


def found_in(name: str, asked: Asked = Asked()) -> Found:
    (found,) = survey(str(DATA / name), venue="binance", asked=asked)
    return found
