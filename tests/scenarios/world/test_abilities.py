"""What a world can do to one host beside killing its process: each strikes, and is got over."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import Literal

import pytest
import trio

from benthic.runtime import AskError, MailboxFull, NoSuchActor, Refusal
from benthic.scenarios.world import World
from benthic.storage.errors import StoreBusy, StoreDamaged
from benthic.storage.store import GetStoreStatistics

from .played import played

NO_ANSWER = (AskError, NoSuchActor, Refusal)


@pytest.mark.parametrize("actor", ["desk", "connector"])
@pytest.mark.parametrize("checkpoint", [1, 2, 5])
def test_a_cancel_at_a_checkpoint_is_a_crash_that_loses_nothing(  # H7
    actor: str, checkpoint: int
) -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        bot.cancel_at(actor, checkpoint=checkpoint)
        with suppress(*NO_ANSWER):
            order = await bot.place("buy", "0.01", "50000")
            await bot.cancel(order.id)
        await trio.sleep(5)
        await world.settle(within=300)
        tree = {node.path: node.restarts for node in bot.system.tree().walk()}
        assert tree[str(getattr(bot.paths, actor))] == 1
        assert len(bot.lives) == 1

    outcome = played(scenario)

    assert outcome.findings == ()
    assert outcome.fired == {"H7": 1}


def test_a_cancel_that_is_forgotten_does_not_strike() -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        bot.cancel_at("desk", checkpoint=1)
        world.calm()
        await bot.place("buy", "0.01", "50000")

    assert played(scenario).fired == {}


@pytest.mark.parametrize("commit", [1, 2, 3])
def test_a_power_cut_in_the_middle_of_a_commit_leaves_those_before_it(commit: int) -> None:  # K2
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        bot.kill_at(commit=commit, phase="torn", back_after=2)
        with suppress(*NO_ANSWER):
            order = await bot.place("buy", "0.01", "50000")
            await bot.cancel(order.id)
        await bot.died(within=30)
        await world.settle(within=300)

    outcome = played(scenario)

    assert outcome.findings == ()
    assert (outcome.lives, outcome.fired) == (2, {"K2": 1})


@pytest.mark.parametrize("how", ["cut", "overwritten"])
def test_a_damaged_store_is_refused_and_read_once_it_is_put_back(  # K7, P5
    how: Literal["cut", "overwritten"],
) -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        order = await bot.place("buy", "0.01", "50000")
        await bot.kill()
        bot.disk.damage(how)
        with pytest.raises(StoreDamaged, match="put a backup in its place"):
            await bot.start()
        bot.disk.mend()
        await world.settle(within=300)
        assert bot.order(order.id).status == "accepted"

    assert played(scenario).findings == ()


def test_a_store_that_another_process_has_is_not_opened() -> None:  # K12
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        await bot.kill()
        bot.disk.hold()
        with pytest.raises(StoreBusy, match="stop that bot first"):
            await bot.start()
        bot.disk.mend()
        await world.settle(within=300)

    assert played(scenario).findings == ()


def test_a_disk_cannot_be_damaged_under_a_process_that_has_it_open() -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        bot.disk.damage()

    (finding,) = played(scenario).findings

    assert finding.kind == "wrong"
    assert "stop or kill the bot first" in finding.words


def test_a_store_that_starts_small_grows() -> None:  # K4
    async def scenario(world: World) -> None:
        world.map_size = 1 << 17
        bot = await world.start_bot()
        for _ in range(20):
            order = await bot.place("buy", "0.01", "50000")
            await bot.cancel(order.id)
        room = (await bot.ask("store", GetStoreStatistics())).room
        assert room.growths > 0
        await world.settle(within=120)

    assert played(scenario).findings == ()


def test_a_mailbox_that_is_full_says_so_to_whoever_asks() -> None:  # H8, R3
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        assert bot.flood("desk", 10_500) == 500
        with pytest.raises(MailboxFull):
            await bot.place("buy", "0.01", "50000")
        await trio.sleep(1)
        assert (await bot.place("buy", "0.01", "50000")).status == "accepted"
        await world.settle(within=120)

    assert played(scenario).findings == ()


def test_a_clock_that_drifts_is_ahead_by_so_much_and_stays_so() -> None:  # L4
    async def scenario(world: World) -> None:
        world.clock.drift(500)
        await trio.sleep(2_000)
        assert world.clock.now - world.elapsed_at == 1_000
        world.clock.drift(-500)
        await trio.sleep(1_000)
        world.calm()
        await trio.sleep(1_000)
        assert world.clock.now - world.elapsed_at == 500

    outcome = played(scenario)

    assert outcome.findings == ()
    assert outcome.fired == {"L4": 2}


@pytest.mark.parametrize("ends", ["by calm", "with the run"])
def test_another_zone_lasts_until_all_faults_end(ends: str) -> None:  # L6
    before = os.environ.get("TZ"), time.timezone

    async def scenario(world: World) -> None:
        world.clock.move_zone("UTC+5")
        assert time.timezone == 5 * 3_600
        if ends == "by calm":
            world.calm()

    assert played(scenario).findings == ()
    assert (os.environ.get("TZ"), time.timezone) == before


def test_a_store_that_another_holds_to_the_end_is_let_go_with_the_run() -> None:  # K12
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        await bot.stop()
        bot.disk.hold()

    assert played(scenario).findings == ()


@pytest.mark.parametrize("trouble", ["spoil_certificate", "spend_files"])
def test_a_line_that_cannot_be_dialled_anew_comes_back(trouble: str) -> None:  # E2, K10
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        getattr(bot.network, trouble)()
        bot.network.reset()
        await world.eventually(lambda: bot.line == "away", within=60)
        await trio.sleep(60)
        assert bot.line == "away"
        await world.settle(within=300)

    assert played(scenario).findings == ()


def test_a_bot_that_is_refused_for_good_ends_in_order_where_a_script_says_so() -> None:
    async def scenario(world: World) -> None:
        refused = {"path": "/sapi/v1/account/*"}
        world.venue.strike("I2", "status", when=refused, status=401, code=-2015)
        bot = await world.start_bot(opened=0)
        await world.rests(lambda: bool(bot.said("refused")), within=300)

    outcome = played(scenario)

    assert outcome.findings == ()
    assert outcome.is_in_order
