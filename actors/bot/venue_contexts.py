"""The contexts in which a bot trades at a venue, over ccxt. Importing this imports ccxt."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from ...runtime import Millis
from ..exchange.settings import HostNetwork, Network, VenueSettings
from ..orders.model import Order
from .contexts import AtVenue
from .venue_tree import venue_exchange


def live(settings: VenueSettings) -> AtVenue:
    """With money."""
    return AtVenue(name="live", settings=settings, network=HostNetwork(), plant=venue_exchange)


def paper(settings: VenueSettings, resting: Iterable[Order] = ()) -> AtVenue:
    """The venue's market, and fills that only we know of. Nothing is signed.

    resting: the live orders of the journal: the venue on paper ended with its process.
    """
    public = attrs.evolve(settings, credentials=None)
    return AtVenue(
        name="paper",
        settings=public,
        network=HostNetwork(),
        plant=venue_exchange,
        resting=tuple(resting),
    )


def simulation(settings: VenueSettings, network: Network, *, start: Millis) -> AtVenue:
    """The live bot against a simulated exchange, in virtual time and shuffled.

    network: ends at the exchange, over streams in memory. start: what time it is there, ms.
    """
    return AtVenue(
        name="simulation", settings=settings, network=network, plant=venue_exchange, start=start
    )
