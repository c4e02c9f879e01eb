"""The rules of an exchange: what fills, at which price, for which fee, and who has what.

`MatchingEngine` keeps the orders of many accounts in integers, on a price-time book or on a price
path; `SpotClearing` keeps the money behind it. `PathVenue` is that engine as the venue of one
account, in decimals, on bars or live prices. `SimulatedVenue` is the quick venue of backtests: the
same face, orders at market and limit orders alone.
"""

from .bars import Bar, is_marketable, price_in
from .book import Reached, RestingBook
from .clearing import SpotClearing
from .engine import MatchingEngine
from .face import FullOrder, NewOrder, VenueFace
from .funds import Funds
from .lists import OrderList
from .markets import ATOM, ATOM_DIGITS, RATE, Bracket, Contract, Market
from .path_venue import PathVenue
from .paths import PricePath
from .protocol import VENUE, Clearing, Floor, Forced
from .quanta import ContractRules, VenueRules
from .refusals import BooksBroken, Refused, RefusedReason
from .venue import HISTORY, SimulatedVenue

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
    "ContractRules",
    "Floor",
    "Forced",
    "FullOrder",
    "Funds",
    "Market",
    "MatchingEngine",
    "NewOrder",
    "OrderList",
    "PathVenue",
    "PricePath",
    "Reached",
    "Refused",
    "RefusedReason",
    "RestingBook",
    "SimulatedVenue",
    "SpotClearing",
    "VenueFace",
    "VenueRules",
    "is_marketable",
    "price_in",
]
