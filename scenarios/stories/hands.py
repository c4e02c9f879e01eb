"""Stories in which somebody cancels or edits what is under way."""

from __future__ import annotations

from typing import Final

from .story import Cancel, Edit, Meanwhile, Part, Place, Price, Story
from .writing import closes, limit, market, oco, profit, stop

RESTS: Final = (limit("59500"), stop("58000"), profit("61500"))
BOUGHT: Final = (market(), stop("58000"), profit("61500"))

HANDS: Final = (
    Story(
        name="entry_taken_back",
        tells="An entry that rests is cancelled: what waited for it goes with it.",
        moves=(Place(RESTS, oco()), Cancel("entry"), Price("59400")),
        ends={"entry": "cancelled", "stop": "cancelled", "profit": "cancelled"},
    ),
    Story(
        name="entry_taken_back_after_a_part",
        tells="An entry is cancelled after it has filled in part, which is stopped out.",
        moves=(Place(RESTS, oco()), Part("entry", "0.4"), Cancel("entry"), Price("57900")),
        ends={"entry": "cancelled 0.04", "stop": "filled 0.04", "profit": "cancelled"},
    ),
    Story(
        name="entry_taken_back_and_gained",
        tells="An entry is cancelled after two parts, and the gain is taken for these.",
        moves=(
            Place(RESTS, oco()),
            Part("entry", "0.3"),
            Part("entry", "0.5"),
            Cancel("entry"),
            Price("61600"),
        ),
        ends={"entry": "cancelled 0.065", "stop": "cancelled", "profit": "filled 0.065"},
    ),
    Story(
        name="stop_taken_back",
        tells="Somebody cancels the stop; its group ends with it, and what was bought is kept.",
        moves=(Place(BOUGHT, oco()), Cancel("stop"), Price("57900")),
        ends={"entry": "filled", "stop": "cancelled", "profit": "cancelled"},
        left={"BTC/USDT": "0.1"},
    ),
    Story(
        name="gain_taken_back",
        tells="Somebody cancels a take profit that is in no group; the stop stays, and is met.",
        moves=(
            Place((market(), stop("58000", group=""), profit("61500", "0.05", group=""))),
            Cancel("profit"),
            Price("57900"),
        ),
        ends={"entry": "filled", "stop": "filled", "profit": "cancelled"},
    ),
    Story(
        name="gain_taken_back_while_chained",
        tells="A take profit is cancelled before its entry has filled; the stop goes out alone.",
        moves=(
            Place((limit("59500"), stop("58000", group=""), profit("61500", "0.05", group=""))),
            Cancel("profit"),
            Price("59400"),
        ),
        ends={"entry": "filled", "stop": "accepted", "profit": "cancelled"},
        left={"BTC/USDT": "0.1"},
    ),
    Story(
        name="entry_moved",
        tells="The limit of an entry is moved while it rests; it fills where it is then.",
        moves=(
            Place(RESTS, oco()),
            Edit("entry", price="59000"),
            Price("59300"),
            Price("58900"),
            Price("61600"),
        ),
        ends={"entry": "filled", "stop": "cancelled", "profit": "filled"},
    ),
    Story(
        name="entry_made_smaller",
        tells="An entry is made smaller while it rests, and its stop is for as much as fills.",
        moves=(
            Place((limit("59500"), stop("58000", group=""))),
            Edit("entry", amount="0.06"),
            Price("59400"),
        ),
        ends={"entry": "filled 0.06", "stop": "accepted of 0.06"},
        left={"BTC/USDT": "0.06"},
    ),
    Story(
        name="stop_moved_up",
        tells="The stop is moved up while it rests, and is met there.",
        moves=(Place(BOUGHT, oco()), Edit("stop", stop="59000"), Price("58900")),
        ends={"entry": "filled", "stop": "filled", "profit": "cancelled"},
    ),
    Story(
        name="stop_moved_while_chained",
        tells="The stop is moved before its entry has filled, and goes out as it is then.",
        moves=(
            Place(RESTS, oco()),
            Edit("stop", stop="58500"),
            Price("59400"),
            Price("58900"),
        ),
        ends={"entry": "filled", "stop": "accepted at 58500", "profit": "inactive"},
        left={"BTC/USDT": "0.1"},
    ),
    Story(
        name="gain_moved_while_it_waited",
        tells="A take profit that rests beside its stop is moved nearer, and is met there.",
        moves=(
            Place(BOUGHT, oco(None)),
            Edit("profit", price="60800"),
            Price("60900"),
        ),
        ends={"entry": "filled", "stop": "cancelled", "profit": "filled"},
    ),
    Story(
        name="moved_twice_at_once",
        tells="The stop is moved again before the exchange has taken it off its book.",
        moves=(
            Place(BOUGHT, oco()),
            Meanwhile((Edit("stop", stop="58500"), Edit("stop", stop="59000"))),
            Price("59500"),
        ),
        ends={"entry": "filled", "stop": "accepted at 59000", "profit": "inactive"},
        left={"BTC/USDT": "0.1"},
    ),
    Story(
        name="moved_and_taken_back_at_once",
        tells="An entry is moved, and cancelled before the exchange has taken it off its book.",
        moves=(
            Place(RESTS, oco()),
            Meanwhile((Edit("entry", price="59000"), Cancel("entry"))),
            Price("58900"),
        ),
        ends={"entry": "cancelled", "stop": "cancelled", "profit": "cancelled"},
    ),
    Story(
        name="moved_as_it_was_met",
        tells="The stop is moved away, and the market is at its new place at once.",
        moves=(
            Place((market(), closes("stop", "stop_loss", stop="58000", group=""))),
            Meanwhile((Edit("stop", stop="58500"), Price("58400"))),
        ),
        ends={"entry": "filled", "stop": "filled"},
    ),
)
