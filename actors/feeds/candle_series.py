"""The candles of one symbol and frame: what is known, what is missing, what may be told (D3).

Closed candles are told in order, each once, and none before those that lie before it. One that
comes after a hole is held until the venue has been asked for what lies between; a hole is a `Gap`
only where the venue has later candles and none of those. What was told stays as it was told.

Nothing in here reads a clock or sends anything: methods give what is to be told, and `question`
what is to be asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from ...runtime import Millis, Tell
from ..exchange.market_messages import FetchCandles
from ..market.candle import Candle, fault_of
from ..market.timeframe import TimeFrame
from .closed_candles import (
    CandleClosed,
    CandleRefused,
    CandleRepeated,
    CandleRevised,
    ClosedCandles,
)
from .freshness import time_fault
from .higher_frames import disagreement
from .messages import (
    CandleCorrected,
    CandleEnded,
    CandleMoved,
    FeedCaughtUp,
    FeedCounts,
    GapFound,
)
from .ring import CAPACITY, CandleRing
from .soundness import fault_of_size

HELD: Final = 1_000  # candles that wait for what came before them
PAGE: Final = 1_000  # candles that are asked for at once
PATIENCE: Final = 5  # answers in a row that do not help, until a hole is taken as it is
COMPARED: Final = 100  # candles of ours that wait for the venue's
LATE: Final = Millis(4_000)  # after a close that was not heard of: the venue is asked for it
GRACE: Final = Millis(15_000)  # after it: the frame counts as lost


class _Counts(msgspec.Struct):
    """`FeedCounts`, as they grow."""

    repeated: int = 0
    late: int = 0
    misplaced: int = 0
    gaps: int = 0
    missing: int = 0
    impossible: int = 0
    revised: int = 0
    disagreed: int = 0


class CandleSeries:
    """One series. capacity: candles that it remembers."""

    def __init__(self, symbol: str, frame: TimeFrame, *, capacity: int = CAPACITY) -> None:
        self.symbol: Final = symbol
        self.frame: Final = frame
        self.name: Final = str(frame)
        self.ring: Final = CandleRing(capacity)
        self.forming: Candle | None = None
        self.is_behind = True  # something of the past is missing: what comes now is held
        self.is_built = False  # of a lower frame or of trades: the venue is not asked
        self.is_in_vain = False  # the last answer did not help: the next question can wait
        self._is_late = False  # a close was not heard of, and is asked for
        self._looks = 0  # for this close
        self._look_at = Millis(0)
        self._closed = ClosedCandles(frame)
        self._held: dict[Millis, Candle] = {}
        self._vain = 0
        self._ours: dict[Millis, Candle] = {}  # built, and not compared yet
        self._revisions: dict[Millis, Candle] = {}  # the last other word about closed ones
        self._counts = _Counts()

    @property
    def counts(self) -> FeedCounts:
        """What has come through."""
        return FeedCounts(*msgspec.structs.astuple(self._counts))

    def is_overdue(self, now: Millis) -> bool:
        """Whether a candle that has closed is not known yet, though it should be."""
        return self._overdue(now) > GRACE

    def is_awaited(self, now: Millis) -> bool:
        """Whether a candle will have closed by then that is not known yet."""
        return not self.is_built and self._overdue(now) > 0

    def _overdue(self, now: Millis) -> int:
        """For how long, ms, the next candle should have been heard of; below 0: not yet."""
        newest = self.ring.newest
        if newest is None:
            return -1
        frame = self.frame
        return now - frame.close_of(frame.close_of(newest.at))

    # -- by a tape, whose candles are sound

    def follows(self, at: Millis) -> bool:
        """Whether a tape's candle of then is later than all that are known; else it is counted."""
        newest = self.ring.newest
        if newest is None:
            return True
        steps = self.frame.steps_between(newest.at, at)
        if steps == 0:
            self._counts.repeated += 1
        elif at < newest.at:
            self._counts.late += 1
        elif steps is None:
            self._counts.misplaced += 1
        else:
            return True
        return False

    def gap_before(self, at: Millis) -> GapFound | None:
        """What is missing between the newest candle and that of then, counted."""
        newest = self.ring.newest
        steps = None if newest is None else self.frame.steps_between(newest.at, at)
        if newest is None or steps is None or steps <= 1:
            return None
        self._counts.gaps += 1
        self._counts.missing += steps - 1
        return GapFound(self.symbol, self.name, newest.at, at, steps - 1)

    def remember(self, past: Iterable[Candle]) -> None:
        """Take in sound candles of which nobody is told, after those that are known."""
        for candle in past:
            newest = self.ring.newest
            if newest is None or candle.at > newest.at:
                self.ring.add(candle)

    # -- by a venue

    def reported(self, candle: Candle, *, now: Millis) -> Sequence[Tell]:
        """What to tell, now that a venue calls this candle closed."""
        if not self._is_sound(candle, now):
            return ()
        newest = self._closed.newest
        steps = None if newest is None else self.frame.steps_between(newest.at, candle.at)
        if steps == 1:  # it continues what is known, whatever else is asked for
            return (*self.take(candle), *self._merge(())) if self._held else self.take(candle)
        self.is_behind = self.is_behind or (steps is not None and steps > 1)
        if self.is_behind and (newest is None or candle.at > newest.at):
            self._hold(candle)
            return ()
        return self.take(candle)

    def moved(self, candle: Candle, *, now: Millis) -> Sequence[Tell]:
        """What to tell, now that the candle that has not closed stands so."""
        if not self._is_sound(candle, now):
            return ()
        newest, before = self._closed.newest, self.forming
        if newest is not None and candle.at <= newest.at:
            return ()  # it has closed meanwhile
        if before is not None and (candle.at < before.at or candle == before):
            return ()
        self.forming = candle
        return (CandleMoved(self.symbol, self.name, candle),)

    def fall_behind(self) -> None:
        """Something may have closed without a word: ask."""
        self.is_behind = not self.is_built

    def look(self, now: Millis) -> None:
        """Ask for a close that nobody told: at once, and then ever less often (M4, M9)."""
        if self.is_built or self._overdue(now) < LATE or now < self._look_at:
            return
        self._look_at = Millis(now + LATE * 2 ** min(self._looks, 8))
        self._looks += 1
        self._is_late = True

    def question(self, now: Millis) -> FetchCandles | None:
        """What to ask the venue; None: nothing is missing."""
        if self.is_built or not (self.is_behind or self._is_late):
            return None
        newest = self._closed.newest
        if newest is None:
            return FetchCandles(self.symbol, self.name, self.ring.capacity)
        frame = self.frame
        passed = max(0, now - newest.at) // frame.length if frame.is_fixed else PAGE
        return FetchCandles(self.symbol, self.name, min(PAGE, passed + 2), newest.at)

    def past(
        self, candles: Sequence[Candle], *, asked: FetchCandles, now: Millis
    ) -> Sequence[Tell]:
        """What to tell, now that the venue has answered."""
        sound = [candle for candle in candles if self._is_sound(candle, now)]
        newest = self._closed.newest
        if newest is None:
            for candle in sound:  # nobody is told of what was before
                if isinstance(self._closed.told(candle), CandleClosed):
                    self.ring.add(candle)
            return self._settle(list[Tell](), has_moved=bool(sound), is_full=False, now=now)
        told = self._merge(sound)
        has_moved = self._closed.newest is not newest
        is_full = has_moved and len(candles) >= asked.limit
        return self._settle(told, has_moved=has_moved, is_full=is_full, now=now)

    # -- by what is built

    def build(self) -> None:
        """From now on its candles are built: the venue has none."""
        self.is_built = True
        self.is_behind = False

    def compare(self, ours: Candle) -> None:
        """Hold a candle that was built against the venue's, which stands."""
        theirs = self._closed.known(ours.at)
        if theirs is not None:
            self._counts.disagreed += disagreement(ours, theirs) is not None
            return
        self._ours[ours.at] = ours
        if len(self._ours) > COMPARED:
            del self._ours[next(iter(self._ours))]

    def take(self, candle: Candle) -> Sequence[Tell]:
        """What to tell of a closed candle that is the next one, or of one that is known."""
        event = self._closed.told(candle)
        match event:
            case CandleClosed():
                return self._close(candle)
            case CandleRepeated():
                self._counts.repeated += 1
            case CandleRevised(was, now):
                return self.correct(was, now)
            case CandleRefused():
                self._counts.late += 1
        return ()

    def correct(self, was: Candle, now: Candle) -> Sequence[Tell]:
        """What to tell of another word about a closed candle."""
        if self._revisions.get(now.at) == now:
            self._counts.repeated += 1
            return ()
        self._revisions[now.at] = now
        if len(self._revisions) > COMPARED:
            del self._revisions[next(iter(self._revisions))]
        self._counts.revised += 1
        return (CandleCorrected(self.symbol, self.name, was, now),)

    # -- inside

    def _close(self, candle: Candle) -> Sequence[Tell]:
        gap = self.gap_before(candle.at)
        self._looks, self._look_at = 0, Millis(0)
        self.ring.add(candle)
        if self.forming is not None and self.forming.at <= candle.at:
            self.forming = None
        ours = self._ours.pop(candle.at, None)
        if ours is not None:
            self._counts.disagreed += disagreement(ours, candle) is not None
        ended = CandleEnded(self.symbol, self.name, candle)
        return (ended,) if gap is None else (gap, ended)

    def _is_sound(self, candle: Candle, now: Millis) -> bool:
        if fault_of(candle) is not None or fault_of_size(candle) is not None:
            self._counts.impossible += 1
            return False
        if time_fault(candle.at, now=now) is not None or not self.frame.is_aligned(candle.at):
            self._counts.misplaced += 1
            return False
        return True

    def _hold(self, candle: Candle) -> None:
        if self._held.setdefault(candle.at, candle) is not candle:
            self._counts.repeated += 1
        if len(self._held) > HELD:
            del self._held[min(self._held)]  # the venue will be asked for it

    def _merge(self, fetched: Sequence[Candle]) -> list[Tell]:
        """Take what the venue has answered and what is held, as far as it hangs together."""
        told: list[Tell] = []
        reach = max((candle.at for candle in fetched), default=Millis(-1))
        known = {candle.at: candle for candle in fetched}
        for at, candle in sorted((known | self._held).items()):
            newest = self._closed.newest
            if newest is not None and at <= newest.at:
                if self._closed.known(at) != candle:
                    told += self.take(candle)
            elif at <= reach or self._is_next(newest, at):
                told += self.take(candle)
            else:
                break
        return told

    def _is_next(self, newest: Candle | None, at: Millis) -> bool:
        return newest is None or self.frame.steps_between(newest.at, at) == 1

    def _settle(
        self, told: list[Tell], *, has_moved: bool, is_full: bool, now: Millis
    ) -> Sequence[Tell]:
        """Whether that was all."""
        newest = self._closed.newest
        self._held = {
            at: candle for at, candle in self._held.items() if newest is None or at > newest.at
        }
        self._vain = 0 if has_moved else self._vain + 1
        if self._held and (self._vain >= PATIENCE or self._is_next(newest, min(self._held))):
            for _, candle in sorted(self._held.items()):
                told += self.take(candle)
            self._held.clear()
        was_behind, self._is_late = self.is_behind, False
        self.is_behind = is_full or bool(self._held)
        self.is_in_vain = self._vain > 0
        if not self.is_behind:
            self._vain = 0
            if was_behind or told:
                told.append(FeedCaughtUp(self.symbol, self.name, now))
        return told
