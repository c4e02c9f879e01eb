"""Each checker is proven: a world in which one thing is wrong is found out, and by that code."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import attrs
import pytest
import trio
from msgspec.structs import replace

from benthic.actors.market.fill import Fill
from benthic.actors.orders.journal import Commit
from benthic.actors.portfolio.model import Entry
from benthic.runtime import Millis
from benthic.scenarios.invariants import CHECKERS, INVARIANTS, NOT_YET
from benthic.scenarios.running.run import Options, Outcome, run_script
from benthic.scenarios.running.script import Script
from benthic.scenarios.world import Change, World, WorldBot
from benthic.scenarios.world.life import Tamper
from benthic.scenarios.world.uplink import Port, Ports

CENT = Decimal("0.01")


def run(doctor: Callable[[World, WorldBot], None], tamper: Tamper | None = None) -> Outcome:
    """A bot with a resting order and one that has filled, and then the doctor's hand."""

    async def play(world: World) -> None:
        bot = await world.start_bot(tamper=tamper)
        await bot.place("buy", "0.01", "50000")
        resting = await bot.place("sell", "0.01", "70000")
        world.venue.fill("BTC/USDT")
        await world.eventually(lambda: not bot.order(resting.id).is_live, within=120)
        await bot.place("buy", "0.02", "49000")
        await trio.sleep(70)
        await world.settle(within=60)
        doctor(world, bot)

    script = Script(name="planted", file=__file__, story="", faults=(), play=play)
    return run_script(script, Options(seed=7))


def nothing(_: World, __: WorldBot) -> None:
    """Nothing is wrong."""


def first(bot: WorldBot) -> Any:
    """The change of the latest commit."""
    return bot.books.changes[0]


def end(status: Any, evidence: str) -> Callable[[World, WorldBot], None]:
    """The resting order has ended in the books, and not at the exchange."""

    def doctor(_: World, bot: WorldBot) -> None:
        change = first(bot)
        ended = replace(change.after, status=status, evidence=evidence, held=Decimal(0))
        bot.books.changes = (attrs.evolve(change, after=ended),)

    return doctor


def f1(_: World, bot: WorldBot) -> None:
    balance = bot.books.balances["USDT"]
    bot.books.balances["USDT"] = replace(balance, available=balance.available + CENT)


def f2(_: World, bot: WorldBot) -> None:
    balance = bot.books.balances["BTC"]
    bot.books.balances["BTC"] = replace(balance, available=-CENT)


def f3(_: World, bot: WorldBot) -> None:
    order = first(bot).after
    bot.books.live[order.id] = replace(order, held=order.held + CENT)


def f3_short(_: World, bot: WorldBot) -> None:
    change = first(bot)
    bot.books.changes = (attrs.evolve(change, after=replace(change.after, held=CENT)),)


def f4_made_up(_: World, bot: WorldBot) -> None:
    assert bot.books.latest is not None
    fill = Fill("888", "bn-1", "BTC/USDT", "buy", CENT, CENT, CENT, "BTC", Millis(1))
    bot.books.latest = replace(bot.books.latest, fills=(fill,))


def o5_filled(_: World, bot: WorldBot) -> None:
    gone = next(order for order in bot.books.orders.values() if order.status == "filled")
    ended = replace(gone, status="cancelled", evidence="it was gone")
    bot.books.changes = (Change(gone, ended),)


def r2_of_a_life(_: World, bot: WorldBot) -> None:
    behind: Any = SimpleNamespace(close_now=lambda: None)
    bot.uplink.open[Port(behind, bot.uplink, bot.lives[-1].ports)] = None


def r4_unread(_: World, bot: WorldBot) -> None:
    bot.hearing.unread[1] = 1


def f4(_: World, bot: WorldBot) -> None:
    bot.books.trades["BTC/USDT:999999"] = 1


def f5(_: World, bot: WorldBot) -> None:
    bot.books.filled[first(bot).after.id] += Fraction(1, 100)


def f6(_: World, bot: WorldBot) -> None:
    bot.books.fees["BNB"] += Fraction(1, 100)


def f7(_: World, bot: WorldBot) -> None:
    gone = next(order for order in bot.books.orders.values() if order.status == "filled")
    bot.books.orders[gone.id] = replace(gone, filled=gone.filled - CENT)


def f8(_: World, bot: WorldBot) -> None:
    bot.books.moved["USDT", "external"] -= 5


def o1(_: World, bot: WorldBot) -> None:
    bot.books.ids.clear()


def o2(world: World, bot: WorldBot) -> None:
    world.venue.tap.accepted[first(bot).after.client_id] += 1


def o3(world: World, bot: WorldBot) -> None:
    world.undurable.append((bot.name, "bn-1"))


def o4(_: World, bot: WorldBot) -> None:
    change = first(bot)
    before = replace(change.after, status="filled")
    bot.books.changes = (attrs.evolve(change, before=before),)


def o6(world: World, bot: WorldBot) -> None:
    world.venue.tap.cancels[first(bot).after.client_id] = Millis(1)
    end("cancelled", "the venue said so")(world, bot)


def o7(world: World, bot: WorldBot) -> None:
    world.venue.tap.sent[first(bot).after.client_id] += 1


def o8(world: World, _: WorldBot) -> None:
    world.venue.tap.orders[-1].price = "4.9e4"


def o9_too_little(world: World, _: WorldBot) -> None:
    sent = world.venue.tap.orders[-1]
    sent.status, sent.amount = 0, "0.00001"


def o9_too_often(world: World, _: WorldBot) -> None:
    tap = world.venue.tap
    tap.orders[-1].status = 0
    tap.orders[:0] = [tap.orders[-1]] * 100


def p1(world: World, bot: WorldBot) -> None:
    memory = world.memories[bot.name]
    world.memories[bot.name] = attrs.evolve(memory, orders={})


def p2(_: World, bot: WorldBot) -> None:
    bot.books.commits += 1


def p4(_: World, bot: WorldBot) -> None:
    loaded = bot.books.loads[-1]
    bot.books.loads[-1] = attrs.evolve(loaded, expected_balances=dict(bot.books.balances))


def p4_early(_: World, bot: WorldBot) -> None:
    bot.hearing.opened_at.clear()


def r1(world: World, bot: WorldBot) -> None:
    memory = world.memories[bot.name]
    again = (*memory.starts, bot.paths.desk)
    world.memories[bot.name] = attrs.evolve(memory, starts=again)


def r1_cut_short(world: World, bot: WorldBot) -> None:
    memory = world.memories[bot.name]
    again = (*memory.starts, bot.paths.portfolio)
    world.memories[bot.name] = attrs.evolve(memory, starts=again)


def r2(_: World, bot: WorldBot) -> None:
    nothing_behind: Any = None
    stray = Port(nothing_behind, bot.uplink, Ports(bot.uplink))
    bot.uplink.open[stray] = None


def r3(world: World, bot: WorldBot) -> None:
    memory = world.memories[bot.name]
    desk = next(node for node in memory.tree.walk() if node.name == "desk")
    assert desk.mailbox is not None
    lossy = attrs.evolve(desk, mailbox=attrs.evolve(desk.mailbox, dropped=1), children=())
    world.memories[bot.name] = attrs.evolve(memory, tree=lossy)


def r4(_: World, bot: WorldBot) -> None:
    order = first(bot).after
    bot.books.live[order.id] = replace(order, status="unknown")
    bot.record.doubted_since[order.id] = Millis(bot.lives[-1].began)


def r5(world: World, _: WorldBot) -> None:
    world.expected_hash = "another"


def r8(world: World, _: WorldBot) -> None:
    world.converged_within = 3_600.0


def r9(world: World, _: WorldBot) -> None:
    world.venue.tap.into_bars.append("bot1 asked GET /api/v3/order while barred")


def s1(world: World, bot: WorldBot) -> None:
    world.timeline.note("message", bot.name, f"the key is {bot.secrets()[0]}")


DOCTORED = (
    ("F3", f3_short), ("F4", f4_made_up), ("O5", o5_filled), ("R2", r2_of_a_life),
    ("R4", r4_unread),
    ("F1", f1), ("F2", f2), ("F3", f3), ("F4", f4), ("F5", f5), ("F6", f6), ("F7", f7), ("F8", f8),
    ("O1", o1), ("O2", o2), ("O3", o3), ("O4", o4),
    ("O5", end("refused", "it never was")), ("O5", end("cancelled", "")),
    ("O6", o6), ("O7", o7), ("O8", o8), ("O9", o9_too_little), ("O9", o9_too_often),
    ("P1", p1), ("P2", p2), ("P4", p4), ("P4", p4_early),
    ("R1", r1), ("R1", r1_cut_short), ("R2", r2), ("R3", r3), ("R4", r4),
    ("R5", r5), ("R8", r8), ("R9", r9), ("S1", s1),
)  # fmt: skip


def test_a_world_in_which_nothing_is_wrong_has_no_violation() -> None:
    outcome = run(nothing)

    assert outcome.findings == ()
    assert (outcome.fills, outcome.lives) == (1, 1) or outcome.fills > 1


@pytest.mark.parametrize(
    ("code", "doctor"), DOCTORED, ids=lambda each: getattr(each, "__name__", each)
)
def test_a_planted_violation_is_found_by_its_code(
    code: str, doctor: Callable[[World, WorldBot], None]
) -> None:
    assert code in [finding.code for finding in run(doctor).findings]


def test_every_checker_is_proven() -> None:
    proven = {code for code, _ in DOCTORED} | {code for code, _ in TAMPERED}

    graphs = {f"G{number}" for number in range(1, 7)}  # in test_planted_graphs
    assert proven | graphs == {each.code for each in INVARIANTS}
    assert not proven & NOT_YET.keys()
    assert len(CHECKERS) == len(INVARIANTS)


def test_a_process_that_stood_still_has_a_moment_to_close_its_gate_and_no_more() -> None:
    async def play(world: World) -> None:
        bot = await world.start_bot()
        await bot.place("buy", "0.02", "49000")
        await trio.sleep(60)
        world.clock.stall(120)
        r4(world, bot)
        world.look()
        assert bot.is_open
        assert not world.findings
        woke.append(world.elapsed_at)
        await trio.sleep(120)

    woke: list[Millis] = []
    script = Script(name="planted", file=__file__, story="", faults=(), play=play)
    found = run_script(script, Options(seed=7)).findings

    assert found[0].code == "R4"
    assert 5_000 < found[0].at - woke[0] < 60_000


# -- bugs that write


def lose_the_hold(commit: Commit) -> Commit:
    """A store that forgets what a live order holds (F3)."""
    orders = tuple(replace(order, held=Decimal(0)) for order in commit.orders)
    return replace(commit, orders=orders)


def make_money(commit: Commit) -> Commit:
    """A ledger that books a cent to nobody's cost (F1)."""
    return replace(commit, entries=(*commit.entries, Entry("USDT", "available", CENT)))


def forget_the_fill(commit: Commit) -> Commit:
    """A desk that writes the order as filled, and its trade not (F5)."""
    return replace(commit, fills=())


def skip_the_balances(commit: Commit) -> Commit:
    """A commit without the balances that its entries lead to (P3, found as F1 or F3 at once)."""
    return replace(commit, balances=()) if commit.orders else commit


def end_it_early(commit: Commit) -> Commit:
    """A desk that takes an order for cancelled as soon as it rests (O5)."""
    orders = tuple(
        replace(order, status="cancelled", evidence="it was quiet", held=Decimal(0))
        if order.status == "accepted"
        else order
        for order in commit.orders
    )
    return replace(commit, orders=orders)


def name_them_alike(commit: Commit) -> Commit:
    """A journal that has other names than are sent: what arrives is not on disk (O3)."""
    orders = tuple(replace(order, client_id="bn-always-this") for order in commit.orders)
    return replace(commit, orders=orders)


def take_no_fee(commit: Commit) -> Commit:
    """A ledger that lets the fee go where the venue's money is (F6)."""
    entries = tuple(
        replace(entry, account="venue") if entry.account == "fees" else entry
        for entry in commit.entries
    )
    return replace(commit, entries=entries)


def skip_the_intent(commit: Commit) -> Commit:
    """A desk that writes an order down as taken before it was sent (O4)."""
    orders = tuple(
        replace(order, status="accepted") if order.status == "intent" else order
        for order in commit.orders
    )
    return replace(commit, orders=orders)


def lose_money_quietly(commit: Commit) -> Commit:
    """A ledger that has less than nothing of what it bought (F2)."""
    balances = tuple(replace(each, available=-CENT) for each in commit.balances)
    return replace(commit, balances=balances)


TAMPERED = (
    ("O5", end_it_early),
    ("O3", name_them_alike),
    ("F6", take_no_fee),
    ("O4", skip_the_intent),
    ("F2", lose_money_quietly),
    ("F3", lose_the_hold),
    ("F1", make_money),
    ("F5", forget_the_fill),
    ("P3", skip_the_balances),
)


@pytest.mark.parametrize(
    ("code", "bug"), TAMPERED, ids=lambda each: getattr(each, "__name__", each)
)
def test_a_planted_bug_is_found_where_it_writes(code: str, bug: Tamper) -> None:
    found = {finding.code for finding in run(nothing, bug).findings}  # several may be, at once

    assert code in found or (code == "P3" and found & {"F1", "F3"})
