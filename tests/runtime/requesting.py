"""Two actors of which one makes requests of the other. Not a test itself."""

from collections.abc import Awaitable, Callable

import attrs
import pytest
import trio

from benthic.runtime import (
    AT_ONCE,
    Actor,
    Ask,
    Child,
    Mailbox,
    Outcome,
    Refusal,
    Supervisor,
    System,
    Tell,
    on,
)

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]


@attrs.frozen
class Double(Ask[int]):
    number: int
    after: int = 0  # ms


@attrs.frozen
class Later(Ask[int]):
    number: int
    after: int  # ms


@attrs.frozen
class Give(Tell):
    number: int


@attrs.frozen
class Refuse(Ask[int]):
    after: int = 0


@attrs.frozen
class Crash(Ask[int]):
    after: int = 0


@attrs.frozen
class Unheard(Ask[int]):
    pass


@attrs.frozen
class AskBack(Ask[str]):
    """The target asks its asker before it answers."""


@attrs.frozen
class Name(Ask[str]):
    pass


@attrs.frozen
class Said(Tell):
    word: str


class Answerer(Actor):
    def __init__(self) -> None:
        self.doubled: list[int] = []

    @on(Double)
    async def double(self, message: Double) -> int:
        if message.after:
            await self.sleep(message.after)
        self.doubled.append(message.number)
        return 2 * message.number

    @on(Later)
    def later(self, message: Later) -> None:
        self.reply = self.reply_later()
        self.after(message.after, Give(message.number))

    @on(Give)
    def give(self, message: Give) -> None:
        self.publish(Said("before the answer"))
        self.reply.answer(2 * message.number)

    @on(Refuse)
    async def refuse(self, message: Refuse) -> int:
        if message.after:
            await self.sleep(message.after)
        raise Refusal("not today")

    @on(Crash)
    async def crash(self, message: Crash) -> int:
        if message.after:
            await self.sleep(message.after)
        raise ValueError("broken")

    @on(AskBack)
    async def ask_back(self, _: AskBack) -> str:
        return await self.ask(self.lookup("asker"), Name())


@attrs.frozen
class Go(Tell):
    """Make requests, each with its place as the token."""

    messages: tuple[Ask[object], ...]
    timeout: int | None = None


@attrs.frozen
class Heard(Ask[tuple[object, ...]]):
    """All that came so far, in order."""


@attrs.frozen
class Break(Tell):
    pass


class Asker(Actor):
    def __init__(self, heard: list[object] | None = None) -> None:
        self.heard: list[object] = [] if heard is None else heard
        self.at_once = 0

    def on_start(self) -> None:
        self.target = self.lookup("answerer")
        self.subscribe(self.target, Said)

    @on(Go)
    def go(self, message: Go) -> None:
        for place, question in enumerate(message.messages):
            outcome = self.request(self.target, question, place, timeout=message.timeout)
            if outcome is not None:
                self.at_once += 1
                self.outcome(outcome)

    @on(Outcome)
    def outcome(self, message: Outcome) -> None:
        error = message.error
        self.heard.append((message.token, type(error) if error else message.get()))

    @on(Said)
    def said(self, message: Said) -> None:
        self.heard.append(message.word)

    @on(Name)
    def name(self, _: Name) -> str:
        return "asker"

    @on(Heard)
    def all_heard(self, _: Heard) -> tuple[object, ...]:
        return tuple(self.heard)

    @on(Break)
    def break_(self, _: Break) -> None:
        raise OSError("asker gone")


def pair(heard: list[object] | None = None, *, mailbox: Mailbox = Mailbox()) -> Supervisor:
    children = [
        Child("answerer", Answerer, mailbox=mailbox),
        Child("asker", lambda: Asker(heard)),
    ]
    return Supervisor("app", children, backoff=AT_ONCE)


async def heard_by(system: System, count: int) -> tuple[object, ...]:
    """What the asker heard, once it is `count` things."""
    asker = system.lookup("/app/asker")
    for _ in range(5_000):
        heard = await asker.ask(Heard())
        if len(heard) >= count:
            return heard
        await trio.sleep(0.001)
    pytest.fail("waited in vain")
