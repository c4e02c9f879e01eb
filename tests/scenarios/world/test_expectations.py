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
    (asks_an_actor_that_is_not_there, "raised"),
    (expects_what_cannot_be, "expectation"),
    (does_a_bots_work_for_it, "raised"),
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


class Again(Tell):
    """Goes round."""


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
