"""From a batch of drafts to the orders that are kept: each checked, each with its place. Pure.

What can be refused is refused here, before anything is kept: an order that its market does not
allow, a chain that runs in a circle, a group across markets, a stop on the wrong side.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from ...runtime import Millis
from ..market.filters import violation
from ..market.instrument import Instrument
from ..market.money import ZERO, multiply
from ..market.precision import ceil_to_step, floor_to_step
from ..market.side import LIMITED, SIDES, STOPS, TRIGGERED, Kind
from .drafts import Draft, GroupDraft, PlaceOrders
from .factory import Terms, is_positive
from .graph import group_of
from .groups import GroupRule
from .levels import level_of
from .messages import Unplaceable
from .model import Order, Status
from .plan import Chain, Group, Keeper, Plan, TrailingDistance, TrailingOwn, Trigger
from .trailing import fault_of, stop_at

DRAFTS = 256  # of a batch: one commit has to hold it
TAG = 64  # characters
FINENESS = Decimal("0.05")  # of its distance: by so much of the price a trailing stop is moved
_ONE = Decimal(1)
_KINDS: Final[Mapping[Kind, tuple[str, ...]]] = MappingProxyType(
    {
        "market": ("reference",),
        "limit": ("price",),
        "stop_loss": ("stop",),
        "take_profit": ("stop",),
        "stop_limit": ("stop", "price"),
        "take_profit_limit": ("stop", "price"),
        "trailing_stop": ("trail", "reference"),
        "trailing_stop_limit": ("trail", "reference", "price"),
    }
)
"""What each kind needs."""


class Drafting:
    """Draws up the orders of one desk.

    terms: by symbol. kinds: what the venue takes as it is. rules: of groups, by name.
    draw: gives an id and the client id that belongs to it, never used before. trails: names of
    rules to trail.
    """

    def __init__(
        self,
        terms: Mapping[str, Terms],
        kinds: Collection[Kind],
        rules: Mapping[str, GroupRule],
        draw: Callable[[], tuple[str, str]],
        trails: Collection[str] = (),
    ) -> None:
        self._terms = terms
        self._kinds = kinds
        self._rules = rules
        self._draw = draw
        self._trails = trails

    def draw_up(self, batch: PlaceOrders, at: Millis) -> tuple[Order, ...]:
        """The orders of a batch, none of them sent. Raises Unplaceable."""
        drafts = {draft.name: draft for draft in batch.drafts}
        self._require_batch(batch, drafts)
        groups = self._groups(batch)
        ids: dict[str, str] = {}
        orders: dict[str, Order] = {}
        for name in _parents_first(batch.drafts):  # so that a parent is never the younger one
            draft = drafts[name]
            order_id, client_id = self._draw()
            ids[name] = order_id
            parent = orders[draft.after] if draft.after else None
            orders[name] = self._order(
                draft, order_id, client_id, at, parent=parent, group=groups.get(draft.group)
            )
        drawn = tuple(orders[draft.name] for draft in batch.drafts)
        for each in batch.groups:
            self._require_group(each, groups[each.name], drawn)
        return drawn

    def _require_group(self, draft: GroupDraft, group: Group, orders: Sequence[Order]) -> None:
        members = tuple(each for each in orders if group_of(each) == group)
        if members and (fault := self._rules[draft.rule].check(members)):
            raise Unplaceable(members[0].symbol, reason=f"group {draft.name}: {fault}")

    def _require_batch(self, batch: PlaceOrders, drafts: Mapping[str, Draft]) -> None:
        if not 0 < len(batch.drafts) <= DRAFTS:
            raise _bad(batch.drafts, f"a batch has 1 to {DRAFTS} orders, not {len(batch.drafts)}")
        if len(drafts) < len(batch.drafts):
            raise _bad(batch.drafts, "two orders of the batch have one name: name each apart")
        symbols: dict[str, str] = {}
        for draft in batch.drafts:
            if draft.after and draft.after not in drafts:
                known = ", ".join(drafts)
                reason = f"{draft.name} comes after {draft.after!r}, which is none of {known}"
                raise Unplaceable(draft.symbol, reason=reason)
            if draft.group:
                other = symbols.setdefault(draft.group, draft.symbol)
                if other != draft.symbol:
                    reason = f"group {draft.group} has orders of {other} as well: a group is of one"
                    raise Unplaceable(draft.symbol, reason=f"{reason} market of one exchange")
            if draft.after and drafts[draft.after].symbol != draft.symbol:
                other = drafts[draft.after].symbol
                reason = f"{draft.name} comes after an order of {other}: chains are of one market"
                raise Unplaceable(draft.symbol, reason=reason)

    def _groups(self, batch: PlaceOrders) -> dict[str, Group]:
        groups: dict[str, Group] = {}
        for draft in batch.groups:
            if draft.rule not in self._rules:
                known = ", ".join(sorted(self._rules))
                raise _bad(batch.drafts, f"group {draft.name}: no rule {draft.rule!r}; {known}")
            if draft.swap is not None and draft.swap.timeout <= 0:
                raise _bad(batch.drafts, f"group {draft.name}: its swap needs a timeout above 0")
            groups[draft.name] = Group(self._draw()[0], draft.rule, draft.swap)
        for each in batch.drafts:
            if each.group and each.group not in groups:
                reason = f"{each.name} is of group {each.group!r}, which the batch does not have"
                raise Unplaceable(each.symbol, reason=reason)
        if len(groups) < len(batch.groups):
            raise _bad(batch.drafts, "two groups of the batch have one name: name each apart")
        return groups

    def _order(
        self,
        draft: Draft,
        order_id: str,
        client_id: str,
        at: Millis,
        *,
        parent: Order | None,
        group: Group | None,
    ) -> Order:
        terms = self._terms.get(draft.symbol)
        if terms is None:
            known = ", ".join(self._terms) or "nothing"
            raise Unplaceable(draft.symbol, reason=f"not traded here; this desk trades {known}")
        _require_draft(draft)
        self._require_trail(draft)
        keeper = self._keeper(draft)
        draft = _on_steps(_following(draft, keeper), terms.instrument)
        chain = None
        if parent is not None:
            chain = Chain(parent.id, draft.amount, parent.amount, draft.release, draft.takes_fees)
        trigger = draft.trigger or _turn_of(draft, group)
        plan = Plan(
            stop=draft.stop,
            trail=draft.trail,
            time_in_force=draft.time_in_force,
            effect=draft.effect,
            tag=draft.tag,
            keeper=keeper,
            reference=draft.reference,
            chain=chain,
            group=group,
            trigger=trigger,
            profile=draft.profile,
            expiry=draft.expiry,
        )
        status: Status = "due"
        if chain is not None:
            status = "chained"
        elif trigger is not None or keeper == "desk":
            status = "inactive"
        return Order(
            order_id,
            client_id,
            draft.symbol,
            draft.side,
            draft.kind,
            draft.amount,
            draft.price,
            status,
            terms.quote if draft.side == "buy" else terms.base,
            ZERO,
            ZERO,
            ZERO,
            ZERO,
            "",
            at,
            at,
            purpose=draft.purpose,
            plan=plan,
        )

    def _require_trail(self, draft: Draft) -> None:
        profile = draft.profile
        if isinstance(profile, TrailingOwn) and profile.rule not in self._trails:
            known = ", ".join(sorted(self._trails)) or "it has none"
            reason = (
                f"{draft.name} trails by {profile.rule!r}, which this desk was not given; {known}"
            )
            raise Unplaceable(draft.symbol, reason=reason)

    def _keeper(self, draft: Draft) -> Keeper:
        """Who waits for its price: the venue where it has the kind, unless the desk is wanted."""
        if draft.kind not in TRIGGERED:
            return "venue"
        offered = self._kinds
        if draft.keeper == "venue" and draft.kind not in offered:
            reason = f"{draft.name}: the venue has no {draft.kind}; leave `keeper` to the desk"
            raise Unplaceable(draft.symbol, reason=reason)
        if draft.keeper is None:
            return "venue" if draft.kind in offered else "desk"
        return draft.keeper


def _turn_of(draft: Draft, group: Group | None) -> Trigger | None:
    """What a member of a swapping group waits for, where it is not the one that rests first."""
    if group is None or group.swap is None:
        return None
    is_first = (draft.kind in STOPS) == (group.swap.priority == "stop_first")
    if is_first:
        return None
    if draft.kind in TRIGGERED:
        level = draft.stop
        return None if level is None else Trigger(*level_of(draft.side, draft.kind, level))
    if draft.price is None:
        reason = f"{draft.name} waits its turn in a swapping group: give it a price or a trigger"
        raise Unplaceable(draft.symbol, reason=reason)
    return Trigger(*level_of(draft.side, draft.kind, draft.price))


def _require_draft(draft: Draft) -> None:
    """Raise Unplaceable where a draft contradicts itself."""
    for reason in (_wrong_numbers(draft), _wrong_words(draft), _wrong_profile(draft)):
        if reason:
            raise Unplaceable(draft.symbol, reason=f"{draft.name or 'an order'}: {reason}")


def _wrong_numbers(draft: Draft) -> str:
    """What is wrong with its prices and amounts; empty: nothing."""
    if draft.side not in SIDES or draft.kind not in _KINDS:
        known = ", ".join(_KINDS)
        return f"{draft.side!r} {draft.kind!r} is no order: buy or sell, and one of {known}"
    for field in ("price", "stop", "trail", "reference"):
        if wrong := _wrong_price(draft, field, getattr(draft, field)):
            return wrong
    if not is_positive(draft.amount):
        return f"`amount` {draft.amount} is not above 0"
    if draft.trail is not None and draft.trail >= _ONE:
        return f"`trail` {draft.trail} is a share of the price: below 1"
    return ""


def _wrong_price(draft: Draft, field: str, value: Decimal | None) -> str:
    needed = _KINDS[draft.kind]
    if value is None:
        return f"a {draft.kind} order needs `{field}`" if field in needed else ""
    if field not in needed and field != "reference":
        return f"a {draft.kind} order has no `{field}`: leave it out"
    return "" if is_positive(value) else f"`{field}` {value} is not above 0"


def _wrong_words(draft: Draft) -> str:
    """What is wrong with all else; empty: nothing."""
    if len(draft.tag) > TAG:
        return f"`tag` has {len(draft.tag)} characters: at most {TAG}"
    if draft.time_in_force == "GTX" and draft.kind != "limit":
        return "only a limit order can be post-only"
    if draft.trigger is not None and not is_positive(draft.trigger.price):
        return f"its trigger at {draft.trigger.price} is no price above 0"
    expiry = draft.expiry
    if expiry is not None and expiry.at is None and expiry.price is None:
        return "its expiry has neither a time nor a price"
    if expiry is not None and expiry.price is not None and not is_positive(expiry.price):
        return f"it expires at {expiry.price}, which is no price above 0"
    return ""


def _wrong_profile(draft: Draft) -> str:
    """What is wrong with how it trails; empty: nothing."""
    profile = draft.profile
    if profile is None:
        return ""
    if draft.kind not in STOPS or draft.trail is not None:
        return f"a {draft.kind} order takes no profile: give it to a stop_loss or stop_limit"
    return fault_of(profile)


def _following(draft: Draft, keeper: Keeper) -> Draft:
    """A trailing stop that the desk keeps is a stop with a profile."""
    if keeper == "venue" or draft.trail is None or draft.reference is None:
        return draft
    step = multiply(draft.trail, FINENESS)
    profile = TrailingDistance(draft.trail, "share", draft.reference, step)
    return replace(draft, stop=stop_at(profile, draft.reference, draft.side), profile=profile)


def _on_steps(draft: Draft, instrument: Instrument) -> Draft:
    """The draft with its amount and prices on the steps of its market. Raises Unplaceable."""
    to_step = floor_to_step if draft.side == "buy" else ceil_to_step
    step = instrument.price_step
    amount = floor_to_step(draft.amount, instrument.amount_step)
    price = None if draft.price is None else to_step(draft.price, step)
    stop = None if draft.stop is None else to_step(draft.stop, step)
    worth = price or stop or draft.reference
    if worth is None:
        raise AssertionError(draft)  # every kind needs one of them
    limit = price if draft.kind in LIMITED else None
    broken = violation(instrument, amount, limit, worth)
    if broken is not None:
        reason = f"{draft.name}: {broken.reason}: {broken.detail}"
        raise Unplaceable(draft.symbol, reason=reason)
    return replace(draft, amount=amount, price=price, stop=stop)


def _parents_first(drafts: Sequence[Draft]) -> tuple[str, ...]:
    """Names in an order in which every draft comes after its parent. Raises Unplaceable."""
    sorter = TopologicalSorter({each.name: (each.after,) if each.after else () for each in drafts})
    try:
        return tuple(sorter.static_order())
    except CycleError as error:
        circle = " after ".join(map(str, error.args[1]))
        raise _bad(drafts, f"{circle}: none of these would ever be sent") from None


def _bad(drafts: Sequence[Draft], reason: str) -> Unplaceable:
    return Unplaceable(drafts[0].symbol if drafts else "an empty batch", reason=reason)
