"""The actors that `bench runtime` measures: as plain as their work allows."""

from __future__ import annotations

from time import perf_counter
from typing import Final

import msgspec

from ..runtime import Actor, Ask, Ref, Tell, on

BATCH: Final = 1_000  # tells between two looks at whether they were handled


class Note(msgspec.Struct, Tell, frozen=True, gc=False):
    """Something to be counted."""


class Question(msgspec.Struct, Ask[int], frozen=True, gc=False):
    """Answered with how many notes there were."""


class Break(msgspec.Struct, Tell, frozen=True, gc=False):
    """Raise."""


class Run(msgspec.Struct, Ask[float], frozen=True, gc=False):
    """Do it `count` times and answer the seconds that it took."""

    count: int


class Sink(Actor):
    """Counts notes, answers questions, breaks on demand."""

    def __init__(self) -> None:
        self.notes = 0

    @on(Note)
    def note(self, _: Note) -> None:
        self.notes += 1

    @on(Question)
    def answer(self, _: Question) -> int:
        return self.notes

    @on(Break)
    def fail(self, _: Break) -> None:
        raise ConnectionError


class PatientSink(Actor):
    """Answers questions in an `async def` handler."""

    @on(Question)
    async def answer(self, _: Question) -> int:
        return 0


class Relay(Actor):
    """Passes notes on to `target`."""

    def __init__(self, target: str) -> None:
        self._target = target

    def on_start(self) -> None:
        self._next = self.lookup(self._target)

    @on(Note)
    def note(self, message: Note) -> None:
        self._next.tell(message)

    @on(Question)
    async def ask_on(self, message: Question) -> int:
        return await self.ask(self._next, message)


class Fan(Actor):
    """Publishes each note."""

    @on(Note)
    def note(self, message: Note) -> None:
        self.publish(message)

    @on(Question)
    def answer(self, _: Question) -> int:
        return 0


class Listener(Sink):
    """Hears the notes of the fan."""

    def on_start(self) -> None:
        self.subscribe(self.lookup("fan"), Note)


class Teller(Actor):
    """Tells `target` notes, and asks it after each batch whether it is through."""

    def __init__(self, target: str) -> None:
        self._target = target

    @on(Run)
    async def run(self, message: Run) -> float:
        target, note, question = self.lookup(self._target), Note(), Question()
        left = message.count
        began = perf_counter()
        while left:
            batch = min(left, BATCH)
            left -= batch
            tell = target.tell
            for _ in range(batch):
                tell(note)
            await self.ask(target, question)
        return perf_counter() - began


class Caller(Actor):
    """Calls a method as often: nothing that delivers messages in Python can do better."""

    def take(self, _: Note) -> None:
        """What a handler that does nothing costs by itself."""

    @on(Run)
    def run(self, message: Run) -> float:
        note = Note()
        began = perf_counter()
        for _ in range(message.count):
            self.take(note)
        return perf_counter() - began


class Asker(Actor):
    """Asks `target` over and over."""

    def __init__(self, target: str) -> None:
        self._target = target

    @on(Run)
    async def run(self, message: Run) -> float:
        target, question = self.lookup(self._target), Question()
        began = perf_counter()
        for _ in range(message.count):
            await self.ask(target, question)
        return perf_counter() - began


class Breaker(Actor):
    """Breaks `target` and waits until its next incarnation has answered, over and over."""

    def __init__(self, target: str) -> None:
        self._target = target

    @on(Run)
    async def run(self, message: Run) -> float:
        target: Ref = self.lookup(self._target)
        broken, question = Break(), Question()
        began = perf_counter()
        for _ in range(message.count):
            target.tell(broken)
            await self.ask(target, question)
        return perf_counter() - began


class Tick(msgspec.Struct, Tell, frozen=True, gc=False):
    """A timer's message."""


class Ticker(Actor):
    """Sets a timer of 1 ms, `count` times one after the other, and then answers."""

    @on(Run)
    def run(self, message: Run) -> None:
        self._left = message.count
        self._reply = self.reply_later()
        self.after(1, Tick())

    @on(Tick)
    def tick(self, message: Tick) -> None:
        self._left -= 1
        if self._left:
            self.after(1, message)
        else:
            self._reply.answer(0.0)
