"""Whether a signed request comes in time: its timestamp against the venue's clock."""

from __future__ import annotations

import re
from typing import Final

from ....runtime import Millis
from .errors import ApiError, illegal, missing, too_great

DEFAULT_WINDOW: Final = 5_000  # ms
LONGEST_WINDOW: Final = 60_000  # ms
EARLY: Final = 1_000  # ms that a clock may be ahead
_MICROSECONDS: Final = 10**14  # a timestamp from here on counts microseconds
_PER_MS: Final = 1_000
_WHOLE: Final = re.compile(r"[0-9]{1,20}")
_WINDOW: Final = re.compile(r"[0-9]{1,20}(\.[0-9]{0,3})?")


def check_time(timestamp: str | None, window: str | None, now: Millis | None) -> None:
    """Raise unless a request of `timestamp` is valid at `now`.

    timestamp: ms or microseconds since 1970, as sent. window: ms, with up to three decimals.
    now: None: no clock is there to hold it against, and only its form is checked.
    """
    if not timestamp:
        raise missing("timestamp")
    if _WHOLE.fullmatch(timestamp) is None:
        raise illegal("timestamp", "^[0-9]{1,20}$")
    micros = int(timestamp)
    if micros < _MICROSECONDS:
        micros *= _PER_MS
    longest = _window(window)
    if now is None:
        return
    present = now * _PER_MS
    if micros >= present + EARLY * _PER_MS:
        raise ApiError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
    if present - micros > longest:
        raise ApiError(-1021, "Timestamp for this request is outside of the recvWindow.")


def _window(text: str | None) -> int:
    """In microseconds."""
    if text is None:
        return DEFAULT_WINDOW * _PER_MS
    if _WINDOW.fullmatch(text) is None:
        raise illegal("recvWindow", r"^[0-9]{1,20}(\.[0-9]{0,3})?$")
    whole, _, part = text.partition(".")
    window = int(whole) * _PER_MS + int(part.ljust(3, "0"))
    if window > LONGEST_WINDOW * _PER_MS:
        raise too_great("recvWindow", LONGEST_WINDOW)
    return window
