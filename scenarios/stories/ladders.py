"""Stories of several take profits, and stops that are for what is left."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import Final

from ...actors.orders.trailing import steps_for
from .story import Cancel, Meanwhile, Part, Place, Price, Story
from .writing import balanced, limit, market, profit, stop, trailed

WHOLE: Final = "0.3"
LEVELS: Final = ("61000", "62000", "63000")
FILLED: Final = MappingProxyType(
    {"entry": "filled", "profit1": "filled", "profit2": "filled", "profit3": "filled"}
)
STEPS: Final = steps_for(Decimal(60_000), [Decimal(each) for each in LEVELS], "above")
TAKEN: Final = tuple(
    profit(level, "0.1", name=f"profit{number}") for number, level in enumerate(LEVELS, 1)
)
BOUGHT: Final = (market(WHOLE), stop("58000", WHOLE), *TAKEN)
FOLLOWED: Final = (market(WHOLE), stop("58000", WHOLE, profile=STEPS), *TAKEN)

LADDERS: Final = (
    Story(
        name="ladder_climbed",
        tells="Three take profits fill one after the other, and the stop ends with the last.",
        moves=(Place(BOUGHT, balanced()), Price("61100"), Price("62100"), Price("63100")),
        ends={**FILLED, "stop": "cancelled"},
    ),
    Story(
        name="ladder_jumped",
        tells="The market jumps beyond three take profits at once.",
        moves=(Place(BOUGHT, balanced()), Price("63500")),
        ends={**FILLED, "stop": "cancelled"},
    ),
    Story(
        name="ladder_left_half_way",
        tells="Two take profits fill, and the stop is met for the third that is left.",
        moves=(
            Place(BOUGHT, balanced()),
            Price("61100"),
            Price("62100"),
            Price("57900"),
        ),
        ends={**FILLED, "profit3": "cancelled", "stop": "filled 0.1"},
    ),
    Story(
        name="ladder_never_climbed",
        tells="The stop is met before any take profit, for all of it.",
        moves=(Place(BOUGHT, balanced()), Price("57900")),
        ends={
            "entry": "filled",
            "stop": "filled",
            "profit1": "cancelled",
            "profit2": "cancelled",
            "profit3": "cancelled",
        },
    ),
    Story(
        name="ladder_that_rests",
        tells="Take profits and stop rest together; the stop shrinks with each that fills.",
        moves=(Place(BOUGHT, balanced(None)), Price("61100"), Price("62100")),
        ends={**FILLED, "profit3": "accepted", "stop": "accepted of 0.1"},
        left={"BTC/USDT": "0.1"},
    ),
    Story(
        name="ladder_between_two_stops",
        tells="Two stops and two take profits; one of each side goes, and one of each is left.",
        moves=(
            Place(
                (
                    market("0.2"),
                    stop("58500", "0.1", name="stop1"),
                    stop("57500", "0.1", name="stop2"),
                    profit("61500", "0.1", name="profit1", reference="60000"),
                    profit("62500", "0.1", name="profit2", reference="60000"),
                ),
                balanced(None),
            ),
            Price("58400"),
        ),
        ends={
            "entry": "filled",
            "stop1": "filled",
            "stop2": "accepted",
            "profit1": "accepted",
            "profit2": "cancelled",
        },
        left={"BTC/USDT": "0.1"},
    ),
    Story(
        name="ladder_filled_by_and_by",
        tells="The entry of a ladder fills in two parts, and its first take profit fills then.",
        moves=(
            Place((limit("59500", WHOLE), *BOUGHT[1:]), balanced()),
            Part("entry", "0.5"),
            Part("entry", "1"),
            Price("61100"),
        ),
        ends={**FILLED, "profit2": "inactive", "profit3": "inactive", "stop": "accepted of 0.2"},
        left={"BTC/USDT": "0.2"},
    ),
    Story(
        name="ladder_with_a_rung_in_part",
        tells="A take profit that rests fills in part, and the stop shrinks by as much.",
        moves=(Place(BOUGHT, balanced(None)), Part("profit1", "0.5")),
        ends={
            **FILLED,
            "profit1": "accepted 0.05",
            "profit2": "accepted",
            "profit3": "accepted",
            "stop": "accepted of 0.25",
        },
        left={"BTC/USDT": "0.25"},
    ),
    Story(
        name="ladder_with_a_rung_taken_out",
        tells="Somebody takes the last take profit back: as much comes off the stop.",
        moves=(Place(BOUGHT, balanced(None)), Cancel("profit3"), Price("61100")),
        ends={
            **FILLED,
            "profit2": "accepted",
            "profit3": "cancelled",
            "stop": "accepted of 0.1",
        },
        left={"BTC/USDT": "0.2"},
    ),
    Story(
        name="stop_follows_what_was_gained",
        tells="The stop goes to the entry once the first take profit has filled, and is met there.",
        moves=(Place(FOLLOWED, trailed()), Price("61100"), Price("59900")),
        ends={
            **FILLED,
            "profit2": "cancelled",
            "profit3": "cancelled",
            "stop": "filled 0.2",
        },
    ),
    Story(
        name="stop_follows_to_the_last_rung",
        tells="The stop goes up with two take profits and waits below the third.",
        moves=(Place(FOLLOWED, trailed()), Price("61100"), Price("62100")),
        ends={**FILLED, "profit3": "inactive", "stop": "accepted of 0.1 at 61000"},
        left={"BTC/USDT": "0.1"},
    ),
    Story(
        name="stop_follows_where_all_rests",
        tells="Stop and take profits rest together, and the stop moves up as the first one fills.",
        moves=(Place(FOLLOWED, trailed(None)), Price("61100"), Price("62100"), Price("60900")),
        ends={**FILLED, "profit3": "cancelled", "stop": "filled 0.1"},
    ),
    Story(
        name="ladder_touched_in_a_fall",
        tells="The market touches a take profit and falls beyond the stop before anybody can look.",
        moves=(Place(BOUGHT, balanced()), Meanwhile((Price("61100"), Price("57900")))),
        ends={
            "entry": "filled",
            "stop": "filled",
            "profit1": "cancelled",
            "profit2": "cancelled",
            "profit3": "cancelled",
        },
    ),
)
