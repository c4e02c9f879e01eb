"""The opener: what waits for the venue, what is refused for good; and the registry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import attrs
import msgspec
import pytest
import trio

from benthic.actors.bot.config import (
    BotConfig,
    BotSection,
    FeedsSection,
    MarketSection,
    ModeSection,
    Name,
    NotNegative,
    Positive,
)
from benthic.actors.bot.errors import LineShut, MarketDiffers, NoSuchExchange
from benthic.actors.bot.exchanges import Exchanges
from benthic.actors.bot.fitting import fitted, listing_of, require_fit_key
from benthic.actors.bot.messages import (
    Exchange,
    FindExchange,
    GetOpening,
    ListExchanges,
    Opening,
    Refused,
)
from benthic.actors.bot.opening import CLOSED, Opener
from benthic.actors.bot.paths import Paths
from benthic.actors.exchange.adapters.adapter import KeyPermissions
from benthic.actors.exchange.adapters.capabilities import Capabilities, GetCapabilities
from benthic.actors.exchange.ccxt_connector import GetPermissions
from benthic.actors.exchange.errors import NotListed, VenueAway
from benthic.actors.exchange.messages import (
    FetchListings,
    GetLine,
    Line,
    LineChanged,
    LineState,
)
from benthic.actors.market import Symbol, TimeFrame
from benthic.actors.market.fees import Fees
from benthic.actors.market.instrument import Instrument
from benthic.actors.market.listing import Listing
from benthic.actors.modes.ema_cross import EmaCrossSettings
from benthic.actors.orders.messages import StrayOrders
from benthic.runtime import (
    Actor,
    Ask,
    Child,
    Millis,
    Ref,
    Strategy,
    Supervisor,
    System,
    Tell,
    on,
    run_virtual,
)

SYMBOL = Symbol("BTC", "USDT")
FEES = Fees(Decimal("0.001"), Decimal("0.001"))
INSTRUMENT = Instrument(
    SYMBOL, Decimal("0.001"), Decimal("0.01"), Decimal("0.001"), Decimal(5), FEES
)
LISTING = Listing(SYMBOL, "BTCUSDT", "spot", is_open=True, instrument=INSTRUMENT)
MARKET = MarketSection(symbol=SYMBOL, time_frame=TimeFrame(1, "m"))
MODE = ModeSection(Name("ema_cross"), EmaCrossSettings())
EXCHANGE = Exchange(
    id="first@binance/live",
    name="binance",
    bot="first",
    context="live",
    account="main",
    symbol=str(SYMBOL),
    paths=Paths(),
)


class Move(msgspec.Struct, Tell, frozen=True):
    """The line is in another state now."""

    state: LineState


class Crash(msgspec.Struct, Tell, frozen=True):
    pass


class GetHeard(msgspec.Struct, Ask[list[object]], frozen=True):
    pass


class Scripted(Actor):
    """A connector whose line moves as it is told; the listing is what the test says it is."""

    def __init__(self, listings: list[Listing], permissions: KeyPermissions | None) -> None:
        self.listings = listings
        self.permissions = permissions
        self._line = Line("opening", Millis(0), "it is being opened")

    @on(GetLine)
    def line(self, _: GetLine) -> Line:
        return self._line

    @on(Move)
    def move(self, message: Move) -> None:
        self._line = Line(message.state, self.now, f"it is {message.state}")
        self.publish(LineChanged(self._line))

    @on(FetchListings)
    def fetch(self, _: FetchListings) -> tuple[Listing, ...]:
        if not self.listings:
            raise VenueAway("binance", "no answer")
        return tuple(self.listings)

    @on(GetCapabilities)
    def capabilities(self, _: GetCapabilities) -> Capabilities:
        known: dict[str, Any] = dict.fromkeys(each.name for each in attrs.fields(Capabilities))
        known["frames"] = ("1m",)
        return Capabilities(**known)

    @on(GetPermissions)
    def get_permissions(self, _: GetPermissions) -> KeyPermissions | None:
        return self.permissions


class Part(Actor):
    """What the opener starts."""

    @on(Crash)
    def crash(self, _: Crash) -> None:
        raise ValueError("as asked")


class Listener(Actor):
    """Hears refusals."""

    def on_start(self) -> None:
        self.heard: list[object] = []
        self.subscribe(None, Refused)

    @on(Refused)
    def refused(self, message: Refused) -> None:
        self.heard.append(message.error)

    @on(GetHeard)
    def get(self, _: GetHeard) -> list[object]:
        return self.heard


def a_tree(
    listings: list[Listing],
    permissions: KeyPermissions | None = KeyPermissions(
        can_trade=True, can_withdraw=False, has_address_list=True
    ),
    market: MarketSection = MARKET,
    feeds: FeedsSection = FeedsSection(),
    grow: Callable[[Instrument], Sequence[Child | Supervisor]] | None = None,
) -> Supervisor:
    config = BotConfig(BotSection(Name("first")), market, MODE, feeds=feeds)

    def opener() -> Opener:
        return Opener(
            EXCHANGE,
            config,
            lambda instrument, _: (grow or grown)(instrument),
            line=Paths().connector,
            registry="/bot/exchanges",
            withdrawals="refuse",
        )

    exchange = Supervisor(
        "exchange",
        [Child("connector", lambda: Scripted(listings, permissions)), Child("opening", opener)],
        strategy=Strategy.REST_FOR_ONE,
    )
    return Supervisor("bot", [Child("listener", Listener), Child("exchanges", Exchanges), exchange])


def grown(instrument: Instrument) -> Sequence[Child]:
    assert instrument == INSTRUMENT
    return [Child("gate", Part), Child("desk", Part)]


def connector(system: System) -> Ref:
    return system.lookup(Paths().connector)


async def opening(system: System) -> Opening:
    await system.settle()
    return await system.lookup(Paths().opening).ask(GetOpening())


def children(system: System) -> list[str]:
    (node,) = (each for each in system.tree().walk() if each.name == "exchange")
    return [child.name for child in node.children if child.state == "running"]


def test_what_needs_the_listing_starts_when_the_line_is_up_first() -> None:
    async def story(system: System) -> None:
        assert (await opening(system)).state == "waiting"
        assert children(system) == ["connector", "opening"]
        connector(system).tell(Move("away"))
        assert (await opening(system)).reason == "it is away"
        connector(system).tell(Move("up"))
        assert (await opening(system)).state == "open"
        assert children(system) == ["connector", "opening", "gate", "desk"]
        connector(system).tell(Move("away"))
        connector(system).tell(Move("up"))
        assert (await opening(system)).state == "open"  # once open, lines come and go

    run_virtual(a_tree([LISTING]), story)


def test_a_part_that_crashes_is_restarted_with_those_after_it_alone() -> None:
    async def story(system: System) -> None:
        connector(system).tell(Move("up"))
        await opening(system)
        system.lookup(Paths().gate).tell(Crash())
        await opening(system)
        await trio_seconds(system, 60)
        nodes = {node.name: node.restarts for node in system.tree().walk()}

        assert children(system) == ["connector", "opening", "gate", "desk"]
        assert (nodes["opening"], nodes["gate"], nodes["desk"]) == (0, 1, 1)

    run_virtual(a_tree([LISTING]), story)


async def trio_seconds(system: System, seconds: int) -> None:
    await trio.sleep(seconds)
    await system.settle()


def test_a_market_that_is_closed_is_waited_for() -> None:
    closed = msgspec.structs.replace(LISTING, is_open=False)
    listings = [closed]

    async def story(system: System) -> None:
        connector(system).tell(Move("up"))
        now = await opening(system)
        assert (now.state, now.reason) == ("waiting", "BTC/USDT takes no orders now")
        listings[:] = [LISTING]
        await trio_seconds(system, CLOSED // 1000 + 1)
        assert (await opening(system)).state == "open"

    run_virtual(a_tree(listings), story)


def test_a_venue_that_does_not_tell_its_markets_is_asked_again() -> None:
    listings: list[Listing] = []

    async def story(system: System) -> None:
        connector(system).tell(Move("up"))
        assert "no answer" in (await opening(system)).reason
        listings.append(LISTING)
        await trio_seconds(system, 6)
        assert (await opening(system)).state == "open"

    run_virtual(a_tree(listings), story)


WITHDRAWS = KeyPermissions(can_trade=True, can_withdraw=True, has_address_list=True)
NO_TRADE = KeyPermissions(can_trade=False, can_withdraw=False, has_address_list=True)
OTHER = attrs.evolve(MARKET, symbol=Symbol("BTX", "USDT"))
ODD = FeedsSection(frames=(TimeFrame(5, "m"), TimeFrame(90, "s")))  # five can be built
FOLLOWED = FeedsSection(symbols=(Symbol("BTX", "USDT"),))
FIVE = attrs.evolve(MARKET, time_frame=TimeFrame(5, "m"))


@pytest.mark.parametrize(
    ("tree", "state", "reason"),
    [
        (a_tree([LISTING]), "shut", "binance is shut to this bot: it is shut"),
        (a_tree([LISTING], WITHDRAWS), "up", "the key can withdraw"),
        (a_tree([LISTING], NO_TRADE), "up", "the key may not trade"),
        (a_tree([LISTING], market=OTHER), "up", "no market BTX/USDT: did you mean BTC/USDT?"),
        (a_tree([LISTING], market=FIVE), "up", "no candles of 5m"),
        (
            a_tree([LISTING], feeds=ODD),
            "up",
            "no candles of 90s of BTC/USDT here: ask for one of these: 1m",
        ),
        (a_tree([LISTING], feeds=FOLLOWED), "up", "no market BTX/USDT: did you mean BTC/USDT?"),
    ],
    ids=[
        "shut",
        "withdrawals",
        "no trading",
        "not listed",
        "no frame",
        "no frame to be built",
        "followed and not listed",
    ],
)
def test_what_waiting_cannot_mend_is_refused_once(
    tree: Supervisor, state: LineState, reason: str
) -> None:
    async def story(system: System) -> None:
        for _ in range(2):  # I2, I3, I4: and no second try
            connector(system).tell(Move(state))
            assert reason in (await opening(system)).reason
        assert (await opening(system)).state == "refused"
        assert children(system) == ["connector", "opening"]
        assert len(await system.lookup("/bot/listener").ask(GetHeard())) == 1

    run_virtual(tree, story)


class Strayed(Actor):
    """Cannot start."""

    def on_start(self) -> None:
        raise StrayOrders("first", ["ETH/USDT"])


def test_what_a_part_did_not_start_for_is_told_and_not_who_waited_for_it() -> None:  # C14
    async def story(system: System) -> None:
        connector(system).tell(Move("up"))
        told = await opening(system)
        assert told.state == "refused"
        assert "live orders of ETH/USDT" in told.reason

    account = Supervisor("account", [Child("desk", Strayed)], strategy=Strategy.ONE_FOR_ALL)
    run_virtual(a_tree([LISTING], grow=lambda _: [account]), story)


def test_an_exchange_is_found_by_name_and_by_id() -> None:
    async def story(system: System) -> None:
        connector(system).tell(Move("up"))
        await opening(system)
        registry = system.lookup("/bot/exchanges")
        by_name = await registry.ask(FindExchange("binance"))

        assert by_name == await registry.ask(FindExchange("first@binance/live"))
        assert (by_name,) == await registry.ask(ListExchanges())
        assert by_name.line is not None
        assert (by_name.line.state, by_name.paths) == ("up", Paths())
        with pytest.raises(NoSuchExchange, match="ask for one of these ids: first@binance/live"):
            await registry.ask(FindExchange("kraken"))

    run_virtual(a_tree([LISTING]), story)


# -- the rules


def test_file_and_listing_agree_or_every_difference_is_named() -> None:
    five, one = NotNegative(Decimal(5)), NotNegative(Decimal(1))
    same = attrs.evolve(MARKET, amount_step=Positive(Decimal("0.00100")), min_cost=five)
    other = attrs.evolve(MARKET, price_step=Positive(Decimal("0.1")), min_amount=one)

    assert fitted(same, LISTING, venue="binance") is INSTRUMENT
    with pytest.raises(MarketDiffers) as refused:
        fitted(other, LISTING, venue="binance")
    assert len(refused.value.differences) == 2
    with pytest.raises(NotListed):
        listing_of(OTHER.symbol, [], venue="binance")


def test_a_key_that_can_withdraw_is_warned_of_where_it_is_accepted() -> None:
    free = KeyPermissions(can_trade=True, can_withdraw=True, has_address_list=False)

    warning = require_fit_key(free, "accept", venue="binance")
    assert warning == "the key can withdraw and works from any address"
    assert "does not say" in require_fit_key(None, "refuse", venue="binance")
    with pytest.raises(LineShut):
        require_fit_key(free, "refuse", venue="binance")
