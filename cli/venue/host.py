"""What `benthic venue` does while it runs: serves, tells where, shows, ends when it is told to."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

import trio

from ...runtime.chance import seed_from_host
from ...scenarios.venue.access.keys import Secret
from ...scenarios.venue.serving import Control, Served, serving
from ...scenarios.venue.venue import Venue
from ..exits import ExitCode
from .house import ACCOUNT, House
from .options import Serving
from .telling import Address, Lines, Objects, Silent, Teller
from .watch import Watch

TOKEN_VARIABLE: Final = "BENTHIC_CONTROL_TOKEN"  # noqa: S105 - its name
ENDINGS: Final[Mapping[signal.Signals, ExitCode]] = MappingProxyType(
    {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}
)


async def host(house: House, options: Serving) -> int:
    """Serve until a signal comes; the exit code that stands for it."""
    _take_all_descriptors()
    control = _control(options)
    with trio.open_signal_receiver(*ENDINGS) as signals:
        venue = Venue(house.config)
        plan = house.plan(venue)
        watch = Watch(venue)
        async with serving(
            venue,
            plan=plan,
            speed=options.speed,
            port=options.port,
            control=control,
            door=watch,
        ) as served:
            key = venue.api_key(ACCOUNT)
            token = None if control is None or TOKEN_VARIABLE in os.environ else control.token
            address = Address(
                served.rest_url,
                served.ws_url,
                key.key,
                key.secret,
                served.control_url,
                None if token is None else Secret(token),
            )
            with _teller(options, served, watch) as tells:
                tells.opened(address)
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(_go_on, tells)
                    code = ENDINGS[signal.Signals(await anext(signals))]
                    nursery.cancel_scope.cancel()
                tells.look()
                tells.closed()
    return code


@contextmanager
def _teller(options: Serving, served: Served, watch: Watch) -> Iterator[Teller]:
    """The teller that the options and standard output ask for."""
    if options.quiet or options.print_env:
        yield Silent(has_lines=options.print_env)
    elif options.json:
        yield Objects(served, watch)
    elif not sys.stdout.isatty():
        yield Lines(served, watch)
    else:
        from .view import live_view

        with live_view(Lines(served, watch), served, watch) as shown:
            yield shown


async def _go_on(tells: Teller) -> None:
    while True:
        tells.look()
        await trio.sleep(tells.pause)


def _take_all_descriptors() -> None:
    """Each connection takes one, and the usual limit is a thousand."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _control(options: Serving) -> Control | None:
    if options.control_port is None:
        return None
    token = os.environ.get(TOKEN_VARIABLE) or f"{seed_from_host():016x}{seed_from_host():016x}"
    return Control(token, options.control_port)
