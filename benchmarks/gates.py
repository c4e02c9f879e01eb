"""A gate against the plainest model of it, over many random interleavings of all that it is told.

A real gate stands in a System of virtual time under the schedule `shuffle`. Connector, desk, opener
and feeds tell it facts and losses at random moments, some late and some in the same millisecond;
in the end all of them tell that all is well. A model that knows every word decides: the gate may be
open only where nothing is missing, must be open where nothing is, and says why it is closed to
whoever asks, whenever that is (R4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

import attrs
import msgspec
import trio

from ..actors.exchange.gate import Gate, GateClosed, GateOpened, GetGate, Obstacle
from ..actors.exchange.messages import GetLine
from ..runtime import (
    Actor,
    Child,
    Millis,
    Reply,
    Schedule,
    Supervisor,
    System,
    Tell,
    on,
    run_virtual,
)
from .chunks import Chunk, Plan, Report, sweep
from .gate_words import AGES, CALM, FRAMES, Model, Play, Script, Word, drawn
from .progress import Watch, unwatched

CHUNK: Final = 50  # interleavings
END: Final = 4_000  # ms; long before, what nobody repeats is too old
QUESTIONS: Final = 40  # of one interleaving
GATE: Final = "/root/gate"


class GateRun(msgspec.Struct, frozen=True):
    """What one interleaving came to."""

    told: int
    openings: int
    asked: int
    violations: tuple[str, ...]


def run_gates(
    count: int, *, resume: Path | None = None, watch: Watch = unwatched, seed: int = 0
) -> Report:
    """Run `count` interleavings, from the one of `seed` on."""
    plan = Plan("gates", seed, CHUNK)
    return sweep(plan, count, partial(_chunk, seed), resume=resume, watch=watch, jobs=1)


def _chunk(first: int, number: int, count: int) -> Chunk:
    start = first + number * CHUNK
    runs = {seed: run_gate(seed) for seed in range(start, start + count)}
    found = tuple(f"seed {seed}: {each}" for seed, run in runs.items() for each in run.violations)
    figures = {
        "words told": float(sum(run.told for run in runs.values())),
        "openings": float(sum(run.openings for run in runs.values())),
        "questions": float(sum(run.asked for run in runs.values())),
    }
    return Chunk(number, count, found, figures)


def run_gate(seed: int, kind: type[Gate] = Gate) -> GateRun:
    """One interleaving, and in what a gate of this kind is other than it should be."""
    play = drawn(seed)
    heard = list[Said]()
    questions = list(_questions(Random(~seed & 0xFFFF_FFFF), play))  # noqa: S311 - no secret

    def gate() -> Gate:
        return kind("connector", required=play.required, max_ages=AGES)

    tellers = [
        Child(f"teller-{number}", partial(Teller, script))
        for number, (owner, script) in enumerate(play.scripts.items())
        if owner != "connector"
    ]
    tree = [
        Child("connector", partial(Connector, play)),
        Child("gate", gate),
        Child("witness", partial(Witness, heard, questions)),
        *tellers,
    ]

    async def story(_: System) -> None:
        await trio.sleep(END / 1000)

    run_virtual(Supervisor("root", tree), story, seed=seed, schedule=Schedule.SHUFFLE)
    verdicts = [each for each in heard if not each.is_answer]
    return GateRun(
        told=sum(map(len, play.scripts.values())),
        openings=sum(not each.obstacles for each in verdicts),
        asked=len(heard) - len(verdicts),
        violations=tuple(_violations(play, heard, len(questions))),
    )


def _questions(chance: Random, play: Play) -> Iterator[tuple[int, GetGate]]:
    """Who asks what, and when: some just after something was told, some at the end."""
    told = [at for script in play.scripts.values() for at, _ in script]
    for number in range(QUESTIONS):
        symbol = chance.choice(("", *play.symbols))
        frame = chance.choice(("", *FRAMES)) if symbol else ""
        at = chance.choice(told) + 1 if number % 2 else chance.randint(0, END - 1)
        yield at, GetGate(symbol, frame)
    for symbol in ("", *play.symbols):
        yield CALM + 1, GetGate(symbol)
        yield END - 1, GetGate(symbol)


# -- in what it may be wrong


@attrs.frozen
class Said:
    """What a gate has published or answered, at which ms."""

    at: Millis
    symbol: str
    frame: str
    obstacles: tuple[Obstacle, ...]
    is_answer: bool

    def __str__(self) -> str:
        said = "answered" if self.is_answer else "published"
        return f"at {self.at} ms {said} of {self.symbol or 'all'} {self.frame or 'all frames'}"


def _violations(play: Play, heard: Sequence[Said], asked: int) -> Iterator[str]:
    model = Model(play)
    for each in heard:
        is_open = not each.obstacles
        if is_open not in model.verdicts(each.symbol, each.frame, each.at):
            yield f"{each}: {'open too early' if is_open else 'closed for no reason'}"
        for obstacle in each.obstacles:
            if not obstacle.reason or not obstacle.concerns(each.symbol, each.frame):
                yield f"{each}: {obstacle!r} is no reason"
            if obstacle.since is None or obstacle.since > each.at:
                yield f"{each}: {obstacle!r} is not since then"
    answers = sum(each.is_answer for each in heard)
    if answers != asked:
        yield f"{asked - answers} of {asked} questions were not answered"
    for symbol in play.symbols:
        mine = [each for each in heard if each.symbol == symbol and not each.is_answer]
        by_calm = [each for each in mine if each.at <= CALM]
        if not by_calm or by_calm[-1].obstacles:
            yield f"{symbol} was not opened in the end"
        if mine and not mine[-1].obstacles:
            yield f"{symbol} was not closed when all was too old"


# -- who tells, and who hears


class _Due(msgspec.Struct, Tell, frozen=True):
    word: Word


class _Ask(msgspec.Struct, Tell, frozen=True):
    question: GetGate


class _Answer(msgspec.Struct, Tell, frozen=True):
    """Time to say how the line stood."""


class Teller(Actor):
    """Tells the gate its words, each at its time."""

    def __init__(self, script: Script) -> None:
        self._script = script

    def on_start(self) -> None:
        for at, word in self._script:
            self.after(at - self.elapsed, _Due(word))

    @on(_Due)
    def due(self, message: _Due) -> None:
        self.lookup(GATE).tell(message.word)


class Connector(Actor):
    """Publishes how its line stands, and takes its time to answer."""

    def __init__(self, play: Play) -> None:
        self._play = play
        self._replies = list[Reply]()

    def on_start(self) -> None:
        for at, word in self._play.scripts["connector"]:
            self.after(at - self.elapsed, _Due(word))

    @on(GetLine)
    def get_line(self, _: GetLine) -> None:
        self._replies.append(self.reply_later())
        self.after(self._play.answers_at - self.elapsed, _Answer())

    @on(_Answer)
    def answer(self, _: _Answer) -> None:
        self._replies.pop().answer(self._play.first)

    @on(_Due)
    def due(self, message: _Due) -> None:
        self.publish(message.word)


class Witness(Actor):
    """Hears each verdict, and asks at random moments."""

    def __init__(self, heard: list[Said], questions: Sequence[tuple[int, GetGate]]) -> None:
        self._heard = heard
        self._questions = questions

    def on_start(self) -> None:
        for event in (GateOpened, GateClosed):
            self.subscribe(self.lookup(GATE), event)
        for at, question in self._questions:
            self.after(at - self.elapsed, _Ask(question))

    @on(GateOpened, GateClosed)
    def verdict(self, message: GateOpened | GateClosed) -> None:
        found = message.obstacles if isinstance(message, GateClosed) else ()
        self._heard.append(Said(self.elapsed, message.symbol, "", found, is_answer=False))

    @on(_Ask)
    async def question(self, message: _Ask) -> None:
        asked = message.question
        found = await self.ask(self.lookup(GATE), asked)
        said = Said(self.elapsed, asked.symbol, asked.frame, found, is_answer=True)
        self._heard.append(said)
