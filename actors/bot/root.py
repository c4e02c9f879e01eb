"""The root of bots that trade at venues: what they share, and then the bots.

benthic
├─ exchanges              the registry: who looks for an exchange finds it here
├─ bans                   who may not ask, and until when
├─ budgets                a rate budget for each address: bots behind it take turns
│  └─ binance-live …
├─ markets                one load of a venue's markets, for all
└─ bots
   └─ first …
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from ...runtime import Actor, Child, Strategy, Supervisor, UsageError
from ..exchange.budget import RateBudget
from ..exchange.markets import Markets
from ..exchange.settings import VenueSettings
from .bans import SharedBans
from .exchanges import Exchanges
from .paths import BANS, ROOT, name_of_budget


def root_tree(
    settings: Iterable[VenueSettings],
    bots: Sequence[Supervisor],
    *,
    bans: Callable[[], Actor] = SharedBans,
    more: Sequence[Child] = (),
) -> Supervisor:
    """The whole tree: what bots with these settings share, these bots, and room for others.

    bans: makes an actor that remembers bans. more: actors that are there before the bots.
    """
    addresses = {each.address: each.name for each in settings}
    budgets = [
        Child(name_of_budget(address), partial(RateBudget, venue, address, bans=BANS))
        for address, venue in sorted(addresses.items())
    ]
    names = [bot.name for bot in bots]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"two bots are called {name}: give one another [bot] name")
    shared = (
        Child("exchanges", Exchanges),
        Child("bans", bans),
        Supervisor("budgets", budgets),
        Child("markets", Markets),
    )
    return Supervisor(
        ROOT, [*shared, *more, Supervisor("bots", bots)], strategy=Strategy.ONE_FOR_ONE
    )
