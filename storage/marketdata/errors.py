"""What can be wrong with the store of market data.

BenthicError
└─ MarketDataError         the store at `path` cannot do what was asked; it is as it was
   ├─ NoMarketData         there is no such store, or nothing of the series in it
   ├─ NotMarketData        what lies at the path is something else, or of a newer benthic
   ├─ MarketDataBusy       another process writes the store
   ├─ PartDamaged          one file of the store is cut short or spoilt
   └─ Disagreement         what is to be added contradicts what is there; nothing was added
"""

from __future__ import annotations

from pathlib import Path

from ...actors.exchange.tape.spacing import utc_text
from ...runtime import BenthicError, Millis


class MarketDataError(BenthicError):
    """The store of market data cannot do what was asked; it is as it was."""

    def __init__(self, path: Path, words: str) -> None:
        super().__init__(f"{path}: {words}")
        self.path = path


class NoMarketData(MarketDataError):
    """There is no store at the path, or nothing of the series in it."""


class NotMarketData(MarketDataError):
    """What lies at the path is no store of market data, or one of a newer benthic."""


class MarketDataBusy(MarketDataError):
    """Another process writes the store; it has one writer at a time."""


class PartDamaged(MarketDataError):
    """One file of the store is cut short or spoilt; the others are not touched by it."""


class Disagreement(MarketDataError):
    """What is to be added says something else of a time than what is there. Nothing was added."""

    def __init__(self, path: Path, *, count: int, at: Millis, old: str, new: str) -> None:
        records = "record differs" if count == 1 else "records differ"
        super().__init__(
            path,
            f"{count} {records} from those in the store, the first at {utc_text(at)}: "
            f"{old} is there, {new} is new; look at both, then say --prefer old or --prefer new",
        )
        self.count = count
        self.at = at
        self.old = old
        self.new = new
