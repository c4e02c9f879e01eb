"""The rules of an exchange: what fills, at which price, for which fee, and who has what.

`MatchingEngine` keeps the orders of many accounts in integers, on a price-time book or on a price
path; `SpotClearing` keeps the money behind it. `SimulatedVenue` is the small venue of backtests:
one account, decimals, whole fills on bars.
"""

from .bars import Bar, is_marketable, price_in
from .book import Reached, RestingBook
from .clearing import SpotClearing
from .engine import MatchingEngine
from .funds import Funds
from .lists import OrderList
from .markets import ATOM, ATOM_DIGITS, RATE, Bracket, Contract, Market
from .paths import PricePath
from .protocol import VENUE, Clearing, Floor, Forced
from .refusals import BooksBroken, Refused, RefusedReason
from .venue import HISTORY, NewOrder, SimulatedVenue

__all__ = [
    "ATOM",
    "ATOM_DIGITS",
    "HISTORY",
    "RATE",
    "VENUE",
    "Bar",
    "BooksBroken",
    "Bracket",
    "Clearing",
    "Contract",
    "Floor",
    "Forced",
    "Funds",
    "Market",
    "MatchingEngine",
    "NewOrder",
    "OrderList",
    "PricePath",
    "Reached",
    "Refused",
    "RefusedReason",
    "RestingBook",
    "SimulatedVenue",
    "SpotClearing",
    "is_marketable",
    "price_in",
]
