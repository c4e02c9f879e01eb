"""Families of orders to which anything happens in any order, held against what must be true.

    python -m benthic.benchmarks.graph_walks FIRST COUNT STEPS     (a line of JSON for each walk)

A walk is a family drawn from its seed, and so many steps: fills in parts, prices, time, refusals,
orders that the venue takes off its book, and users who cancel and edit. What a family is stands in
`graph_family`, what must hold after each step in `graph_checks`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final

import msgspec

from ..actors.market.errors import Reason
from ..actors.market.side import Kind, Side, opposite
from ..actors.orders.drafts import Draft, GroupDraft, PlaceOrders
from ..actors.orders.plan import Expiry, Keeper, Profile, Swap, TrailingDistance
from ..actors.orders.trailing import steps_for
from ..runtime import Millis
from .chunks import Chunk, Plan, Report, sweep
from .graph_checks import faults, unguarded
from .graph_family import Family, on_step
from .progress import Watch, unwatched
from .seeds import RunFailed

CHUNK: Final = 250  # walks of one process
STEPS: Final = 50
PATIENCE: Final = 1_200  # s for one process
PRICE: Final = 100  # at which every family begins
WIDTH: Final = 8  # so far from there prices go
SYMBOL: Final = "BTC/USDT"
REASONS: Final[tuple[Reason, ...]] = ("REFUSED", "NOT_SENT", "WOULD_TRIGGER")


class Walk(msgspec.Struct, frozen=True):
    """What one walk came to."""

    seed: int
    steps: int
    trades: int
    changes: int
    violation: str  # "": none


def run_graphs(
    count: int,
    *,
    steps: int = STEPS,
    resume: Path | None = None,
    watch: Watch = unwatched,
    seed: int = 0,
    jobs: int = 2,
) -> Report:
    """Take `count` walks, from the one of `seed` on, `jobs` processes at a time."""
    plan = Plan("graphs", seed, CHUNK, f"{steps} steps")
    run = partial(_in_child, seed, steps)
    return sweep(plan, count, run, resume=resume, watch=watch, jobs=jobs)


def _in_child(first: int, steps: int, number: int, count: int) -> Chunk:
    start = first + number * CHUNK
    child = subprocess.run(
        [sys.executable, "-m", f"{__package__}.graph_walks", str(start), str(count), str(steps)],
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    if child.returncode:
        words = child.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise RunFailed(start, child.returncode, words or "it said nothing")
    walks = [msgspec.json.decode(line, type=Walk) for line in child.stdout.splitlines()]
    figures = {
        name: float(sum(getattr(walk, name) for walk in walks))
        for name in ("steps", "trades", "changes")
    }
    violations = tuple(f"walk {walk.seed}: {walk.violation}" for walk in walks if walk.violation)
    return Chunk(number, count, violations, figures)


# -- in the child


def run_walk(seed: int, *, steps: int = STEPS) -> Walk:
    """One walk, in this process; it ends at the first thing that does not hold."""
    chance = Random(seed)  # noqa: S311 - chance that can be had again
    family = a_family(chance)
    changes = taken = 0
    found = ""
    for _ in range(steps):
        move(family, chance)
        taken += 1
        changes += len(family.events)
        found = next(faults(family), "")
        if not found and chance.random() < 1 / 5:
            family.settle()
            changes += len(family.events)
            found = next(faults(family), "") or next(unguarded(family), "")
        if found:
            break
    return Walk(seed, taken, len(family.truth.traded), changes, found)


def a_family(chance: Random) -> Family:
    """An entry with its stops and take profits, somewhere in their lives."""
    side: Side = chance.choice(("buy", "sell"))
    whole = chance.randint(80, 2_000)  # steps
    rule = chance.choice(("oco", "balanced", "trailing_on_filled_take_profit"))
    swap = None
    if chance.random() < 3 / 4:
        swap = Swap(chance.choice(("stop_first", "take_profit_first")), Millis(10_000))
    parts = (1, 1) if rule == "oco" else (chance.randint(1, 2), chance.randint(1, 3))
    away, up = opposite(side), 1 if side == "buy" else -1
    drafts = [_draft("entry", side, "limit", whole, price=_price(0))]
    for number, amount in enumerate(_split(whole, parts[0], chance)):
        level = -up * chance.randint(1, 5)
        kind: Kind = chance.choice(("stop_loss", "stop_limit"))
        drafts.append(_stop(f"stop {number}", away, kind, amount, level, chance))
    for number, amount in enumerate(_split(whole, parts[1], chance)):
        price = _price(up * chance.randint(1, 6))
        drafts.append(_draft(f"profit {number}", away, "limit", amount, ends=True, price=price))
    batch = PlaceOrders(tuple(drafts), (GroupDraft("ends", rule, swap),))
    return Family(batch, Decimal(PRICE), fee_asset=chance.choice(("USDT", "BTC")))


def _stop(name: str, side: Side, kind: Kind, amount: int, level: int, chance: Random) -> Draft:
    profile: Profile | None = None
    drawn = chance.random()
    keeper: Keeper | None = "desk" if chance.random() < 1 / 3 else None
    if drawn < 1 / 3:
        step = Decimal(chance.choice(("0", "0.002", "0.01")))
        profile = TrailingDistance(Decimal("0.03"), step=step)
    elif drawn < 1 / 2:
        up = 1 if side == "sell" else -1
        levels = [_price(up * each) for each in (2, 4, 6)]
        profile = steps_for(_price(0), levels, "above" if side == "sell" else "below")
    price = _price(level + (-1 if side == "sell" else 1)) if kind == "stop_limit" else None
    return _draft(
        name,
        side,
        kind,
        amount,
        ends=True,
        stop=_price(level),
        price=price,
        profile=profile,
        keeper=keeper,
    )


def _draft(  # noqa: PLR0913 - what there is to an order
    name: str,
    side: Side,
    kind: Kind,
    steps: int,
    *,
    ends: bool = False,
    price: Decimal | None = None,
    stop: Decimal | None = None,
    profile: Profile | None = None,
    keeper: Keeper | None = None,
) -> Draft:
    return Draft(
        name=name,
        symbol=SYMBOL,
        side=side,
        kind=kind,
        amount=on_step(Fraction(steps, 1_000)),
        price=price,
        stop=stop,
        reference=Decimal(PRICE),
        profile=profile,
        keeper=keeper,
        after="entry" if ends else "",
        takes_fees=ends,
        group="ends" if ends else "",
        purpose="protective" if ends else "entry",
        expiry=None if ends else Expiry(at=Millis(200_000)),
    )


def _split(whole: int, parts: int, chance: Random) -> list[int]:
    """So many parts that are the whole together, none of them very small."""
    least = whole // (2 * parts)
    cuts = sorted(chance.randint(0, whole - least * parts) for _ in range(parts - 1))
    ends = [0, *cuts, whole - least * parts]
    return [least + after - before for before, after in pairwise(ends)]


def _price(away: int) -> Decimal:
    return Decimal(PRICE + away)


def move(family: Family, chance: Random) -> None:
    """One thing happens, if it can."""
    chance.choices([deed for deed, _ in DEEDS], [weight for _, weight in DEEDS])[0](family, chance)


def _fill(family: Family, chance: Random) -> None:
    out = family.those("intent", "accepted")
    if out:
        share = Fraction(chance.choice((1, 2, 3, 4)), 4)
        family.fill(chance.choice(out), share)


def _send(family: Family, chance: Random) -> None:
    for order in family.those("due"):
        if chance.random() < 1 / 2:
            family.send(order)


def _accept(family: Family, chance: Random) -> None:
    if new := family.those("intent"):
        family.accept(chance.choice(new))


def _refuse(family: Family, chance: Random) -> None:
    if new := [each for each in family.those("intent") if not each.filled]:
        family.refuse(chance.choice(new), chance.choice(REASONS))


def _take_off(family: Family, chance: Random) -> None:
    wishing = [each for each in family.those("accepted") if each.wish is not None]
    if wishing:
        family.take_off(chance.choice(wishing))


def _lose(family: Family, chance: Random) -> None:
    if out := family.those("accepted"):
        family.take_off(chance.choice(out))


def _tick(family: Family, chance: Random) -> None:
    cents = chance.randint(-100 * WIDTH, 100 * WIDTH)
    family.tick(PRICE + Decimal(cents) / 100)


def _wait(family: Family, chance: Random) -> None:
    family.wait(chance.choice((100, 5_000, 12_000)))


def _cancel(family: Family, chance: Random) -> None:
    if live := [each for each in family.orders.values() if each.is_live]:
        family.cancel(chance.choice(live))


def _edit(family: Family, chance: Random) -> None:
    if live := [each for each in family.exits if each.is_live]:
        family.edit(chance.choice(live), Fraction(chance.randint(1, 3), 4))


def _settle(family: Family, chance: Random) -> None:
    del chance
    family.settle()


DEEDS: Final[tuple[tuple[Callable[[Family, Random], None], int], ...]] = (
    (_fill, 30),
    (_send, 20),
    (_accept, 10),
    (_refuse, 1),
    (_take_off, 15),
    (_lose, 1),
    (_tick, 25),
    (_wait, 5),
    (_cancel, 1),
    (_edit, 1),
    (_settle, 8),
)


def main(first: str, count: str, steps: str) -> None:
    """Take walks one after the other, a line for each."""
    for seed in range(int(first), int(first) + int(count)):
        walk = run_walk(seed, steps=int(steps))
        sys.stdout.write(msgspec.json.encode(walk).decode() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
