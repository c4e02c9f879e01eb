"""Stories of many orders: grids of twenty, chains of chains, and several families at once."""

from __future__ import annotations

from typing import Any, Final

from ...actors.orders.drafts import Draft, GroupDraft
from ..world.batches import draft
from .story import Cancel, Edit, Meanwhile, Part, Place, Price, Story
from .writing import limit, market, oco, profit, stop

RUNGS: Final = range(1, 11)
STEP: Final = 200
SIZE: Final = "0.01"
ETHER: Final = "ETH/USDT"


def _buys() -> tuple[Draft, ...]:
    return tuple(limit(f"{60_000 - STEP * n}", SIZE, name=f"buy{n}") for n in RUNGS)


def _sells() -> tuple[Draft, ...]:
    return tuple(limit(f"{60_000 + STEP * n}", SIZE, name=f"sell{n}", side="sell") for n in RUNGS)


def _counters() -> tuple[Draft, ...]:
    """What sells again, one rung higher, whatever a rung has bought."""
    return tuple(
        limit(f"{60_000 - STEP * (n - 1)}", SIZE, name=f"back{n}", side="sell", after=f"buy{n}")
        for n in RUNGS
    )


def _bracket(prefix: str, at: int, pair: str, amount: str) -> tuple[Draft, ...]:
    """An entry at market with both ends, three percent away."""
    names: dict[str, Any] = {"pair": pair, "after": f"{prefix}entry", "group": f"{prefix}ends"}
    return (
        market(amount, name=f"{prefix}entry", pair=pair, reference=f"{at}"),
        stop(f"{at * 97 // 100}", amount, name=f"{prefix}stop", **names),
        profit(f"{at * 103 // 100}", amount, name=f"{prefix}profit", **names),
    )


def _ends(prefix: str) -> tuple[GroupDraft, ...]:
    return oco(name=f"{prefix}ends")


def _all(words: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, words)


def _rungs(name: str, filled: int, rest: str = "accepted") -> dict[str, str]:
    return {f"{name}{n}": "filled" if n <= filled else rest for n in RUNGS}


GRIDS: Final = (
    Story(
        name="grid_of_twenty",
        tells="Ten buys below and ten sells above; the market goes down three and up two.",
        moves=(Place((*_buys(), *_sells())), Price("59350"), Price("60450")),
        ends={**_rungs("buy", 3), **_rungs("sell", 2)},
        left={"BTC/USDT": "0.01"},
    ),
    Story(
        name="grid_that_sells_back",
        tells="Ten buys, each with a sell one rung higher; three fill, and two are sold again.",
        moves=(Place((*_buys(), *_counters())), Price("59350"), Price("59850")),
        ends={
            **_rungs("buy", 3),
            **_rungs("back", 0, "chained"),
            "back1": "accepted",
            "back2": "filled",
            "back3": "filled",
        },
        left={"BTC/USDT": "0.01"},
    ),
    Story(
        name="grid_changed_by_hand",
        tells="Of a grid of twenty one rung is taken out, one is moved, and the market comes down.",
        moves=(
            Place((*_buys(), *_sells())),
            Meanwhile((Cancel("buy1"), Edit("buy10", price="59700"), Cancel("sell1"))),
            Price("59650"),
        ),
        ends={
            **_rungs("buy", 0),
            **_rungs("sell", 0),
            "buy1": "cancelled",
            "buy10": "filled",
            "sell1": "cancelled",
        },
        left={"BTC/USDT": "0.01"},
    ),
    Story(
        name="bought_again_lower",
        tells="After its gain a second entry is placed by the first one's chain, with a stop.",
        moves=(
            Place(
                (
                    market(),
                    profit("61500", group=""),
                    limit("60500", name="again", after="profit"),
                    stop("59000", name="stop_again", after="again", group=""),
                )
            ),
            Price("61600"),
            Price("60400"),
            Price("58900"),
        ),
        ends=_all("filled", "entry", "profit", "again", "stop_again"),
    ),
    Story(
        name="brackets_in_a_chain",
        tells="The gain of one bracket sets another free, which is stopped out.",
        moves=(
            Place(
                (
                    market(),
                    stop("58000"),
                    profit("61500"),
                    limit("60500", name="again", after="profit"),
                    stop("59500", name="stop2", after="again", group="more"),
                    profit("62500", name="profit2", after="again", group="more"),
                ),
                (*oco(), *oco(name="more")),
            ),
            Price("61600"),
            Price("60400"),
            Price("59400"),
        ),
        ends={
            "entry": "filled",
            "stop": "cancelled",
            "profit": "filled",
            "again": "filled",
            "stop2": "filled",
            "profit2": "cancelled",
        },
    ),
    Story(
        name="chain_cut_at_its_head",
        tells="The first of a chain of four ends unfilled, and all that waited for it ends.",
        moves=(
            Place(
                (
                    limit("59500"),
                    profit("61500", group=""),
                    limit("60500", name="again", after="profit"),
                    stop("59000", name="stop_again", after="again", group=""),
                )
            ),
            Cancel("entry"),
        ),
        ends=_all("cancelled", "entry", "profit", "again", "stop_again"),
    ),
    Story(
        name="chain_in_parts",
        tells="A chain of three fills in part; once its gain is taken, its entry is cancelled.",
        moves=(
            Place(
                (
                    limit("59500"),
                    profit("61500", group=""),
                    limit("60500", name="again", after="profit"),
                )
            ),
            Part("entry", "0.5"),
            Part("profit", "1"),
        ),
        ends={"entry": "cancelled 0.05", "profit": "filled 0.05", "again": "accepted of 0.05"},
    ),
    Story(
        name="two_families_at_once",
        tells="Two brackets of one market, placed one after the other, end differently.",
        moves=(
            Place((market(), stop("58000"), profit("61500")), oco()),
            Place(
                (
                    market(name="second"),
                    stop("59000", name="stop2", after="second", group="more"),
                    profit("62500", name="profit2", after="second", group="more"),
                ),
                oco(name="more"),
            ),
            Price("61600"),
            Price("58900"),
        ),
        ends={
            "entry": "filled",
            "stop": "cancelled",
            "profit": "filled",
            "second": "filled",
            "stop2": "filled",
            "profit2": "cancelled",
        },
    ),
    Story(
        name="long_and_short_at_once",
        tells="One batch buys and sells short, each with its own ends; one move ends both.",
        moves=(
            Place(
                (
                    market(),
                    stop("58000"),
                    profit("61500"),
                    market(name="short", side="sell"),
                    stop("61400", name="stop2", side="buy", after="short", group="more"),
                    profit("58500", name="profit2", side="buy", after="short", group="more"),
                ),
                (*oco(), *oco(name="more")),
            ),
            Price("61600"),
        ),
        ends={
            "entry": "filled",
            "stop": "cancelled",
            "profit": "filled",
            "short": "filled",
            "stop2": "filled",
            "profit2": "cancelled",
        },
    ),
    Story(
        name="two_markets",
        tells="A bracket in each of two markets, of a bot each: one is gained, one is stopped out.",
        moves=(
            Place(_bracket("b_", 60_000, "BTC/USDT", "0.1"), _ends("b_")),
            Place(_bracket("e_", 3_000, ETHER, "2"), _ends("e_")),
            Meanwhile((Price("61900"), Price("2900", ETHER))),
        ),
        ends={
            "b_entry": "filled",
            "b_stop": "cancelled",
            "b_profit": "filled",
            "e_entry": "filled",
            "e_stop": "filled",
            "e_profit": "cancelled",
        },
    ),
    Story(
        name="entries_of_every_kind",
        tells="Four entries of one batch: at market, at a limit, as a stop, and one that is far.",
        moves=(
            Place(
                (
                    market(SIZE, name="now"),
                    limit("59500", SIZE, name="low"),
                    draft("high", "buy", "stop_loss", SIZE, stop="60500"),
                    limit("50000", SIZE, name="far", time_in_force="GTX"),
                )
            ),
            Price("60600"),
            Price("59400"),
        ),
        ends={"now": "filled", "low": "filled", "high": "filled", "far": "accepted"},
        left={"BTC/USDT": "0.03"},
    ),
)
