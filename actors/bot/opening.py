"""The opener of one bot: it starts what needs the venue's listing, once the venue is there.

A venue that is away when a bot starts is a state and no crash: connector and opener run, and the
rest is not there yet. When the line is up for the first time, the market's listing is held against
the bot file, and gate, account, feeds and mode are started beside the opener, in that order. After
that the line may come and go: the gate and the desk see to it.

What waiting cannot mend (a wrong key, a market that is not listed, other steps than the file says)
is told once, as `Refused`; what to do with the bot then is for whoever runs it to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import msgspec

from ...runtime import (
    Actor,
    AskError,
    BenthicError,
    Child,
    Millis,
    NoSuchActor,
    NotStarted,
    Refusal,
    StartChild,
    SupervisionError,
    Supervisor,
    Tell,
    UsageError,
    on,
)
from ..exchange.adapters.capabilities import Capabilities, GetCapabilities
from ..exchange.ccxt_connector import GetPermissions
from ..exchange.errors import NotListed, NotOffered, NotServed
from ..exchange.messages import FetchListings, GetLine, Line, LineChanged
from ..market.instrument import Instrument
from .config import BotConfig, Withdrawals
from .errors import BotRefused, LineShut
from .fitting import fitted, listing_of, require_fit_key, require_frames
from .messages import (
    EnlistExchange,
    Exchange,
    GetOpening,
    Opening,
    OpeningChanged,
    OpeningState,
    Refused,
)

Grow: TypeAlias = Callable[[Instrument, Capabilities], Sequence[Child | Supervisor]]
"""What of a bot needs the listing, oldest first."""

AGAIN: Final = Millis(5_000)  # after a venue that did not answer
CLOSED: Final = Millis(60_000)  # between two looks at a market that takes no orders
PATIENCE: Final = Millis(150_000)  # for one part to start: a desk reads its journal and the venue

FINAL: Final = (NotListed, NotOffered, NotServed, BotRefused, UsageError)
"""What asking again cannot change."""


class _Look(msgspec.Struct, Tell, frozen=True):
    """Time to try again."""


class Opener(Actor):
    """Answers `GetOpening`; publishes `OpeningChanged`, and `Refused` where the bot cannot trade.

    exchange: what it enlists, with the paths of its bot. registry: where; None: nowhere.
    grow: makes the rest of the bot. line: the path of the connector whose line is waited for.
    withdrawals: whether the key may be able to; None: nothing is signed.
    """

    def __init__(
        self,
        exchange: Exchange,
        config: BotConfig,
        grow: Grow,
        *,
        line: str,
        registry: str | None,
        withdrawals: Withdrawals | None = None,
    ) -> None:
        self._exchange = exchange
        self._path = line
        self._config = config
        self._market = config.market
        self._grow = grow
        self._registry_path = registry
        self._withdrawals: Withdrawals | None = withdrawals
        self._line: Line | None = None
        self._is_done = False

    async def on_start(self) -> None:
        paths = self._exchange.paths
        self._connector = self.lookup(self._path)
        self._parent = self.lookup(paths.exchange)
        registry = self._registry_path
        self._registry = None if registry is None else self.lookup(registry)
        self.subscribe(self._connector, LineChanged)
        self._opening = Opening("waiting", self.now, "the line is not up yet")
        self._enlist()
        try:
            self._line = await self.ask(self._connector, GetLine())
        except (AskError, Refusal):
            self._line = None  # it says how it stands, once there is something to say
        self.ref.tell(_Look())

    @on(GetOpening)
    def get_opening(self, _: GetOpening) -> Opening:
        return self._opening

    @on(LineChanged)
    async def line_changed(self, message: LineChanged) -> None:
        self._line = message.line
        self._enlist()
        await self._look()

    @on(_Look)
    async def look(self, _: _Look) -> None:
        await self._look()

    async def _look(self) -> None:
        line = self._line
        if self._is_done or line is None:
            return
        if line.state == "shut":
            self._refuse(LineShut(self._exchange.name, line.reason))
        elif line.state != "up":
            self._become("waiting", line.reason or f"the line is {line.state}")
        else:
            await self._try()

    async def _try(self) -> None:
        try:
            instrument = await self._read_listing()
            if instrument is None:
                self._become("waiting", f"{self._market.symbol} takes no orders now")
                self.after(CLOSED, _Look())
                return
            offered = await self.ask(self._connector, GetCapabilities())
            require_frames(self._config, offered)
            warning = await self._look_at_key()
            self._become("opening", "")
            await self._start(instrument, offered)
        except FINAL as error:
            self._refuse(error)
        except NotStarted as error:
            cause = _first_cause(error)
            if not isinstance(cause, BenthicError):
                raise
            self._refuse(cause)
        except (Refusal, AskError) as error:
            self._become("waiting", str(error))
            self.after(AGAIN, _Look())
        else:
            self._is_done = True
            self._become("open", warning)

    async def _read_listing(self) -> Instrument | None:
        """The market as the venue lists it, None where it is closed. Raises a Refusal."""
        market, venue = self._market, self._exchange.name
        listings = await self.ask(self._connector, FetchListings())
        listing = listing_of(market.symbol, listings, venue=venue)
        for symbol in self._config.feeds.symbols:
            listing_of(symbol, listings, venue=venue)
        instrument = fitted(market, listing, venue=venue)
        return instrument if listing.is_open else None

    async def _look_at_key(self) -> str:
        """What is to be warned of. Raises LineShut where the key does not fit."""
        withdrawals = self._withdrawals
        if withdrawals is None:
            return ""
        permissions = await self.ask(self._connector, GetPermissions())
        return require_fit_key(permissions, withdrawals, venue=self._exchange.name)

    async def _start(self, instrument: Instrument, offered: Capabilities) -> None:
        """Start what is not there: after a crash of ours the rest is restarted by its parent."""
        for part in self._grow(instrument, offered):
            try:
                old = self.lookup(part.name)
            except NoSuchActor:
                old = None
            if old is None or not old.is_alive:
                await self.ask(self._parent, StartChild(part), timeout=PATIENCE)

    # -- telling

    def _refuse(self, error: Exception) -> None:
        self._is_done = True
        self._become("refused", str(error))
        self.publish(Refused(self._exchange.bot, error))

    def _become(self, state: OpeningState, reason: str) -> None:
        if (state, reason) != (self._opening.state, self._opening.reason):
            self._opening = Opening(state, self.now, reason)
            self._enlist()
            self.publish(OpeningChanged(self._opening))

    def _enlist(self) -> None:
        if self._registry is not None:
            known = msgspec.structs.replace(self._exchange, line=self._line, opening=self._opening)
            self._registry.tell(EnlistExchange(known))


def _first_cause(error: BaseException) -> BaseException:
    """What a part of the bot did not start for, below all that did not start for it."""
    while isinstance(error, NotStarted | SupervisionError) and error.__cause__ is not None:
        error = error.__cause__
    return error
