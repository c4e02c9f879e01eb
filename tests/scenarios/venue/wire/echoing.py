"""An exchange of nothing: it answers what it was asked, and tells all that it heard."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import trio

from benthic.runtime.clock import Millis
from benthic.scenarios.determinism import run_seeded
from benthic.scenarios.venue.agenda import Agenda
from benthic.scenarios.venue.wire.connection import Wire
from benthic.scenarios.venue.wire.driver import Driver
from benthic.scenarios.venue.wire.fate import Fate
from benthic.scenarios.venue.wire.limits import Limits
from benthic.scenarios.venue.wire.memory import Line, MemoryListener
from benthic.scenarios.venue.wire.messages import Request, Response, Session
from benthic.scenarios.venue.wire.strikes import NoFaults, RequestFate, ResponseFate
from benthic.scenarios.venue.wire.transcript import Transcript

R = TypeVar("R")


class Listener:
    """A handler that writes down what it hears, and says text back."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.heard: list[str] = []

    def text(self, message: str) -> None:
        self.heard.append(message)
        self.session.send(f"you said {message}")

    def pinged(self) -> None:
        self.heard.append("<ping>")

    def ponged(self, payload: bytes) -> None:
        self.heard.append(f"<pong {payload!r}>")

    def closed(self) -> None:
        self.heard.append("<closed>")


class Echo:
    """A door behind which there is nothing; `/refuse` takes no WebSocket."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.listeners: list[Listener] = []

    def request(self, request: Request) -> Response:
        self.requests.append(request)
        said = f"{request.method} {request.path}?{request.query} {request.body.decode('latin-1')}"
        return Response(200, said.encode("latin-1"), (("content-type", "text/plain"),))

    def socket(self, request: Request, session: Session) -> Listener | Response:
        if request.path == "/refuse":
            return Response(403, b"no")
        listener = Listener(session)
        self.listeners.append(listener)
        return listener


class Plan(NoFaults):
    """Faults by path, each struck as often as it is met."""

    def __init__(self) -> None:
        self.requests: dict[str, RequestFate] = {}
        self.responses: dict[str, Fate] = {}
        self.opening: Fate | None = None

    def on_open(self, _address: str) -> Fate | None:
        return self.opening

    def on_request(self, request: Request) -> RequestFate | None:
        return self.requests.get(request.path)

    def on_response(self, request: Request, _response: Response) -> ResponseFate | None:
        fate = self.responses.get(request.path)
        return None if fate is None else ResponseFate(fate=fate)


class World:
    """An echo over memory, under a clock."""

    def __init__(
        self,
        *,
        start: Millis = Millis(0),
        limits: Limits | None = None,
        line: Line | None = None,
        transcript: Transcript | None = None,
    ) -> None:
        self.echo = Echo()
        self.plan = Plan()
        self.agenda = Agenda(start)
        self.wire = Wire(
            self.echo, self.agenda, faults=self.plan, limits=limits, transcript=transcript
        )
        self.driver = Driver(self.agenda)
        self.memory = MemoryListener(self.wire, self.driver, line=line)


@asynccontextmanager
async def driven(world: World) -> AsyncIterator[World]:
    async with trio.open_nursery() as nursery:
        await nursery.start(world.driver.run)
        yield world
        nursery.cancel_scope.cancel()


def run_world(world: World, body: Callable[[World], Awaitable[R]], *, seed: int = 0) -> R:
    async def main(_: object) -> R:
        async with driven(world):
            return await body(world)
        raise AssertionError

    return run_seeded(main, seed=seed, start=world.agenda.now)
