"""Thousands of seeded steps of the liquidation machine's rules, far beyond what it draws itself."""

import random

import pytest

from benthic.actors.matching.futures import MarginType, PositionMode

from .test_liquidation_machine import ACCOUNTS, JUMPS, ChaosMachine, InverseChaosMachine

STEPS = 500


def begin(machine: ChaosMachine, chance: random.Random) -> None:
    modes: list[PositionMode] = [chance.choice(("one_way", "hedge")) for _ in ACCOUNTS]
    margins: list[MarginType] = [chance.choice(("cross", "isolated")) for _ in range(10)]
    machine.begin(
        [chance.randint(10_000, 100_000) for _ in ACCOUNTS],
        modes,
        margins,
        [chance.choice((5, 20, 50, 100)) for _ in range(10)],
        chance.randint(0, 5_000),
    )


def step(machine: ChaosMachine, chance: random.Random) -> None:
    account, number, level = chance.choice(ACCOUNTS), chance.randint(0, 1), chance.randint(-2, 2)
    match chance.randint(0, 11):
        case 0 | 1 | 2 | 3:
            buyer, share = chance.choice(ACCOUNTS), chance.randint(5, 60)
            machine.meet(buyer, account, number, share, level)
        case 4 | 5:
            side, closes = chance.choice(("buy", "sell")), chance.randint(0, 1)
            machine.place(account, number, side, chance.randint(1, 50), level, closes)
        case 6:
            machine.close(account, number, chance.choice(("buy", "sell")))
        case 7 | 8:
            machine.mark(number, chance.choice(JUMPS) if chance.random() < 0.1 else 100 + level)
        case 9:
            machine.fund(number, chance.randint(-200_000, 200_000))
        case 10:
            machine.move_margin(account, number, chance.randint(-50, 50))
        case _:
            machine.pay(account, chance.randint(0, 10_000))


def check(machine: ChaosMachine) -> None:
    machine.the_books_add_up()
    machine.longs_and_shorts_are_equal()
    machine.every_change_of_a_wallet_was_told()
    machine.nobody_owes()
    machine.after_a_mark_everybody_has_the_maintenance_margin()
    machine.without_orders_nothing_is_held_for_them()
    machine.a_liquidation_price_lies_where_margin_and_maintenance_meet()


@pytest.mark.parametrize("kind", [ChaosMachine, InverseChaosMachine], ids=["linear", "inverse"])
@pytest.mark.parametrize("seed", range(2))
def test_the_rules_hold_after_every_step_of_a_long_run(kind: type[ChaosMachine], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a reproducible test, no secret
    machine = kind()
    begin(machine, chance)
    for _ in range(STEPS):
        step(machine, chance)
        check(machine)

    assert machine.clearing.total(machine.asset) == machine.paid_in
