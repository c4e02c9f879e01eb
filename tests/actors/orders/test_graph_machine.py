"""Anything happens to a family of orders in any order; what has traded is the judge (G1 to G6).

The same is walked through by chance, much longer, by `benthic sweep graphs`.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from benthic.actors.market.errors import Reason
from benthic.benchmarks.graph_checks import faults, unguarded
from benthic.benchmarks.graph_family import Family
from benthic.benchmarks.graph_walks import REASONS, a_family

places = st.integers(0, 7)
shares = st.sampled_from([Fraction(1, 4), Fraction(1, 2), Fraction(1)])
prices = st.integers(920, 1_080).map(lambda tenths: Decimal(tenths) / 10)


class FamilyMachine(RuleBasedStateMachine):
    """Does to a family what can be done to it; places are counted round."""

    family: Family

    @initialize(chance=st.integers(0, 500))
    def draw(self, chance: int) -> None:
        self.family = a_family(Random(chance))  # noqa: S311 - chance that can be had again

    @rule(place=places, share=shares)
    @precondition(lambda self: self.family.those("intent", "accepted"))
    def fill(self, place: int, share: Fraction) -> None:
        out = self.family.those("intent", "accepted")
        self.family.fill(out[place % len(out)], share)

    @rule(place=places)
    @precondition(lambda self: self.family.those("due"))
    def send(self, place: int) -> None:
        due = self.family.those("due")
        self.family.send(due[place % len(due)])

    @rule(place=places)
    @precondition(lambda self: self.family.those("intent"))
    def accept(self, place: int) -> None:
        new = self.family.those("intent")
        self.family.accept(new[place % len(new)])

    @rule(place=places, reason=st.sampled_from(REASONS))
    @precondition(lambda self: self.family.those("intent"))
    def refuse(self, place: int, reason: Reason) -> None:
        new = [each for each in self.family.those("intent") if not each.filled]
        if new:
            self.family.refuse(new[place % len(new)], reason)

    @rule(place=places)
    @precondition(lambda self: self.family.those("accepted"))
    def take_off(self, place: int) -> None:
        out = self.family.those("accepted")
        self.family.take_off(out[place % len(out)])

    @rule(place=places)
    def cancel(self, place: int) -> None:
        live = [each for each in self.family.orders.values() if each.is_live]
        if live:
            self.family.cancel(live[place % len(live)])

    @rule(price=prices)
    def tick(self, price: Decimal) -> None:
        self.family.tick(price)

    @rule(time=st.sampled_from([100, 5_000, 12_000]))
    def wait(self, time: int) -> None:
        self.family.wait(time)

    @rule()
    def settle(self) -> None:
        self.family.settle()

        assert list(unguarded(self.family)) == []

    @invariant()
    def holds(self) -> None:
        assert list(faults(self.family)) == []


TestFamily = FamilyMachine.TestCase
TestFamily.settings = settings(max_examples=120, stateful_step_count=40)
