"""Orders that belong together, drawn by chance: what a strategy with stops would place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from random import Random
from types import MappingProxyType
from typing import Any, Final

from ...actors.market.side import Side, opposite
from ...actors.orders.drafts import Draft, GroupDraft
from ...actors.orders.plan import Expiry, Profile, Swap, TrailingDistance
from ...actors.orders.trailing import steps_for
from ...runtime import Millis
from .batches import draft

NEAR: Final = (5, 60)  # basis points between the entry and its ends, from and to
RULES: Final = ("oco", "oco", "balanced", "trailing_on_filled_take_profit")
EXPIRES: Final = 600_000  # ms, of an entry that does not fill


class Drawing:
    """Draws batches for one market. digits: of amounts and of prices."""

    def __init__(self, pair: str, digits: tuple[int, int], chance: Random) -> None:
        self._pair = pair
        self._digits = digits
        self._chance = chance

    def guarded(
        self, side: Side, amount: Fraction, last: Fraction, now: Millis
    ) -> tuple[tuple[Draft, ...], tuple[GroupDraft, ...]]:
        """An entry, and what its fills set free: a stop, and what takes the gain."""
        chance = self._chance
        rule = chance.choice(RULES)
        swap = Swap(timeout=Millis(chance.choice((5_000, 30_000, 120_000))))
        parts = 1 if rule == "oco" else chance.randint(1, 3)
        drafts = (
            self._entry(side, amount, last, now),
            self._stop(side, amount, last, rule, parts),
            *self._profits(side, amount, last, parts),
        )
        return drafts, (GroupDraft("ends", rule, swap),)

    def alone(self, side: Side, amount: Fraction, last: Fraction) -> tuple[Draft, ...]:
        """One order that waits for a price by itself."""
        kind = self._chance.choice(
            ("stop_loss", "take_profit", "stop_limit", "trailing_stop_limit")
        )
        more: dict[str, Any] = {}
        away = self._away()
        goes_up = (kind in {"stop_loss", "stop_limit"}) == (side == "buy")
        if kind != "trailing_stop_limit":
            more["stop"] = self._price(last, away if goes_up else -away)
        else:
            more.update(trail="0.002", reference=self._price(last, 0))
        if kind in {"stop_limit", "trailing_stop_limit"}:
            more["price"] = self._price(last, 3 * away if side == "buy" else -3 * away)
        keeper = self._chance.choice((None, "desk"))
        return (self._draft("alone", side, kind, amount, keeper=keeper, **more),)

    def _entry(self, side: Side, amount: Fraction, last: Fraction, now: Millis) -> Draft:
        if self._chance.random() < 1 / 2:
            return self._draft("entry", side, "market", amount, reference=self._price(last, 0))
        away = -self._away() if side == "buy" else self._away()
        price = self._price(last, away)
        expiry = Expiry(at=Millis(now + EXPIRES))
        return self._draft("entry", side, "limit", amount, price=price, expiry=expiry)

    def _stop(self, side: Side, amount: Fraction, last: Fraction, rule: str, parts: int) -> Draft:
        down = -1 if side == "buy" else 1
        stop = self._price(last, down * self._away())
        profile: Profile | None = None
        if rule == "trailing_on_filled_take_profit":
            levels = [Decimal(self._price(last, -down * 10 * each)) for each in range(1, parts + 2)]
            profile = steps_for(
                Decimal(self._price(last, 0)), levels, "above" if side == "buy" else "below"
            )
        elif self._chance.random() < 1 / 3:
            profile = TrailingDistance(Decimal("0.003"), step=Decimal("0.0005"))
        return self._draft(
            "stop", opposite(side), "stop_loss", amount, stop=stop, profile=profile, **_ENDS
        )

    def _profits(self, side: Side, amount: Fraction, last: Fraction, parts: int) -> Iterator[Draft]:
        up = 1 if side == "buy" else -1
        for number in range(parts):
            price = self._price(last, up * (self._away() + 10 * number))
            yield self._draft(
                f"profit {number}", opposite(side), "limit", amount / parts, price=price, **_ENDS
            )

    def _away(self) -> int:
        return self._chance.randint(*NEAR)

    def _price(self, last: Fraction, points: int) -> str:
        return f"{float(last * (10_000 + points) / 10_000):.{self._digits[1]}f}"

    def _draft(self, name: str, side: Side, kind: Any, amount: Fraction, **more: Any) -> Draft:
        return draft(
            name, side, kind, f"{float(amount):.{self._digits[0]}f}", pair=self._pair, **more
        )


_ENDS: Final[Mapping[str, Any]] = MappingProxyType(
    {"after": "entry", "group": "ends", "purpose": "protective"}
)
