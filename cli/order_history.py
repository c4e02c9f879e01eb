"""`benthic orders STORE --history`: what became of orders step by step, from the journal."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import attrs
from cyclopts import Parameter
from cyclopts.validators import Number

from ..actors.market.money import plain
from ..actors.orders.model import Status
from ..runtime import UsageError
from ..storage.exporting import named
from ..storage.history import OrderStep, Wanted, read_history
from .data.venue_options import moment
from .order_words import as_utc, revised
from .output import print_json

Tell = Callable[[OrderStep], object]


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class HistoryOptions:
    """Which steps of the history."""

    history: Annotated[
        bool, Parameter(help="Show what became of orders step by step, oldest first.")
    ] = False
    since: Annotated[str | None, Parameter(help="Steps of this time on, UTC.")] = None
    until: Annotated[str | None, Parameter(help="Steps of before this time, UTC.")] = None
    symbol: Annotated[str | None, Parameter(help="Steps of orders of this market.")] = None
    status: Annotated[
        Status | None, Parameter(help="Steps after which an order has this status.")
    ] = None
    limit: Annotated[
        int | None, Parameter(help="No more than the last N steps.", validator=Number(gte=1))
    ] = None

    def wanted(self, order: str | None) -> Wanted:
        """The steps that are asked for. Raises UsageError."""
        return Wanted(
            order=order,
            symbol=self.symbol,
            status=self.status,
            since=None if self.since is None else moment(self.since, option="--since"),
            until=None if self.until is None else moment(self.until, option="--until"),
        )

    def require_none(self, order: str | None) -> None:
        """Raise UsageError where something is asked for that only a history has."""
        named = {"an order": order, **attrs.asdict(self)}
        for name, value in named.items():
            if value is not None and value is not False:
                option = name if name == "an order" else f"--{name}"
                raise UsageError(f"{option} picks steps of a history; add --history")


NO_HISTORY: Final = HistoryOptions()


def show_history(store: Path, order: str | None, options: HistoryOptions, *, json: bool) -> None:
    """Print the steps that are asked for, one a line. Raises StoreError or UsageError."""
    wanted = options.wanted(order)
    with _last(options.limit, _print_as_json if json else _print_line) as tell:
        read_history(store, tell, wanted)


@contextmanager
def _last(limit: int | None, tell: Tell) -> Iterator[Tell]:
    """Tell only the last so many; all, as they come, where there is no limit."""
    if limit is None:
        yield tell
        return
    last: deque[OrderStep] = deque(maxlen=limit)
    yield last.append
    for step in last:
        tell(step)


def step_as_json(step: OrderStep) -> dict[str, Any]:
    """One step; amounts are text, times ms UTC."""
    fields = {field.name: getattr(step, field.name) for field in attrs.fields(OrderStep)}
    return {**fields, "wish": named(step.wish)}


def _print_as_json(step: OrderStep) -> None:
    print_json(step_as_json(step))


def _print_line(step: OrderStep) -> None:
    was = "" if step.before is None else f"{step.before} -> "
    price = "" if step.price is None else f" at {plain(step.price)}"
    stop = "" if step.stop is None else f" from {plain(step.stop)} on"
    numbers = f"{plain(step.amount)}{price}{stop}, filled {plain(step.filled)}"
    more = [step.evidence] if step.evidence else []
    if step.wish is not None:
        more.append(revised(step.wish))
    why = f" ({'; '.join(more)})" if more else ""
    millis = step.at % 1000
    sys.stdout.write(
        f"{as_utc(step.at)}.{millis:03} {step.account} {step.order_id} {step.symbol} "
        f"{was}{step.after}: {numbers}{why}\n"
    )
