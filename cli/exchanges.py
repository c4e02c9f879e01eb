"""`benthic exchanges`: what the exchanges of the installed ccxt can do through our connectors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import attrs
from cyclopts import App, Parameter
from rich.markup import escape

from .exits import ExitCode
from .output import console, print_json, table

if TYPE_CHECKING:
    from ..actors.exchange.adapters.capabilities import Capabilities
    from ..actors.exchange.adapters.survey import Surveyed

Need = Literal["websockets", "testnet", "trading", "client-id", "user-stream", "adapter"]

ORDERS: Final = (
    ("m", "market"),
    ("l", "limit"),
    ("s", "stop_loss"),
    ("t", "take_profit"),
    ("r", "trailing_stop"),
)
ACCOUNT: Final = (("o", "orders"), ("f", "fills"), ("b", "balances"), ("p", "positions"))
LEGENDS: Final = (ORDERS, ACCOUNT)

YES: Final = "yes"
NO: Final = "-"

command: Final = App(name="exchanges")


@command.default
def exchanges(
    name: Annotated[
        str | None, Parameter(help="ccxt's name of one exchange: all about it.")
    ] = None,
    /,
    *,
    family: Annotated[
        Literal["spot", "linear", "inverse", "option"] | None,
        Parameter(help="Only those that trade it."),
    ] = None,
    need: Annotated[
        tuple[Need, ...], Parameter(help="Only those that have it; may be given several times.")
    ] = (),
    json: Annotated[bool, Parameter(help="Print one JSON object for scripts.")] = False,
) -> int:
    """Show what exchanges can do: markets, streams, orders, client ids, testnets. No network."""
    from ..actors.exchange.adapters.survey import survey, surveyed

    if name is not None:
        return _show_one(surveyed(name), json=json)
    found = [each for each in survey() if _fits(each, family, need)]
    if json:
        print_json({"exchanges": [_as_object(each) for each in found]})
    else:
        _show_all(found)
    return ExitCode.OK


def _fits(each: Surveyed, family: str | None, need: tuple[Need, ...]) -> bool:
    if family is not None and family not in each.capabilities.families:
        return False
    return all(_has(each, wanted) for wanted in need)


def _has(each: Surveyed, wanted: Need) -> bool:
    known = each.capabilities
    return {
        "websockets": known.has_websockets,
        "testnet": known.has_testnet,
        "trading": not known.is_data_only,
        "client-id": known.client_id is not None,
        "user-stream": bool(known.user_stream),
        "adapter": each.is_adapted,
    }[wanted]


def _show_all(found: list[Surveyed]) -> None:
    columns = ("name", "spot", "linear", "inverse", "REST", "WebSocket", "orders")
    more = ("client id", "user stream", "testnet", "adapter")
    drawn = table(*columns, *more, title="exchanges")
    for each in found:
        known = each.capabilities
        drawn.add_row(
            each.name,
            *(_mark(family in known.families) for family in ("spot", "linear", "inverse")),
            YES,
            _mark(known.has_websockets),
            _letters(ORDERS, known.kinds),
            _mark(known.client_id is not None),
            _letters(ACCOUNT, known.user_stream),
            _mark(known.has_testnet),
            each.adapter if each.is_adapted else NO,
        )
    console().print(drawn)
    orders, account = ("; ".join(f"{key} {word}" for key, word in each) for each in LEGENDS)
    console().print(f"orders: {orders}. user stream: {account}.")
    console().print(f"{len(found)} exchanges; `benthic exchanges NAME` says more of one")


def _show_one(each: Surveyed, *, json: bool) -> int:
    if json:
        print_json(_as_object(each))
        return ExitCode.OK
    known = each.capabilities
    adapter = f"{each.adapter} ({each.origin})" if each.is_adapted else f"{each.adapter}, for any"
    drawn = table("", "", title=f"{each.name}: {each.title}")
    rows = (
        ("adapter", adapter),
        ("markets", ", ".join(known.families) or NO),
        ("orders", ", ".join(known.kinds) or "none: data only"),
        ("times in force", ", ".join(known.times_in_force)),
        ("client id", _client_id(known)),
        ("look-up by it", _mark(known.can_look_up)),
        ("cancel by it", _mark(known.can_cancel_unseen)),
        ("fills in the answer", _mark(known.tells_fills)),
        ("no trace is proof", NO if known.fence is None else f"after {known.fence} ms"),
        ("user stream", ", ".join(known.user_stream) or NO),
        ("public streams", ", ".join(known.public_streams) or NO),
        ("candles", f"{', '.join(known.frames) or NO}; {known.max_candles} a request"),
        ("positions", _mark(known.has_positions)),
        ("funding", _mark(known.has_funding)),
        ("open interest", _mark(known.has_open_interest)),
        ("amend", _mark(known.can_amend)),
        ("OCO", _mark(known.has_oco)),
        ("testnet", _mark(known.has_testnet)),
    )
    for row in rows:
        drawn.add_row(*row)
    console().print(drawn)
    return ExitCode.OK


def _letters(legend: Iterable[tuple[str, str]], known: Iterable[str]) -> str:
    has = frozenset(known)
    return "".join(letter for letter, word in legend if word in has) or NO


def _client_id(known: Capabilities) -> str:
    rule = known.client_id
    return NO if rule is None else escape(f"{rule.longest} of {rule.letters}, ours {rule.form}")


def _mark(has: bool) -> str:  # noqa: FBT001 - it is what is shown
    return YES if has else NO


def _as_object(each: Surveyed) -> dict[str, Any]:
    return attrs.asdict(each)
