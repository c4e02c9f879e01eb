"""What somebody places at a bot that is to die: all that orders can be to one another, by chance.

Prices lie around the last one. Near ones are met within seconds, since the market goes up and down;
far ones never, so that the bot always holds something.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any, Final

from ...actors.feeds.thresholds import Direction
from ...actors.market.side import Kind, Side, opposite
from ...actors.orders.drafts import Draft, GroupDraft
from ...actors.orders.plan import Expiry, Keeper, Priority, Profile, Swap, TrailingDistance, Trigger
from ...actors.orders.trailing import steps_for
from ...runtime import Millis
from ...scenarios.world import PAIR
from ...scenarios.world.batches import draft

Batch = tuple[tuple[Draft, ...], tuple[GroupDraft, ...]]

UNIT: Final = Decimal("0.0001")  # BTC, of which every amount is so many
SIZES: Final = range(20, 41)  # units of a position
PART: Final = 6  # units, at least, of each order of a position that is closed in parts
NEAR: Final = (3, 40)  # basis points from the price, from and to
FAR: Final = (150, 300)
RULES: Final = ("oco", "oco", "balanced", "trailing_on_filled_take_profit")
TIMEOUTS: Final = (2_000, 10_000, 120_000)  # ms, of what is put forward in a swap
EXPIRES: Final = (1_500, 4_000, 600_000)  # ms, of an entry that does not fill


class Mix:
    """Draws batches around one price. last: that price, USDT; now: what time it is."""

    def __init__(self, chance: Random, last: Fraction, now: Millis) -> None:
        self._chance = chance
        self._last = last
        self._now = now
        self._reach = NEAR

    def any(self, side: Side) -> Batch:
        """One of all."""
        kinds = (self.guarded, self.guarded, self.far, self.ladder, self.closed_later, self.alone)
        return self._chance.choice(kinds)(side)

    def guarded(self, side: Side) -> Batch:
        """An entry with stop and take profits near the price."""
        return self._guarded(side, "", self._entry("entry", side, self._size()))

    def at_market(self, side: Side) -> Batch:
        """The same, and the entry fills at once."""
        entry = self._draft("entry", side, "market", self._size(), reference=self._price(0))
        return self._guarded(side, "", entry)

    def far(self, side: Side) -> Batch:
        """A position that stays: the market never comes to its ends."""
        self._reach = FAR
        return self.at_market(side)

    def resting(self, side: Side) -> Batch:
        """An entry that stays where it is, and what waits for it."""
        self._reach = FAR
        away = self._away() * (-1 if side == "buy" else 1)
        entry = self._draft("entry", side, "limit", self._size(), price=self._price(away))
        return self._guarded(side, "", entry)

    def ladder(self, side: Side) -> Batch:
        """Entries that follow one another, each with a stop and a take profit of its own."""
        drafts: list[Draft] = []
        groups: list[GroupDraft] = []
        for number in range(1, 4):
            after = f"entry {number - 1}" if number > 1 else ""
            entry = self._entry(f"entry {number}", side, 20, after=after)
            steps = self._guarded(side, f" {number}", entry)
            drafts += steps[0]
            groups += steps[1]
        return tuple(drafts), tuple(groups)

    def closed_later(self, side: Side) -> Batch:
        """An entry that is sold again in two halves, one of them only once it has ended."""
        away = opposite(side)
        stop: Kind = self._chance.choice(("stop_loss", "stop_limit"))
        up = 1 if side == "buy" else -1
        ends = {"after": "entry", "purpose": "protective"}
        entry = self._entry("entry", side, 30)
        guard = self._stop("stop", away, stop, 15, -up * self._away(), **ends)
        price = self._price(up * self._away())
        rest = self._draft("rest", away, "limit", 15, price=price, release="end", **ends)
        return (entry, guard, rest), ()

    def alone(self, side: Side) -> Batch:
        """One order that waits for a price by itself."""
        kinds: tuple[Kind, ...] = (
            "stop_loss",
            "stop_limit",
            "take_profit",
            "take_profit_limit",
            "trailing_stop",
            "trailing_stop_limit",
        )
        kind, size, up = self._chance.choice(kinds), self._size(), 1 if side == "buy" else -1
        if kind in {"stop_loss", "stop_limit"}:
            return (self._stop("alone", side, kind, size, up * self._away()),), ()
        more: dict[str, Any] = {"keeper": self._keeper()}
        if kind in {"take_profit", "take_profit_limit"}:
            more["stop"] = self._price(-up * self._away())
        else:
            more |= {"trail": "0.002", "reference": self._price(0)}
        if kind in {"take_profit_limit", "trailing_stop_limit"}:
            more["price"] = self._price(3 * up * self._away())
        return (self._draft("alone", side, kind, size, **more),), ()

    # -- parts of them

    def _guarded(self, side: Side, number: str, entry: Draft) -> Batch:
        chance, away, up = self._chance, opposite(side), 1 if side == "buy" else -1
        rule = chance.choice(RULES)
        priority: Priority = chance.choice(("stop_first", "stop_first", "take_profit_first"))
        swap = Swap(priority, Millis(chance.choice(TIMEOUTS)))
        whole = int(entry.amount / UNIT)
        ends = {
            "after": entry.name,
            "group": f"ends{number}",
            "purpose": "protective",
            "takes_fees": chance.random() < 1 / 2,
        }
        kind: Kind = chance.choice(("stop_loss", "stop_loss", "stop_limit"))
        stop = self._stop(
            f"stop{number}",
            away,
            kind,
            whole,
            -up * self._away(),
            profile=self._profile(side, rule),
            **ends,
        )
        parts = 1 if rule == "oco" else chance.randint(1, 3)
        profits = (
            self._profit(f"profit{number}.{place}", away, size, up * self._away(), **ends)
            for place, size in enumerate(self._split(whole, parts))
        )
        return (entry, stop, *profits), (GroupDraft(f"ends{number}", rule, swap),)

    def _entry(self, name: str, side: Side, size: int, *, after: str = "") -> Draft:
        """At market, at a limit that the price may come to or not, or once a price has come."""
        drawn, below = self._chance.random(), -1 if side == "buy" else 1
        if drawn < 1 / 2:
            return self._draft(name, side, "market", size, reference=self._price(0), after=after)
        if drawn < 3 / 4:
            expiry = Expiry(at=Millis(self._now + self._chance.choice(EXPIRES)))
            price = self._price(below * self._away())
            return self._draft(name, side, "limit", size, price=price, expiry=expiry, after=after)
        level = Decimal(self._price(self._away()))
        return self._draft(
            name,
            side,
            "market",
            size,
            reference=self._price(0),
            trigger=Trigger(level, "above"),
            after=after,
        )

    def _stop(self, name: str, side: Side, kind: Kind, size: int, away: int, **more: Any) -> Draft:
        if kind == "stop_limit":
            beyond = 30 if side == "buy" else -30
            more["price"] = self._price(away + beyond)
        return self._draft(
            name, side, kind, size, stop=self._price(away), keeper=self._keeper(), **more
        )

    def _profit(self, name: str, side: Side, size: int, away: int, **more: Any) -> Draft:
        if self._chance.random() < 4 / 5:
            return self._draft(name, side, "limit", size, price=self._price(away), **more)
        return self._draft(name, side, "take_profit", size, stop=self._price(away), **more)

    def _profile(self, side: Side, rule: str) -> Profile | None:
        if rule == "trailing_on_filled_take_profit":
            up = 1 if side == "buy" else -1
            levels = [Decimal(self._price(up * 10 * each)) for each in (1, 2, 3)]
            way: Direction = "above" if side == "buy" else "below"
            return steps_for(Decimal(self._price(0)), levels, way)
        if self._chance.random() < 1 / 3:
            return TrailingDistance(Decimal("0.003"), step=Decimal("0.0003"))
        return None

    def _keeper(self) -> Keeper | None:
        return self._chance.choice((None, None, "desk"))

    def _split(self, whole: int, parts: int) -> Iterator[int]:
        """So many sizes that are the whole together."""
        for left in range(parts - 1, 0, -1):
            size = self._chance.randint(PART, whole - PART * left)
            yield size
            whole -= size
        yield whole

    def _size(self) -> int:
        return self._chance.choice(SIZES)

    def _away(self) -> int:
        return self._chance.randint(*self._reach)

    def _price(self, points: int) -> str:
        return f"{float(self._last * (10_000 + points) / 10_000):.2f}"

    def _draft(self, name: str, side: Side, kind: Kind, size: int, **more: Any) -> Draft:
        return draft(name, side, kind, f"{UNIT * size:f}", pair=PAIR, **more)
