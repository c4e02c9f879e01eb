"""Stories of orders that take turns at the exchange, or wait for a price of their own."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from ...actors.orders.plan import Trigger
from .story import Edit, Meanwhile, Otherwise, Part, Place, Price, Story, Wait
from .writing import PROFIT_FIRST, TURNS, limit, market, oco, profit, stop, within

BOUGHT: Final = (market(), stop("58000"), profit("61500"))
ABOVE: Final = Trigger(Decimal(60_500), "above")
BELOW: Final = Trigger(Decimal(59_500), "below")
TOUCHED: Final = Meanwhile((Price("61600"), Price("60900")))

TURNS_TAKEN: Final = (
    Story(
        name="profit_first_and_gained",
        tells="The take profit rests and the stop waits here; the gain is taken.",
        moves=(Place(BOUGHT, oco(PROFIT_FIRST)), Wait(20), Price("61600")),
        ends={"entry": "filled", "stop": "cancelled", "profit": "filled"},
    ),
    Story(
        name="profit_first_and_stopped_out",
        tells="The take profit rests, makes way for the stop, and ends with it.",
        moves=(Place(BOUGHT, oco(PROFIT_FIRST)), Price("57900")),
        ends={"entry": "filled", "stop": "filled", "profit": "cancelled"},
    ),
    Story(
        name="profit_first_and_held",
        tells="The take profit rests, and the stop waits here for its price.",
        moves=(Place(BOUGHT, oco(PROFIT_FIRST)), Price("59000"), Price("61000")),
        ends={"entry": "filled", "stop": "inactive", "profit": "accepted"},
        left={"BTC/USDT": "0.1"},
    ),
    Story(
        name="touched_and_turned_back",
        tells="The market touches the take profit and goes back: in time the stop rests again.",
        moves=(Place(BOUGHT, oco(within(30))), TOUCHED, Wait(60)),
        ends={"entry": "filled", "stop": "accepted", "profit": "inactive"},
        left={"BTC/USDT": "0.1"},
    ),
    Story(
        name="touched_and_turned_back_and_gained",
        tells="The take profit is turned back, and is met for good the second time.",
        moves=(Place(BOUGHT, oco(within(30))), TOUCHED, Wait(60), Price("61600")),
        ends={"entry": "filled", "stop": "cancelled", "profit": "filled"},
    ),
    Story(
        name="touched_and_stopped_out",
        tells="The market touches the take profit and falls to the stop before it is turned back.",
        moves=(
            Place(BOUGHT, oco()),
            Meanwhile((TOUCHED, Wait(2), Price("57900"))),
            Wait(150),
        ),
        ends={"entry": "filled", "stop": "filled", "profit": "cancelled"},
    ),
    Story(
        name="profit_first_and_touched_stop",
        tells="The market touches the stop, which sells at once, and is back before it is known.",
        moves=(Place(BOUGHT, oco(within(30, PROFIT_FIRST))), Price("57900"), Price("60000")),
        ends={"entry": "filled", "stop": "filled", "profit": "cancelled"},
    ),
    Story(
        name="bought_above_a_price",
        tells="A market entry waits until the price is there, and its stop is met afterwards.",
        moves=(
            Place((market(trigger=ABOVE), stop("58000"), profit("61500")), oco()),
            Price("60600"),
            Price("57900"),
        ),
        ends={"entry": "filled", "stop": "filled", "profit": "cancelled"},
    ),
    Story(
        name="bought_below_a_price",
        tells="A limit entry is held back until the market is low enough, and is gained from.",
        moves=(
            Place((limit("59600", trigger=BELOW), stop("58000"), profit("61500")), oco()),
            Price("59400"),
            Price("61600"),
        ),
        ends={"entry": "filled", "stop": "cancelled", "profit": "filled"},
    ),
    Story(
        name="price_never_comes",
        tells="An entry waits for a price that does not come; it and its ends wait on.",
        moves=(
            Place((market(trigger=ABOVE), stop("58000"), profit("61500")), oco()),
            Price("60400"),
            Price("59000"),
        ),
        ends={"entry": "inactive", "stop": "chained", "profit": "chained"},
    ),
    Story(
        name="edited_while_it_waited",
        tells="The limit of an entry is moved while it waits for its price; it fills, and gains.",
        moves=(
            Place((limit("60700", trigger=ABOVE), stop("58000"), profit("61500")), oco()),
            Edit("entry", price="60800"),
            Price("60600"),
            Price("61600"),
        ),
        ends={"entry": "filled", "stop": "cancelled", "profit": "filled"},
    ),
    Story(
        name="held_sold_by_one_of_two",
        tells="A stop and a limit sell the same of what is held; who is met ends the other.",
        moves=(
            Place((stop("58000", after=""), profit("61500", after="")), oco(TURNS)),
            Price("61600"),
        ),
        ends={"stop": "cancelled", "profit": "filled"},
        left={"BTC/USDT": "-0.1"},
    ),
    Story(
        name="first_of_two_entries",
        tells="Of two entries the first to fill ends the other; its stop is its own.",
        moves=(
            Place(
                (
                    limit("59500", name="low", group="entries"),
                    limit("59000", name="lower", group="entries"),
                    stop("58000", name="stop_low", after="low", group=""),
                    stop("57500", name="stop_lower", after="lower", group=""),
                ),
                oco(None, "entries"),
            ),
            Price("59400"),
        ),
        ends={
            "low": "filled",
            "lower": "cancelled",
            "stop_low": "accepted",
            "stop_lower": "cancelled",
        },
        left={"BTC/USDT": "0.1"},
        also=(
            Otherwise(
                "The upper entry was lost as it was to be sent, and the lower one rests on.",
                {
                    "low": "refused",
                    "lower": "accepted",
                    "stop_low": "cancelled",
                    "stop_lower": "chained",
                },
            ),
            Otherwise(
                "The lower entry was lost as it was to be sent, and the upper one has filled.",
                {
                    "low": "filled",
                    "lower": "refused",
                    "stop_low": "accepted",
                    "stop_lower": "cancelled",
                },
                {"BTC/USDT": "0.1"},
            ),
        ),
    ),
    Story(
        name="forward_and_filled_in_part",
        tells="The take profit is put forward, fills in part, and is turned back for the rest.",
        moves=(
            Place(BOUGHT, oco(within(60))),
            TOUCHED,
            Part("profit", "0.5"),
            Price("60000"),
            Wait(90),
        ),
        ends={"entry": "filled", "stop": "accepted of 0.05", "profit": "inactive 0.05"},
        left={"BTC/USDT": "0.05"},
        also=(
            Otherwise(
                "The price was there and gone again while the process was dead.",
                {"entry": "filled", "stop": "accepted", "profit": "inactive"},
                {"BTC/USDT": "0.1"},
            ),
        ),
    ),
)
