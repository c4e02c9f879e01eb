"""Promises of drafting: what could never do what it says is refused before anything is kept."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from benthic.actors.market import Kind
from benthic.actors.market.side import FULL
from benthic.actors.orders.drafting import Drafting
from benthic.actors.orders.drafts import Draft, GroupDraft, PlaceOrders
from benthic.actors.orders.groups import GROUP_RULES
from benthic.actors.orders.messages import Unplaceable
from benthic.actors.orders.model import Order
from benthic.actors.orders.plan import TrailingOwn, TrailingStep, TrailingSteps
from benthic.runtime import Millis

from .planned import TERMS


def a_draft(name: str, kind: Kind = "limit", **more: Any) -> Draft:
    given: Any = {"price": Decimal(100)} if kind == "limit" else {"stop": Decimal(90)}
    return Draft(
        name=name, symbol="BTC/USDT", side="sell", kind=kind, amount=Decimal(1), **given | more
    )


def drawn(*drafts: Draft, rule: str = "", trails: tuple[str, ...] = ()) -> tuple[Order, ...]:
    numbers = count()
    groups = (GroupDraft("ends", rule),) if rule else ()
    drafting = Drafting(
        TERMS, FULL, GROUP_RULES, lambda: (f"o-{(n := next(numbers))}", f"c-{n}"), trails
    )
    return drafting.draw_up(PlaceOrders(drafts, groups), Millis(0))


def test_a_group_that_its_rule_cannot_hold_together_is_refused_by_name() -> None:
    with pytest.raises(Unplaceable, match="group ends: it has no profit"):
        drawn(a_draft("stop", "stop_loss", group="ends"), rule="balanced")


def test_a_group_that_its_rule_can_hold_together_is_drawn_up() -> None:
    orders = drawn(
        a_draft("stop", "stop_loss", group="ends"), a_draft("profit", group="ends"), rule="balanced"
    )

    assert {order.status for order in orders} == {"due"}


def test_a_stop_that_trails_by_a_rule_of_nobodys_is_refused_with_those_that_are() -> None:
    draft = a_draft("stop", "stop_loss", profile=TrailingOwn("half_way"))

    with pytest.raises(Unplaceable, match="'half_way', which this desk was not given; it has none"):
        drawn(draft)
    with pytest.raises(Unplaceable, match="was not given; other, third"):
        drawn(draft, trails=("third", "other"))
    assert drawn(draft, trails=("half_way",))[0].status == "due"


def test_a_profile_that_could_not_trail_is_refused() -> None:
    steps = TrailingSteps((TrailingStep(Decimal(110), Decimal(120)),), "above")

    with pytest.raises(Unplaceable, match="where it is reached at once"):
        drawn(a_draft("stop", "stop_loss", profile=steps))
