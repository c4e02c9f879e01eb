"""What can be said of a venue whose market is read, and of times."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Annotated, Final, Literal

import attrs
from cyclopts import Parameter
from cyclopts.validators import Number

from ...runtime import Millis, UsageError
from ..places import a_whole_number

UNITS: Final[Mapping[str, int]] = MappingProxyType(
    {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
)  # ms
WRITTEN: Final = re.compile(r"([1-9][0-9]{0,8})([smhd])")


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class At:
    """Where the venue is, if not at its own addresses."""

    url: Annotated[
        str | None,
        Parameter(help="Where it is asked: http://127.0.0.1:18790 of a `benthic venue`."),
    ] = None
    ws: Annotated[
        str | None,
        Parameter(help="Where its streams are: ws://…; without it the same host as --url."),
    ] = None

    def addresses(self) -> tuple[str | None, str | None]:
        """Both, checked. Raises UsageError."""
        for name, value, schemes in (
            ("--url", self.url, ("http", "https")),
            ("--ws", self.ws, ("ws", "wss")),
        ):
            scheme, mark, host = (value or "").partition("://")
            if value is not None and (scheme not in schemes or not mark or not host):
                raise UsageError(f"{name} {value!r} is no address; write {schemes[0]}://HOST:PORT")
        return _bare(self.url), _bare(self.ws)


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Past:
    """What is downloaded, and from when to when."""

    since: Annotated[str, Parameter(help="From when on: 2026-01-01, or 2026-01-01T12:00, UTC.")]
    until: Annotated[str | None, Parameter(help="Up to when; without it, up to now.")] = None
    frames: Annotated[
        str | None, Parameter(help="Time frames, with commas between; 1m unless --trades is given.")
    ] = None
    trades: Annotated[bool, Parameter(help="Download trades.")] = False

    prefer: Annotated[
        Literal["new", "old"] | None,
        Parameter(help="Which holds where the venue contradicts the store; without it neither."),
    ] = None

    @property
    def asked_frames(self) -> tuple[str, ...]:
        """The frames, as texts."""
        if self.frames is not None:
            return listed(self.frames, option="--frames")
        return () if self.trades else ("1m",)


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Streams:
    """What is recorded, and how long."""

    topics: Annotated[
        str, Parameter(help="Of candles, trades, book and ticker, with commas between.")
    ] = "candles,trades"
    frames: Annotated[str, Parameter(help="Time frames of candles, with commas between.")] = "1m"
    depth: Annotated[
        int,
        Parameter(
            help="Levels of each side of a book.",
            validator=Number(gt=0, lte=1_000),
            converter=a_whole_number,
        ),
    ] = 20
    duration: Annotated[
        str | None,
        Parameter(name="--for", help="How long: 90s, 30m, 1h; without it until Ctrl-C."),
    ] = None


def _bare(url: str | None) -> str | None:
    return None if url is None else url.rstrip("/")


def listed(text: str, *, option: str) -> tuple[str, ...]:
    """The words of an option with commas between them, each once. Raises UsageError."""
    found = dict.fromkeys(word.strip() for word in text.split(","))
    if "" in found:
        raise UsageError(f"{option} {text!r} names nothing between two commas; write A,B")
    return tuple(found)


def duration(text: str, *, option: str) -> Millis:
    """The length of time that an option says. Raises UsageError.

    >>> duration("90s", option="--for")
    90000
    """
    found = WRITTEN.fullmatch(text)
    if found is None:
        raise UsageError(f"{option} {text!r} is no length of time; write 90s, 30m, 1h or 2d")
    return Millis(int(found[1]) * UNITS[found[2]])


def moment(text: str, *, option: str) -> Millis:
    """The time that an option says, in UTC. Raises UsageError.

    >>> moment("2026-01-01", option="--since")
    1767225600000
    """
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{option} {text!r} is no time; write one such as 2026-01-01 or 2026-01-01T12:00"
        ) from None
    at = int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000)
    if at <= 0:
        raise UsageError(f"{option} {text} lies before 1970; give a later time")
    return Millis(at)


USUAL_STREAMS: Final = Streams()
USUAL_AT: Final = At()
