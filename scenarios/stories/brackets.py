"""Stories of an entry with a stop and a take profit, of which one ends the other."""

from __future__ import annotations

from typing import Final

from ..world.batches import draft
from .story import Part, Place, Price, Story, Wait
from .writing import closes, limit, market, oco, profit, stop

BRACKETS: Final = (
    Story(
        name="bought_and_gained",
        tells="An entry at market; the market rises, the gain is taken, and the stop goes.",
        moves=(Place((market(), stop("58000"), profit("61500")), oco()), Price("61600")),
        ends={"entry": "filled", "stop": "cancelled", "profit": "filled"},
    ),
    Story(
        name="bought_and_stopped_out",
        tells="An entry at market; the market falls, the stop is met, and the take profit goes.",
        moves=(Place((market(), stop("58000"), profit("61500")), oco()), Price("57900")),
        ends={"entry": "filled", "stop": "filled", "profit": "cancelled"},
    ),
    Story(
        name="bought_and_held",
        tells="An entry at market stands between its stop and its take profit, and is guarded.",
        moves=(
            Place((market(), stop("58000"), profit("61500")), oco()),
            Price("60900"),
            Price("59100"),
        ),
        ends={"entry": "filled", "stop": "accepted", "profit": "inactive"},
        left={"BTC/USDT": "0.1"},
    ),
    Story(
        name="bought_at_a_limit_and_gained",
        tells="A limit entry rests, the market comes down to it, and goes up to its take profit.",
        moves=(
            Place((limit("59500"), stop("58000"), profit("61500")), oco()),
            Price("59400"),
            Price("61600"),
        ),
        ends={"entry": "filled", "stop": "cancelled", "profit": "filled"},
    ),
    Story(
        name="bought_at_a_limit_and_stopped_out",
        tells="A limit entry fills as the market falls, and the fall goes on to its stop.",
        moves=(
            Place((limit("59500"), stop("58000"), profit("61500")), oco()),
            Price("59400"),
            Price("57900"),
        ),
        ends={"entry": "filled", "stop": "filled", "profit": "cancelled"},
    ),
    Story(
        name="bought_as_it_broke_out",
        tells="An entry that is a stop goes as the market rises to it, and the gain is taken.",
        moves=(
            Place(
                (
                    draft("entry", "buy", "stop_loss", "0.1", stop="60500"),
                    stop("59000"),
                    profit("62000"),
                ),
                oco(),
            ),
            Price("60600"),
            Price("62100"),
        ),
        ends={"entry": "filled", "stop": "cancelled", "profit": "filled"},
    ),
    Story(
        name="sold_and_gained",
        tells="What is held is sold at market, with a stop above and a take profit below.",
        moves=(
            Place(
                (
                    market(side="sell"),
                    stop("61500", side="buy"),
                    profit("58500", side="buy"),
                ),
                oco(),
            ),
            Price("58400"),
        ),
        ends={"entry": "filled", "stop": "cancelled", "profit": "filled"},
    ),
    Story(
        name="sold_and_stopped_out",
        tells="What is held is sold at a limit, and the market goes on to the stop above.",
        moves=(
            Place(
                (
                    limit("60500", side="sell"),
                    stop("61500", side="buy"),
                    profit("58500", side="buy"),
                ),
                oco(),
            ),
            Price("60600"),
            Price("61600"),
        ),
        ends={"entry": "filled", "stop": "filled", "profit": "cancelled"},
    ),
    Story(
        name="filled_by_and_by",
        tells="An entry fills in three parts; its ends grow with it, and the gain is taken whole.",
        moves=(
            Place((limit("59500"), stop("58000"), profit("61500")), oco()),
            Part("entry", "0.3"),
            Part("entry", "0.5"),
            Part("entry", "1"),
            Price("61600"),
        ),
        ends={"entry": "filled", "stop": "cancelled", "profit": "filled"},
    ),
    Story(
        name="stopped_with_a_limit",
        tells="The stop has a limit of its own, below where it goes; it is met and fills there.",
        moves=(
            Place(
                (
                    market(),
                    closes("stop", "stop_limit", stop="58000", price="57500"),
                    profit("61500"),
                ),
                oco(),
            ),
            Wait(30),
            Price("57900"),
        ),
        ends={"entry": "filled", "stop": "filled", "profit": "cancelled"},
    ),
    Story(
        name="gained_at_market",
        tells="The take profit goes at market once its price has come.",
        moves=(
            Place((market(), stop("58000"), closes("profit", "take_profit", stop="61500")), oco()),
            Price("61600"),
        ),
        ends={"entry": "filled", "stop": "cancelled", "profit": "filled"},
    ),
    Story(
        name="gained_at_a_limit_of_its_own",
        tells="The take profit has a price where it goes, and a limit of its own below that.",
        moves=(
            Place(
                (
                    market(),
                    stop("58000"),
                    closes("profit", "take_profit_limit", stop="61500", price="61400"),
                ),
                oco(),
            ),
            Price("61600"),
        ),
        ends={"entry": "filled", "stop": "cancelled", "profit": "filled"},
    ),
    Story(
        name="both_rest_and_gained",
        tells="Stop and take profit rest at the exchange together; the gain is taken.",
        moves=(Place((market(), stop("58000"), profit("61500")), oco(None)), Price("61600")),
        ends={"entry": "filled", "stop": "cancelled", "profit": "filled"},
    ),
    Story(
        name="both_rest_and_stopped_out",
        tells="Stop and take profit rest at the exchange together; the stop is met.",
        moves=(
            Place((limit("59500"), stop("58000"), profit("61500")), oco(None)),
            Price("59400"),
            Price("57900"),
        ),
        ends={"entry": "filled", "stop": "filled", "profit": "cancelled"},
    ),
    Story(
        name="only_a_stop",
        tells="An entry has a stop and nothing else, and is stopped out.",
        moves=(Place((market(), stop("58000", group=""))), Price("59000"), Price("57900")),
        ends={"entry": "filled", "stop": "filled"},
    ),
    Story(
        name="only_a_gain",
        tells="An entry has a take profit and nothing else, which rests until it is met.",
        moves=(Place((limit("59500"), profit("61500", group=""))), Price("59400"), Price("61600")),
        ends={"entry": "filled", "profit": "filled"},
    ),
    Story(
        name="bought_post_only",
        tells="An entry that may not take rests, fills as the market comes to it, and is guarded.",
        moves=(
            Place((limit("59500", time_in_force="GTX"), stop("58000"), profit("61500")), oco()),
            Price("59400"),
        ),
        ends={"entry": "filled", "stop": "accepted", "profit": "inactive"},
        left={"BTC/USDT": "0.1"},
    ),
    Story(
        name="bought_all_or_nothing",
        tells="An entry fills at once and whole, and its stop is met.",
        moves=(
            Place((limit("60100", time_in_force="FOK"), stop("58000"), profit("61500")), oco()),
            Price("57900"),
        ),
        ends={"entry": "filled", "stop": "filled", "profit": "cancelled"},
    ),
    Story(
        name="stop_kept_by_the_desk",
        tells="The desk waits for the price of the stop itself, and sells at market there.",
        moves=(
            Place((market(), stop("58000", keeper="desk", group=""))),
            Price("58500"),
            Price("57900"),
        ),
        ends={"entry": "filled", "stop": "filled"},
    ),
    Story(
        name="set_free_in_the_end",
        tells="Its stop waits until the entry has ended, and is for what had filled by then.",
        moves=(
            Place((limit("59500"), stop("58000", group="", release="end"))),
            Part("entry", "0.4"),
            Wait(10),
            Part("entry", "1"),
            Price("58500"),
        ),
        ends={"entry": "filled", "stop": "accepted"},
        left={"BTC/USDT": "0.1"},
    ),
)
