"""Carries out the faults of pushed messages: what goes out in place of each, and when.

It remembers what it holds back, whom it has muted and, where a rule wants it, what was sent
before; which rule strikes is `strike`'s affair.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from ..agenda import Agenda
from ..wire.fate import Ending, Fate
from ..wire.messages import Session
from ..wire.strikes import Push
from .answers import ending, merged
from .flood import Flood
from .garbage import crossed, padded, spiked, spoil
from .push_verbs import (
    Burst,
    Close,
    Crossed,
    CutFrame,
    Drop,
    Duplicate,
    Frame,
    Gap,
    Huge,
    Inject,
    Pings,
    Redeliver,
    Reorder,
    Spike,
)
from .request_verbs import DelayAnswer, Garbage, HalfOpen, Merge, Mute, Reset
from .strike import NOTHING_FITS, Strike, Struck, Subject

FOR_EVER: Final = 10**15
REMEMBERED: Final = 1_000  # messages of a stream, for the rules that send them again
MOST_STREAMS: Final = 1_000
MOST_SESSIONS: Final = 1_000  # muted ones, before the closed are forgotten
MOST_PUSHES: Final = 1_000  # different messages in place of one, however many rules strike it
MOST_TIMES: Final = 1_000_000  # that one of them is sent
PING: Final = b"\x89\x04ping"  # a whole frame


class _Held(msgspec.Struct):
    """Messages that a rule holds back to send them in another order."""

    session: Session
    struck: Struck  # of the first of them
    verb: Reorder
    pushes: list[Push]


class Pushes:
    """Asked by the hub for each message that it pushes.

    carry_out: does what a state verb says.
    """

    def __init__(
        self, strike: Strike, agenda: Agenda, carry_out: Callable[[Struck], object]
    ) -> None:
        self._strike = strike
        self._agenda = agenda
        self._carry_out = carry_out
        self._muted: dict[int, tuple[Session, int]] = {}
        self._gaps: dict[tuple[int, str], int] = {}  # rule and stream: messages left to leave out
        self._held: dict[tuple[int, int, str], _Held] = {}  # by rule, session and stream
        self._sent: dict[str, deque[str]] = {}  # by stream, where a rule may want it
        self._flood = Flood(agenda)

    @property
    def is_busy(self) -> bool:
        """Whether something that a rule has begun is not over yet."""
        return bool(self._muted or self._gaps or self._held or self._flood)

    def on_push(
        self, session: Session, subject: Subject, text: str, stream: str
    ) -> Sequence[Push] | None:
        """What goes out in place of `text`; None: it goes out as it is.

        stream: its own name, under which what was sent is remembered.
        """
        if self._is_muted(session):
            return ()
        struck = self._strike.struck(subject)
        left_out = self._leave_out(stream, struck)
        pushes = [Push(text)]
        for each in struck:
            pushes = self._strike_one(each, session, stream, pushes)
        self._remember(stream, text)
        if left_out:
            return ()
        held = self._held_for(subject, session, stream, struck)
        for one in held:
            pushes = self._reorder(one.struck, one.verb, session, stream, pushes)
        return self._flood.passes(session, pushes) if struck or held or self._flood else None

    def _strike_one(
        self, struck: Struck, session: Session, stream: str, pushes: list[Push]
    ) -> list[Push]:
        verb = struck.rule.verb
        match verb:
            case Mute():
                self._mute(session, verb.time)
                return []
            case Reorder():
                return self._reorder(struck, verb, session, stream, pushes)
            case Redeliver() if len(pushes) <= MOST_PUSHES:
                again = list(self._sent.get(stream, ()))[-verb.count :]
                return [*map(Push, again), *pushes]
            case _:
                changed = struck_push(verb, pushes)
                if changed is None:
                    self._carry_out(struck)
                    return pushes
                if pushes and changed == pushes:
                    self._strike.log.came_to_nothing(struck.entry, NOTHING_FITS)
                return changed

    def _held_for(
        self, subject: Subject, session: Session, stream: str, struck: list[Struck]
    ) -> list[_Held]:
        """What rules hold back that struck an earlier message, and want this one too."""
        if not self._held:
            return []
        done = {each.number for each in struck}
        return [
            held
            for (number, of, name), held in self._held.items()
            if (of, name) == (session.id, stream)
            and number not in done
            and self._strike.fits(number, subject)
        ]

    def _reorder(
        self, struck: Struck, verb: Reorder, session: Session, stream: str, pushes: list[Push]
    ) -> list[Push]:
        key = (struck.number, session.id, stream)
        held = self._held.get(key)
        if held is None:
            held = self._held[key] = _Held(session, struck, verb, [])
            self._agenda.after(verb.wait, lambda: self._let_go(key, held))
        held.pushes.extend(pushes)
        if len(held.pushes) < verb.window:
            return []
        del self._held[key]
        if verb.order == "shuffled":
            struck.chance.shuffle(held.pushes)
        else:
            held.pushes.reverse()
        return held.pushes

    def _let_go(self, key: tuple[int, int, str], held: _Held) -> None:
        """Send what was held for longer than the rule waits for more."""
        if self._held.get(key) is held:
            del self._held[key]
            for push in self._flood.passes(held.session, held.pushes):
                for _ in range(push.times):
                    held.session.send(push.text, push.fate)

    def _leave_out(self, stream: str, struck: list[Struck]) -> bool:
        """Whether a gap of update ids goes on, or begins with this message."""
        for each in struck:
            if isinstance(each.rule.verb, Gap):
                self._gaps[each.number, stream] = each.rule.verb.messages
        left_out = False
        for key, left in list(self._gaps.items()):
            if key[1] == stream:
                left_out = True
                if left > 1:
                    self._gaps[key] = left - 1
                else:
                    del self._gaps[key]
        return left_out

    def _mute(self, session: Session, time: int) -> None:
        if len(self._muted) >= MOST_SESSIONS:
            self._muted = {
                number: entry for number, entry in self._muted.items() if entry[0].is_open
            }
        self._flood.forget(session)
        until = self._agenda.now + time if time else FOR_EVER
        self._muted[session.id] = (session, until)

    def _is_muted(self, session: Session) -> bool:
        entry = self._muted.get(session.id)
        if entry is None:
            return False
        if entry[1] > self._agenda.now:
            return True
        del self._muted[session.id]
        return False

    def _remember(self, stream: str, text: str) -> None:
        if self._strike.has_verb(Redeliver):
            sent = self._sent.setdefault(stream, deque(maxlen=REMEMBERED))
            if len(self._sent) > MOST_STREAMS:
                del self._sent[next(iter(self._sent))]
            if not sent or sent[-1] != text:  # once, though it goes to several sessions
                sent.append(text)


def struck_push(verb: object, pushes: list[Push]) -> list[Push] | None:
    """What goes out once the verb has struck; None: it is no verb that changes messages."""
    fates = _ended(verb, pushes)
    if fates is None:
        fates = _multiplied(verb, pushes)
    if fates is not None:
        return fates
    how = _rewriting(verb)
    return None if how is None else [_said(push, how(push.text)) for push in pushes]


def _multiplied(verb: object, pushes: list[Push]) -> list[Push] | None:
    """More of them, or fewer; None: the verb leaves that alone."""
    instead: list[Push]
    match verb:
        case Frame():
            instead = [Push("", Fate(raw=bytes.fromhex(verb.hex))), *pushes]
        case Inject():
            instead = [Push(verb.text), *pushes]
        case Pings():
            instead = [Push("", Fate(raw=PING), verb.count), *pushes]
        case Duplicate() if len(pushes) <= MOST_PUSHES:
            again = [_with(push, delay=_fate(push).delay + verb.after) for push in pushes]
            instead = [*pushes, *(_often(push, verb.times) for push in again)]
        case Duplicate() | Redeliver():
            instead = pushes  # other rules have made a flood of it already
        case Burst():
            instead = [_often(push, verb.count) for push in pushes]
        case Drop() | Gap():
            instead = []
        case _:
            return None
    return instead


def _ended(verb: object, pushes: list[Push]) -> list[Push] | None:
    """The messages as far as they still go out; None: the verb leaves that alone."""
    match verb:
        case DelayAnswer():
            return [_with(push, delay=_fate(push).delay + verb.time) for push in pushes]
        case Close():
            close = Fate(lost=True, ending=Ending.CLOSE, code=verb.code, reason=verb.reason)
            return [Push("", close)]
        case Reset():
            return [_with(push, keep=verb.sent, ending=Ending.RESET) for push in pushes[:1]]
        case HalfOpen():
            return [Push("", Fate(lost=True, ending=Ending.HALF_OPEN))]
        case CutFrame():
            cut = ending(verb.line)
            return [_with(push, keep=verb.sent, ending=cut) for push in pushes[:1]]
        case _:
            return None


def _rewriting(verb: object) -> Callable[[str], str] | None:
    match verb:
        case Garbage():
            return lambda text: spoil(text, verb)
        case Merge():
            return lambda text: merged(text, verb)
        case Huge():
            return lambda text: padded(text, verb.size)
        case Crossed():
            return crossed
        case Spike():
            return lambda text: spiked(text, verb.times, verb.over)
        case _:
            return None


def _fate(push: Push) -> Fate:
    return push.fate or Fate()


def _with(push: Push, **changes: object) -> Push:
    return msgspec.structs.replace(push, fate=msgspec.structs.replace(_fate(push), **changes))


def _said(push: Push, text: str) -> Push:
    return msgspec.structs.replace(push, text=text)


def _often(push: Push, times: int) -> Push:
    return msgspec.structs.replace(push, times=min(push.times * times, MOST_TIMES))
