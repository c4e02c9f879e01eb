"""Sentences of a script: they name their line, whatever goes wrong."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
import trio

from benthic.actors.orders.messages import ListOpenOrders
from benthic.runtime import Actor, Child, Tell, on
from benthic.runtime.supervision.supervisor import StartChild
from benthic.scenarios.running.run import Outcome
from benthic.scenarios.world import World

from .played import played


async def breaks_always(world: World) -> None:
    bot = await world.start_bot()
    world.always(lambda: len(bot.orders) < 1)  # HERE
    await bot.place("buy", "0.01", "50000")
    await trio.sleep(600)


async def breaks_never(world: World) -> None:
    bot = await world.start_bot()
    world.never(lambda: bool(bot.orders))  # HERE
    await bot.place("buy", "0.01", "50000")


async def breaks_eventually(world: World) -> None:
    await world.start_bot()
    await world.eventually(lambda: False, within=30)  # HERE


async def breaks_expect(world: World) -> None:
    bot = await world.start_bot()
    world.expect(bot.orders)  # HERE


async def breaks_assert(world: World) -> None:
    bot = await world.start_bot()
    assert bot.orders  # HERE


async def raises(world: World) -> None:
    await world.start_bot()
    int("no number")  # HERE


async def raises_beside(world: World) -> None:
    await world.start_bot()

    async def beside() -> None:
        int("no number")  # HERE

    world.start_soon(beside)
    await trio.sleep(10)


async def raises_in_a_check(world: World) -> None:
    bot = await world.start_bot()
    world.always(lambda: bot.order("none").is_live)  # HERE


async def hangs(world: World) -> None:
    await world.start_bot()
    await trio.sleep_forever()  # HERE


async def asks_for_an_unknown_fault(world: World) -> None:
    world.venue.strike("A2", "execute_and_forget", when={"path": "/api/v3/order"})  # HERE


async def asks_for_an_unknown_market(world: World) -> None:
    world.venue.halt("DOGE/USDT")  # HERE


async def strikes_nothing(world: World) -> None:
    world.venue.fill("BTC/USDT")  # HERE


async def counts_from_nought(world: World) -> None:
    bot = await world.start_bot()
    bot.kill_at(commit=0)  # HERE


async def goes_back_in_time(world: World) -> None:
    bot = await world.start_bot()
    await bot.kill(back_after=-5)  # HERE


async def kills_in_an_unknown_phase(world: World) -> None:
    bot = await world.start_bot()
    bot.kill_at(commit=1, phase="during")  # type: ignore[arg-type]  # HERE


async def crashes_nobody(world: World) -> None:
    bot = await world.start_bot()
    bot.crash("desc")  # HERE


async def crashes_a_path_of_nobody(world: World) -> None:
    bot = await world.start_bot()
    bot.crash("/x/nobody")  # HERE
    await trio.sleep(10)


async def cancels_a_path_of_nobody(world: World) -> None:
    bot = await world.start_bot()
    bot.cancel_at("/x/nobody")  # HERE


async def floods_a_path_of_nobody(world: World) -> None:
    bot = await world.start_bot()
    bot.flood("/x/nobody", 3)  # HERE


async def crashes_at_no_message(world: World) -> None:
    bot = await world.start_bot()
    bot.crash("desk", message="FilReported")  # HERE


async def opens_a_venue_of_no_kind(world: World) -> None:
    await world.open_venue(kind="loud")  # type: ignore[arg-type]  # HERE


async def moves_to_no_zone(world: World) -> None:
    world.clock.move_zone("America/Gotham")  # HERE


async def places_no_number(world: World) -> None:
    bot = await world.start_bot()
    await bot.place("buy", "much", "50000")  # HERE


async def starts_two_of_a_name(world: World) -> None:
    await world.start_bot("one")
    await world.start_bot("one")  # HERE


async def trades_what_is_not_there(world: World) -> None:
    await world.start_bot(pair="DOGE/USDT")  # HERE


async def names_an_unknown_mode(world: World) -> None:
    await world.start_bot(mode={"name": "ema_crss"})  # HERE


async def asks_a_bot_that_is_not_there(world: World) -> None:
    await world.bot.kill()  # HERE


async def checks_what_would_have_to_be_awaited(world: World) -> None:
    async def check() -> bool:
        return False

    await world.eventually(check, within=5)  # HERE


async def waits_for_nothing(world: World) -> None:
    await world.start_bot()
    world.settle()  # type: ignore[unused-coroutine]  # HERE


async def breaks_in_a_nursery(world: World) -> None:
    bot = await world.start_bot()

    async def beside() -> None:
        assert bot.orders  # HERE

    async with trio.open_nursery() as nursery:
        nursery.start_soon(beside)


async def raises_several(world: World) -> None:
    await world.start_bot()
    raise ExceptionGroup("both", [ValueError("one"), ValueError("other")])  # HERE


async def ends_the_program(world: World) -> None:
    await world.start_bot()
    raise SystemExit(0)  # HERE


async def asks_an_actor_that_is_not_there(world: World) -> None:
    bot = await world.start_bot()
    await bot.ask("/benthic/nobody", ListOpenOrders())  # HERE


async def expects_what_cannot_be(world: World) -> None:
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    await world.eventually(lambda: bot.order(order.id).filled > 1, within=5)  # HERE


async def does_a_bots_work_for_it(world: World) -> None:
    bot = await world.start_bot()
    await bot.place("buy", "a few", "50000")  # HERE


BROKEN = (
    (ends_the_program, "raised"),
    (asks_an_actor_that_is_not_there, "wrong"),
    (expects_what_cannot_be, "expectation"),
    (does_a_bots_work_for_it, "wrong"),
    (breaks_always, "expectation"),
    (breaks_never, "expectation"),
    (breaks_eventually, "expectation"),
    (breaks_expect, "expectation"),
    (breaks_assert, "expectation"),
    (raises, "raised"),
    (raises_beside, "raised"),
    (raises_in_a_check, "expectation"),
    (hangs, "hung"),
    (asks_for_an_unknown_fault, "wrong"),
    (asks_for_an_unknown_market, "wrong"),
    (strikes_nothing, "wrong"),
    (counts_from_nought, "wrong"),
    (goes_back_in_time, "wrong"),
    (kills_in_an_unknown_phase, "wrong"),
    (crashes_nobody, "wrong"),
    (crashes_a_path_of_nobody, "wrong"),
    (cancels_a_path_of_nobody, "wrong"),
    (floods_a_path_of_nobody, "wrong"),
    (crashes_at_no_message, "wrong"),
    (opens_a_venue_of_no_kind, "wrong"),
    (moves_to_no_zone, "wrong"),
    (places_no_number, "wrong"),
    (starts_two_of_a_name, "wrong"),
    (trades_what_is_not_there, "wrong"),
    (names_an_unknown_mode, "wrong"),
    (asks_a_bot_that_is_not_there, "wrong"),
    (checks_what_would_have_to_be_awaited, "wrong"),
    (waits_for_nothing, "wrong"),
    (breaks_in_a_nursery, "expectation"),
    (raises_several, "raised"),
)


@pytest.mark.parametrize(("play", "kind"), BROKEN, ids=lambda each: getattr(each, "__name__", each))
def test_what_goes_wrong_is_told_with_its_line(play: Callable[..., Any], kind: str) -> None:
    (finding,) = found(played(play, limit=900)).findings

    lines, begin = inspect.getsourcelines(play)
    wanted = next(begin + at for at, line in enumerate(lines) if "# HERE" in line)
    assert (finding.kind, finding.place) == (kind, f"{__file__}:{wanted}")


def found(outcome: Outcome) -> Outcome:
    """The same, which did not hold."""
    assert not outcome.ok
    return outcome


def test_a_run_that_hangs_names_the_actors_that_were_busy() -> None:
    (finding,) = played(hangs, limit=900).findings

    assert (
        "not over after 900 s of virtual time; busiest of late, by turns: /benthic/"
        in finding.words
    )


def test_a_deed_that_met_nobody_names_the_paths_that_are_nearest() -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        bot.crash("/benthic/bots/bot1/exchange/account/dsk")

    (finding,) = played(scenario).findings

    assert "'crash /benthic/bots/bot1/exchange/account/dsk' has struck nobody" in finding.words
    assert "did you mean /benthic/bots/bot1/exchange/account/desk or " in finding.words


def test_a_deed_may_be_meant_for_an_actor_that_comes_later() -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        bot.crash("/benthic/bots/late", message="Again")
        late = await bot.actor("/benthic/bots").ask(StartChild(Child("late", Late)))
        late.tell(Again())
        await trio.sleep(10)

    outcome = played(scenario)

    assert (outcome.ok, outcome.fired) == (True, {"H1": 1})


def test_the_kinds_of_exchanges_that_there_are_are_told() -> None:
    (finding,) = played(opens_a_venue_of_no_kind).findings

    assert finding.words == "kind is 'loud'; there are quiet, traders"


def test_ctrl_c_in_a_script_ends_the_run_and_is_no_finding() -> None:
    async def scenario(world: World) -> None:
        await world.start_bot()
        raise KeyboardInterrupt

    with pytest.raises(BaseExceptionGroup) as raised:
        played(scenario)

    assert raised.value.split(KeyboardInterrupt)[0] is not None


def test_a_feed_can_be_crashed_by_its_name() -> None:
    async def scenario(world: World) -> None:
        await world.start_bot()
        world.bot.crash("feed")
        await trio.sleep(60)
        await world.settle()

    assert played(scenario).fired == {"H1": 1}


class Again(Tell):
    """Goes round."""


class Late(Actor):
    """Is not there at first."""

    @on(Again)
    def again(self, _: Again) -> None:
        self.stop("never reached")


class Busy(Actor):
    """Never comes to rest."""

    def on_start(self) -> None:
        self.ref.tell(Again())

    @on(Again)
    def again(self, _: Again) -> None:
        self.ref.tell(Again())


def test_a_run_that_never_comes_to_rest_names_the_actor_that_keeps_it_busy() -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        await bot.actor("/benthic/bots").ask(StartChild(Child("busy", Busy)))
        await trio.sleep(10)

    (finding,) = played(scenario).findings

    assert finding.kind == "hung"
    assert "takes turns without end while time stands still: /benthic/bots/busy" in finding.words


def test_what_should_be_sometimes_is_told_whether_it_was() -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        world.sometimes(lambda: bot.line == "up")
        world.sometimes(lambda: bot.line == "barred")
        await trio.sleep(10)

    outcome = played(scenario)

    assert outcome.ok
    assert [each.seen for each in outcome.sometimes] == [True, False]
