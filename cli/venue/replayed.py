"""Recordings to replay: which file belongs to which pair, and what is in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from ...actors.exchange.tape import EmptyTape, Gaps, Place, Tape, read_tape
from ...actors.market.timeframe import TimeFrame
from ...runtime import Millis, UsageError
from ...scenarios.venue.market.recorder import text
from ...scenarios.venue.market.tradefile import read_trades
from ...scenarios.venue.usual import usual_market
from ..progress import progress
from .options import Markets

SNIFFED: Final = 4_096  # bytes
CHECKED: Final = 10_000  # trades between two looks at the progress
TRADE_WORDS: Final = frozenset(("true", "false", "is_buyer_maker", "isbuyermaker", "qty"))
_SAID: Final = re.compile(r"([A-Z0-9]+/[A-Z0-9]+)=(.+)", re.DOTALL)


_PAIR: Final = re.compile(
    r"(?<![A-Z0-9])([A-Z0-9]{2,}?)[-_]?(USDT|USDC|FDUSD|TUSD|USD|BTC|ETH|BNB|EUR)(?![A-Z0-9])"
)
USUAL: Final = "BTC/USDT,ETH/USDT"


class Recording(msgspec.Struct, frozen=True):
    """What was recorded of one pair: candles, or trades in a file."""

    file: Path
    begin: Millis  # of its first candle, or its first trade
    tape: Tape | None = None
    trades: str = ""  # the path of the file
    price: str = ""  # of the first trade


def recordings(options: Markets, pairs: Sequence[str]) -> Mapping[str, Recording]:
    """The recording of each pair; nothing where the market is no replay. Raises TapeError."""
    frame = TimeFrame.parse(options.frame, place="--frame")
    if options.market != "replay":
        if options.data:
            raise UsageError(f"--data is replayed by --market replay, not {options.market}")
        return {}
    if not options.data:
        raise UsageError("--market replay replays --data: name a file for each pair")
    files = _by_pair(options.data, pairs)
    return {pair: _read(files[pair], pair, frame) for pair in pairs}


def usual_symbols(options: Markets) -> str:
    """What is opened where nobody says it: the pairs of what is replayed, or the usual ones."""
    if options.market != "replay" or not options.data:
        return USUAL
    return ",".join(dict.fromkeys(_pair_of(entry) for entry in options.data))


def _pair_of(entry: str) -> str:
    said = _SAID.fullmatch(entry)
    if said is not None:
        return said[1]
    file = Path(entry)
    if file.suffix == ".data":
        raise UsageError(f"--data {entry} may hold many pairs: name those to open with --symbols")
    told = _PAIR.search(file.name.upper())
    if told is None:
        raise UsageError(f"--data {entry}: its name says no pair; write it as BTC/USDT={entry}")
    return f"{told[1]}/{told[2]}"


def _read(file: Path, pair: str, frame: TimeFrame) -> Recording:
    if _holds_trades(file):
        return _checked(file, pair)
    with progress(f"reading {file.name}", "B") as told:
        tape = read_tape(file, symbol=pair, frame=frame, gaps=Gaps.ALLOW, progress=told)
    return Recording(file, tape.candle(0).at, tape)


def _holds_trades(file: Path) -> bool:
    """Told by the first line: of trades it says who was the maker, or that somebody was."""
    try:
        with file.open("rb") as source:
            words = source.read(SNIFFED).splitlines()[:1]
    except OSError:
        return False  # the reader of candles says what is wrong
    fields = [] if not words else words[0].decode("utf-8", "replace").lower().split(",")
    return any(field.strip() in TRADE_WORDS for field in fields)


def _checked(file: Path, pair: str) -> Recording:
    """All of it is read once: a venue that is open must not stumble over a row."""
    market = usual_market(pair, "spot")
    total, first = 0, None
    with progress(f"reading {file.name}", "trades") as told:
        for trade in read_trades(file, market):
            first = trade if first is None else first
            total += 1
            if total % CHECKED == 0:
                told(total, total)
    if first is None:
        place = Place(str(file))
        raise EmptyTape(place, "no trade is large enough for a market", "give another file")
    price = text(first.price, market.price_digits)
    return Recording(file, first.at, trades=str(file), price=price)


def _by_pair(data: Sequence[str], pairs: Sequence[str]) -> dict[str, Path]:
    """The file of each pair: said, or told by its name, or the only one there is."""
    found: dict[str, Path] = {}
    for entry in data:
        said = _SAID.fullmatch(entry)
        file = Path(said[2] if said is not None else entry)
        for pair in [said[1]] if said is not None else _named(file, data, pairs):
            if pair not in pairs:
                raise UsageError(
                    f"--data {entry}: --symbols has no {pair}; there are {', '.join(pairs)}"
                )
            if found.setdefault(pair, file) != file:
                raise UsageError(f"--data: {found[pair]} and {file} are both of {pair}; keep one")
    missing = [pair for pair in pairs if pair not in found]
    if missing:
        raise UsageError(f"--data has nothing of {missing[0]}; add --data {missing[0]}=FILE")
    return found


def _named(file: Path, data: Sequence[str], pairs: Sequence[str]) -> Sequence[str]:
    if len(data) == 1 and (len(pairs) == 1 or file.suffix == ".data"):
        return pairs  # an OctoBot file holds many
    letters = re.sub(r"[^A-Z0-9]", "", file.name.upper())
    fitting = [pair for pair in pairs if pair.replace("/", "") in letters]
    if not fitting:
        raise UsageError(f"--data {file}: its name says no pair; write it as {pairs[0]}={file}")
    return [max(fitting, key=len)]
