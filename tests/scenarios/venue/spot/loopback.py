"""A venue on a port of this machine, served by a thread, for clients that block."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import trio

from benthic.runtime import Millis
from benthic.scenarios.venue.venue import Venue
from benthic.scenarios.venue.wire.connection import Wire
from benthic.scenarios.venue.wire.driver import Driver
from benthic.scenarios.venue.wire.tcp import TcpFace

T = TypeVar("T")


def host_now() -> Millis:
    """What clients on this machine sign with."""
    return Millis(time.time_ns() // 1_000_000)


class Served:
    """A venue that is reachable at `port`."""

    def __init__(self, venue: Venue) -> None:
        self.venue = venue
        self.port = 0
        self.token: trio.lowlevel.TrioToken | None = None
        self.scope = trio.CancelScope()
        self.ready = threading.Event()
        self.failure: BaseException | None = None

    def ask(self, question: Callable[[Venue], T]) -> T:
        """Look at the venue between two requests, in the thread that it lives in."""
        return trio.from_thread.run_sync(question, self.venue, trio_token=self.token)

    def serve(self) -> None:
        try:
            trio.run(self._serve)
        except BaseException as error:  # noqa: BLE001 - shown in the thread of the test
            self.failure = error
        finally:
            self.ready.set()

    async def _serve(self) -> None:
        driver = Driver(self.venue.agenda)
        face = TcpFace(Wire(self.venue, self.venue.agenda, faults=self.venue.faults), driver)
        self.token = trio.lowlevel.current_trio_token()
        with self.scope:
            async with trio.open_nursery() as nursery:
                await nursery.start(driver.run)
                self.port = await nursery.start(face.run)
                self.ready.set()
                await trio.sleep_forever()


@contextmanager
def served(venue: Venue) -> Iterator[Served]:
    """Serve a venue for as long as the block lasts."""
    face = Served(venue)
    thread = threading.Thread(target=face.serve)
    thread.start()
    face.ready.wait(30)
    try:
        if face.failure is not None:
            raise face.failure
        yield face
    finally:
        if face.token is not None:
            face.token.run_sync_soon(face.scope.cancel)
        thread.join(30)
