"""The venue on a port of this machine: wire, time, faults, and the control port beside it.

It puts the parts together for `benthic venue` and for tests that want a venue of their own in
their process; what the parts do is theirs. Nothing but loopback is ever listened on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import msgspec
import trio

from .faults.control import ControlDoor
from .faults.plan import FaultPlan
from .faults.planned import PlannedFaults
from .faults.state import put_in_force
from .venue import Venue
from .wire.connection import Wire
from .wire.driver import Driver
from .wire.limits import Limits
from .wire.messages import Door
from .wire.tcp import TcpFace

LOOPBACK: Final = "127.0.0.1"
NO_FAULTS: Final = FaultPlan()


class Control(msgspec.Struct, frozen=True):
    """The control port that is wanted."""

    token: str  # whoever has it may strike
    port: int = 0  # 0: any that is free

    def __repr__(self) -> str:
        return f"Control(token=***, port={self.port})"


class Served(msgspec.Struct, frozen=True):
    """A venue that clients can reach."""

    venue: Venue
    wire: Wire
    driver: Driver
    faults: PlannedFaults
    port: int
    control_port: int | None = None

    @property
    def rest_url(self) -> str:
        """What clients of any family begin their requests with."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def ws_url(self) -> str:
        """The same for WebSockets."""
        return f"ws://{LOOPBACK}:{self.port}"

    @property
    def control_url(self) -> str | None:
        """Of the control port; None where there is none."""
        return None if self.control_port is None else f"http://{LOOPBACK}:{self.control_port}"


@asynccontextmanager
async def serving(
    venue: Venue,
    *,
    plan: FaultPlan = NO_FAULTS,
    speed: float = 1.0,
    port: int = 0,
    control: Control | None = None,
    door: Door | None = None,
    limits: Limits | None = None,
) -> AsyncIterator[Served]:
    """Serve a venue while the block runs; it is started if it was not.

    plan: struck from the start. speed: seconds of the venue for each of trio's clock.
    port: 0 for one that is free. door: what the wire asks in place of the venue.
    limits: how much of a client the wire puts up with; None: the usual ones.
    Raises BadPlan where the plan names what the venue has not, UsageError where the port is taken.
    """
    faults = put_in_force(plan, venue)
    driver = Driver(venue.agenda, speed=speed)
    wire = Wire(venue if door is None else door, venue.agenda, faults=faults, limits=limits)
    async with trio.open_nursery() as nursery:
        bound: int = await nursery.start(TcpFace(wire, driver, host=LOOPBACK).run, port)
        control_port: int | None = None
        if control is not None:
            beside = Wire(ControlDoor(faults, control.token), venue.agenda)
            face = TcpFace(beside, driver, host=LOOPBACK)
            control_port = await nursery.start(face.run, control.port)
        venue.start()
        await nursery.start(driver.run)
        yield Served(venue, wire, driver, faults, bound, control_port)
        nursery.cancel_scope.cancel()
