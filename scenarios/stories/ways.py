"""Stories of orders that expire, are refused or given back, and of what fees take."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from ...actors.orders.plan import Expiry
from .story import Accept, Fees, GiveBack, Meanwhile, Part, Place, Price, Refuse, Story, Wait
from .writing import limit, market, oco, profit, stop

RESTS: Final = (limit("59500"), stop("58000"), profit("61500"))
BOUGHT: Final = (market(), stop("58000"), profit("61500"))
RAN_AWAY: Final = Expiry(price=Decimal(60_800), direction="above")
NO_ROOM: Final = Refuse(-2010, "Account has insufficient balance for requested action.")
NO_STOP: Final = Refuse(-2010, "Stop price is not supported for this symbol.", "A24")

WAYS: Final = (
    Story(
        name="entry_expired",
        tells="An entry that nobody trades with ends by itself in a minute, and its ends too.",
        moves=(Place(RESTS, oco(), lasts={"entry": 60}), Wait(90), Price("59400")),
        ends={"entry": "cancelled", "stop": "cancelled", "profit": "cancelled"},
    ),
    Story(
        name="entry_expired_after_a_part",
        tells="An entry fills in part and expires; its ends are for that part, which gains.",
        moves=(
            Place(RESTS, oco(), lasts={"entry": 60}),
            Part("entry", "0.5"),
            Wait(90),
            Price("61600"),
        ),
        ends={"entry": "cancelled 0.05", "stop": "cancelled", "profit": "filled 0.05"},
    ),
    Story(
        name="market_ran_away",
        tells="An entry is cancelled by itself once the market has left without it.",
        moves=(
            Place((limit("59500", expiry=RAN_AWAY), *RESTS[1:]), oco()),
            Price("60900"),
            Price("59400"),
        ),
        ends={"entry": "cancelled", "stop": "cancelled", "profit": "cancelled"},
    ),
    Story(
        name="gain_expired",
        tells="A take profit ends by itself, and the stop, which is in no group, is met later.",
        moves=(
            Place(
                (market(), stop("58000", group=""), profit("61500", "0.05", group="")),
                lasts={"profit": 60},
            ),
            Wait(90),
            Price("61600"),
            Price("57900"),
        ),
        ends={"entry": "filled", "stop": "filled", "profit": "cancelled"},
    ),
    Story(
        name="entry_refused",
        tells="The exchange refuses an entry: nothing of it is bought, and its ends go.",
        moves=(NO_ROOM, Place(RESTS, oco()), Accept(), Price("59400")),
        ends={"entry": "refused", "stop": "cancelled", "profit": "cancelled"},
    ),
    Story(
        name="entry_too_dear",
        tells="After one entry the account cannot pay for another, which is refused.",
        moves=(
            Place((limit("50000", "150", name="first"),)),
            Place((limit("50000", "150"), stop("40000", "150", group=""))),
        ),
        ends={"first": "accepted", "entry": "refused", "stop": "cancelled"},
    ),
    Story(
        name="post_only_refused",
        tells="An entry that may not take would, and is refused; its ends go.",
        moves=(
            Place((limit("60500", time_in_force="GTX"), stop("58000"), profit("61500")), oco()),
        ),
        ends={"entry": "refused", "stop": "cancelled", "profit": "cancelled"},
    ),
    Story(
        name="stop_refused_and_kept",
        tells="The exchange does not take the stop: the desk keeps it, and sells once it is met.",
        moves=(
            Place((limit("59500"), stop("58000", group=""))),
            NO_STOP,
            Part("entry", "1"),
            Accept(),
            Price("57900"),
        ),
        ends={"entry": "filled", "stop": "filled"},
    ),
    Story(
        name="gain_refused",
        tells="The exchange refuses a take profit that is in no group; the stop is met later.",
        moves=(
            Place((market(), stop("58000", group=""))),
            NO_ROOM,
            Place((limit("61500", "0.05", name="profit", side="sell"),)),
            Accept(),
            Price("57900"),
        ),
        ends={"entry": "filled", "stop": "filled", "profit": "refused"},
    ),
    Story(
        name="stop_given_back",
        tells="The exchange takes the stop off its book by itself: it goes out again, and is met.",
        moves=(Place(BOUGHT, oco()), GiveBack(), Price("57900")),
        ends={"entry": "filled", "stop": "filled", "profit": "cancelled"},
    ),
    Story(
        name="entry_given_back",
        tells="The exchange takes an entry off its book by itself, and its ends go.",
        moves=(Place(RESTS, oco()), GiveBack(), Price("59400")),
        ends={"entry": "cancelled", "stop": "cancelled", "profit": "cancelled"},
    ),
    Story(
        name="entry_given_back_after_a_part",
        tells="An entry that has filled in part is given back; its ends stay for that part.",
        moves=(
            Place((limit("59500"), stop("58000", group="", keeper="desk"))),
            Part("entry", "0.5"),
            GiveBack(),
            Price("57900"),
        ),
        ends={"entry": "cancelled 0.05", "stop": "filled 0.05"},
    ),
    Story(
        name="fell_through_both",
        tells="The market falls through entry and stop at once: what was bought is sold at once.",
        moves=(Place(RESTS, oco()), Price("57900")),
        ends={"entry": "filled", "stop": "filled", "profit": "cancelled"},
    ),
    Story(
        name="fell_while_it_was_down",
        tells="The market falls to the entry and on to the stop, and nobody waits for the bot.",
        moves=(Meanwhile((Place(RESTS, oco()), Wait(1), Price("59400"), Price("57900"))),),
        ends={"entry": "filled", "stop": "filled", "profit": "cancelled"},
    ),
    Story(
        name="refused_as_a_whole",
        tells="A batch that cannot be, one that buys and sells in one group, is refused whole.",
        moves=(
            Place(
                (
                    limit("59000", name="buys", group="ends"),
                    limit("61000", name="sells", side="sell", group="ends"),
                ),
                oco(None),
                refused="Unplaceable",
            ),
            Place(RESTS, oco()),
            Price("59400"),
        ),
        ends={"entry": "filled", "stop": "accepted", "profit": "inactive"},
        left={"BTC/USDT": "0.1"},
    ),
    Story(
        name="fees_off_what_is_sold",
        tells="The fee is taken in what was bought, and comes off what the ends sell.",
        moves=(
            Place(
                (market(), stop("58000", takes_fees=True), profit("61500", takes_fees=True)), oco()
            ),
            Price("61600"),
        ),
        ends={"entry": "filled", "stop": "cancelled", "profit": "filled 0.0999"},
        left={"BTC/USDT": "0.0001"},
    ),
    Story(
        name="fees_in_parts",
        tells="The entry fills in two parts with a fee on each, and is stopped out for the rest.",
        moves=(
            Place(
                (limit("59500"), stop("58000", takes_fees=True), profit("61500", takes_fees=True)),
                oco(),
            ),
            Part("entry", "0.5"),
            Part("entry", "1"),
            Price("57900"),
        ),
        ends={"entry": "filled", "stop": "filled 0.0999", "profit": "cancelled"},
        left={"BTC/USDT": "0.0001"},
    ),
    Story(
        name="fees_in_another_asset",
        tells="Fees are taken in a third asset, so that the ends sell all that was bought.",
        moves=(
            Fees("0.001", "BNB"),
            Place(
                (market(), stop("58000", takes_fees=True), profit("61500", takes_fees=True)), oco()
            ),
            Price("57900"),
        ),
        ends={"entry": "filled", "stop": "filled", "profit": "cancelled"},
        beside=("BNB/USDT",),
    ),
)
