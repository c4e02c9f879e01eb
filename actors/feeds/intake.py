"""How candles come to a feed."""

from enum import Enum


class Intake(Enum):
    """Who brings them."""

    TOLD = "told"  # one by one, by whoever has the tape
    WATCHED = "watched"  # by a connector's streams, and by a source that polls
