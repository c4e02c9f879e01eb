"""Stories of stops that follow the price: by a distance, a share, or steps."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from ...actors.orders.plan import TrailingDistance, TrailingStep, TrailingSteps
from ..world.batches import draft
from .story import Edit, Meanwhile, Otherwise, Place, Price, Story
from .writing import closes, market, oco, profit, stop

BY_500: Final = TrailingDistance(Decimal(500), "absolute", step=Decimal(100))
BY_ONE_PERCENT: Final = TrailingDistance(Decimal("0.01"), step=Decimal("0.001"))
BY_STEPS: Final = TrailingSteps(
    (
        TrailingStep(Decimal(61_000), Decimal(60_000)),
        TrailingStep(Decimal(62_000), Decimal(61_000)),
    ),
    "above",
)

TRAILS: Final = (
    Story(
        name="trails_by_an_amount",
        tells="A stop follows the price 500 behind it, and is met on the way back.",
        moves=(
            Place((market(), stop("59500", profile=BY_500, group=""))),
            Price("61000"),
            Price("62000"),
            Price("61400"),
        ),
        ends={"entry": "filled", "stop": "filled"},
    ),
    Story(
        name="trails_by_a_share",
        tells="A stop follows the price one percent behind it, and never goes back.",
        moves=(
            Place((market(), stop("59400", profile=BY_ONE_PERCENT, group=""))),
            Price("62000"),
            Price("61500"),
        ),
        ends={"entry": "filled", "stop": "accepted at 61380"},
        left={"BTC/USDT": "0.1"},
    ),
    Story(
        name="trails_by_steps",
        tells="A stop goes up by two steps and is met at the second.",
        moves=(
            Place((market(), stop("58000", profile=BY_STEPS, group=""))),
            Price("61100"),
            Price("62100"),
            Price("60900"),
        ),
        ends={"entry": "filled", "stop": "filled"},
    ),
    Story(
        name="trails_by_one_step_of_two",
        tells="A stop goes up by its first step, the price goes back, and it stays there.",
        moves=(
            Place((market(), stop("58000", profile=BY_STEPS, group=""))),
            Price("61100"),
            Price("60500"),
        ),
        ends={"entry": "filled", "stop": "accepted at 60000"},
        left={"BTC/USDT": "0.1"},
    ),
    Story(
        name="trails_beside_a_gain",
        tells="A stop that follows and a take profit take turns; the gain is taken.",
        moves=(
            Place((market(), stop("59500", profile=BY_500), profit("62000")), oco()),
            Price("61000"),
            Price("62100"),
        ),
        ends={"entry": "filled", "stop": "cancelled", "profit": "filled"},
    ),
    Story(
        name="trails_and_is_met_beside_a_gain",
        tells="A stop that follows is met before its take profit.",
        moves=(
            Place((market(), stop("59500", profile=BY_500), profit("62000")), oco()),
            Price("61000"),
            Price("60400"),
        ),
        ends={"entry": "filled", "stop": "filled", "profit": "cancelled"},
    ),
    Story(
        name="trails_a_short",
        tells="The stop of what was sold follows the price down, and is met above it.",
        moves=(
            Place(
                (
                    market(side="sell"),
                    stop("60500", side="buy", profile=BY_500, group=""),
                ),
            ),
            Price("59000"),
            Price("58000"),
            Price("58600"),
        ),
        ends={"entry": "filled", "stop": "filled"},
    ),
    Story(
        name="trails_as_its_kind_says",
        tells="A trailing stop, which the exchange does not have: the desk follows by two percent.",
        moves=(
            Place(
                (
                    market(),
                    closes("stop", "trailing_stop", trail="0.02", reference="60000", group=""),
                )
            ),
            Price("62000"),
            Price("60700"),
        ),
        ends={"entry": "filled", "stop": "filled"},
    ),
    Story(
        name="trails_with_a_limit",
        tells="A trailing stop with a limit, which moves along; it is met and fills.",
        moves=(
            Place(
                (
                    market(),
                    closes(
                        "stop",
                        "trailing_stop_limit",
                        trail="0.01",
                        reference="60000",
                        price="59000",
                        group="",
                    ),
                )
            ),
            Price("62000"),
            Price("61300"),
        ),
        ends={"entry": "filled", "stop": "filled"},
    ),
    Story(
        name="trails_into_the_market",
        tells="An entry follows the market down, goes as it turns up, and has a stop then.",
        moves=(
            Place(
                (
                    draft("entry", "buy", "trailing_stop", "0.1", trail="0.01", reference="60000"),
                    stop("57500", group=""),
                )
            ),
            Price("59000"),
            Price("59700"),
        ),
        ends={"entry": "filled", "stop": "accepted"},
        left={"BTC/USDT": "0.1"},
        also=(
            Otherwise(
                "The entry was lost as it was to be sent; placed again, it follows from here on.",
                {"entry": "inactive", "stop": "chained"},
            ),
        ),
    ),
    Story(
        name="trails_without_a_pause",
        tells="The price runs up by steps, faster than a stop can be replaced, and falls on it.",
        moves=(
            Place((market(), stop("59500", profile=BY_500, group=""))),
            Meanwhile((Price("60800"), Price("61500"), Price("62200"))),
            Price("61600"),
        ),
        ends={"entry": "filled", "stop": "filled"},
    ),
    Story(
        name="trails_on_after_an_edit",
        tells="Somebody moves a stop that follows nearer, and it follows on from there.",
        moves=(
            Place((market(), stop("59000", profile=BY_500, group=""))),
            Price("60200"),
            Edit("stop", stop="59900"),
            Price("61000"),
        ),
        ends={"entry": "filled", "stop": "accepted at 60500"},
        left={"BTC/USDT": "0.1"},
    ),
)
