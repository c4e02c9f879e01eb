"""Where the actors of one bot are, as a value: several bots may live in one System."""

from __future__ import annotations

from typing import Final

import attrs

ROOT: Final = "benthic"
EXCHANGES: Final = f"/{ROOT}/exchanges"
MARKETS: Final = f"/{ROOT}/markets"
BANS: Final = f"/{ROOT}/bans"
BUDGETS: Final = f"/{ROOT}/budgets"
BOTS: Final = f"/{ROOT}/bots"


@attrs.frozen
class Paths:
    """The addresses of one bot; `bot` is that of its own root."""

    bot: str = "/bot"

    @property
    def store(self) -> str:
        """The order journal."""
        return f"{self.bot}/store"

    @property
    def exchange(self) -> str:
        """The supervisor of all that belongs to one venue."""
        return f"{self.bot}/exchange"

    @property
    def connector(self) -> str:
        """Where orders go."""
        return f"{self.exchange}/connector"

    @property
    def data(self) -> str:
        """On paper: where the market comes from."""
        return f"{self.exchange}/data"

    @property
    def opening(self) -> str:
        """Who starts the rest once the venue is there."""
        return f"{self.exchange}/opening"

    @property
    def gate(self) -> str:
        """Whether new orders may go out now."""
        return f"{self.exchange}/gate"

    @property
    def portfolio(self) -> str:
        """The balances of the account."""
        return f"{self.exchange}/account/portfolio"

    @property
    def desk(self) -> str:
        """The orders of the account."""
        return f"{self.exchange}/account/desk"

    @property
    def feeds(self) -> str:
        """The supervisor of all markets that are followed."""
        return f"{self.exchange}/feeds"

    def feed(self, symbol: str) -> str:
        """The data of a market."""
        return f"{self.feeds}/{name_of_market(symbol)}/feed"

    def source(self, symbol: str) -> str:
        """What brings it, at a venue."""
        return f"{self.feeds}/{name_of_market(symbol)}/source"

    @property
    def mode(self) -> str:
        """The supervisor of producer and consumer."""
        return f"{self.exchange}/mode"

    @property
    def producer(self) -> str:
        """Who advises."""
        return f"{self.mode}/producer"

    @property
    def consumer(self) -> str:
        """Who trades on it."""
        return f"{self.mode}/consumer"


def paths_of(bot: str) -> Paths:
    """Those of a bot that may have company."""
    return Paths(f"{BOTS}/{bot}")


def name_of_market(symbol: str) -> str:
    """The name of a market's supervisor: "BTC-USDT"."""
    return symbol.replace("/", "-")


def name_of_budget(address: str) -> str:
    """The name of the budget of an address, as `VenueSettings` has it."""
    return address.replace("/", "-")


def budget_of(address: str) -> str:
    """Where the budget of an address is."""
    return f"{BUDGETS}/{name_of_budget(address)}"
