"""The rules of a spot exchange on a price path: what fills, at which price, for which fee."""

from .bars import Bar, is_marketable, price_in
from .book import Reached, RestingBook
from .funds import Funds
from .venue import HISTORY, NewOrder, SimulatedVenue

__all__ = [
    "HISTORY",
    "Bar",
    "Funds",
    "NewOrder",
    "Reached",
    "RestingBook",
    "SimulatedVenue",
    "is_marketable",
    "price_in",
]
