"""What drives a System from tapes: every candle at its close, to the feed that it is for."""

from __future__ import annotations

from collections.abc import Iterator

from ...runtime import Millis, Ref
from ..market.candle import Candle
from .merged import Stream, merged
from .tape import Tape


def replay(*streams: tuple[Tape, Ref]) -> Iterator[tuple[Millis, Ref, Candle]]:
    """The candles of all tapes in the order of their closes: what `System.replay` takes.

    streams: each tape with the feed that hears it. What closes at the same instant comes in the
    order in which the streams are given.
    """
    if len(streams) == 1:
        ((tape, feed),) = streams
        return tape.events(feed)
    return merged([Stream(tape.frame, (tape.columns,), feed) for tape, feed in streams])
