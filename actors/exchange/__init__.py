"""Connectors: the only actors that touch a venue, and the words they use.

The face is the words alone: portfolio, desk and storage need no more, and a connector brings its
tapes and numpy with it. Import connectors from their modules: `exchange.simulated`,
`exchange.replay`.
"""

from .messages import (
    Accepted,
    Cancel,
    Cancelled,
    FetchCandles,
    FillReported,
    NotOffered,
    Query,
    Submit,
)

__all__ = [
    "Accepted",
    "Cancel",
    "Cancelled",
    "FetchCandles",
    "FillReported",
    "NotOffered",
    "Query",
    "Submit",
]
