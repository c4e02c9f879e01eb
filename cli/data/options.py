"""What can be said on the command line of `benthic data`, and what it stands for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import attrs
from cyclopts import Parameter

from ...actors.exchange.archive import Asked, parse_symbol
from ...actors.exchange.archive.series import Series
from ...actors.exchange.tape.detect import Format
from ...actors.market.timeframe import TimeFrame
from ...storage.marketdata import ADDRESS, MarketStore, series_in, series_of
from ..places import a_path, market_data


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Of:
    """What the files are of, where neither they nor their names say it."""

    symbol: Annotated[
        str | None, Parameter(help="The pair, BTC/USDT; a contract, BTC/USDT:USDT.")
    ] = None
    frame: Annotated[str | None, Parameter(help="The time frame of candles, such as 1m.")] = None

    def asked(self) -> Asked:
        """The same, parsed. Raises BadValue."""
        return Asked(
            None if self.symbol is None else parse_symbol(self.symbol, place="--symbol"),
            None if self.frame is None else TimeFrame.parse(self.frame, place="--frame"),
        )


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Where:
    """Which store."""

    store: Annotated[
        Path | None,
        Parameter(
            help="The folder of the store; without it BENTHIC_DATA, or else ./market-data.",
            converter=a_path,
        ),
    ] = None

    def open(self) -> MarketStore:
        """The store, which need not be there yet."""
        return MarketStore(market_data() if self.store is None else self.store)

    def series(self, address: str) -> tuple[MarketStore, Series] | None:
        """The series that an address or a folder of a store names; None: it is a file."""
        if address.startswith(ADDRESS):
            store = self.open()
            return store, series_of(address, store.root)
        found = series_in(Path(address)) if Path(address).is_dir() else None
        return None if found is None else (MarketStore(found[0]), found[1])


def unit_of(form: Format) -> str:
    """What a reader of this format counts."""
    return "rows" if form in {Format.ARROW, Format.PARQUET, Format.OCTOBOT} else "B"


Json = Annotated[bool, Parameter(help="Print one JSON object for scripts.")]
USUAL_OF: Final = Of()
USUAL_WHERE: Final = Where()
