"""The vocabulary of trading: symbols, instruments, money, fees, time frames."""

from .book import Book, Level
from .candle import Candle, fault_of
from .errors import BadValue, OrderRejected, Reason
from .fees import Fees, fee_of
from .fill import Fill
from .filters import Violation, violation
from .funding import Funding
from .holding import Holding
from .instrument import Instrument
from .listing import Family, Listing
from .money import (
    EXACT,
    ZERO,
    add,
    from_float,
    multiply,
    parse_decimal,
    parse_non_negative,
    parse_positive,
    plain,
    subtract,
)
from .position import Position
from .precision import ceil_to_step, floor_to_step, is_on_step, round_to_step
from .report import OrderReport, VenueStatus
from .side import (
    PLACEABLE,
    SIDES,
    Effect,
    Kind,
    Liquidity,
    Purpose,
    Side,
    TimeInForce,
    opposite,
)
from .symbol import Symbol, is_asset
from .ticker import Ticker
from .timeframe import TimeFrame, Unit
from .trade import Trade

__all__ = [
    "EXACT",
    "PLACEABLE",
    "SIDES",
    "ZERO",
    "BadValue",
    "Book",
    "Candle",
    "Effect",
    "Family",
    "Fees",
    "Fill",
    "Funding",
    "Holding",
    "Instrument",
    "Kind",
    "Level",
    "Liquidity",
    "Listing",
    "OrderRejected",
    "OrderReport",
    "Position",
    "Purpose",
    "Reason",
    "Side",
    "Symbol",
    "Ticker",
    "TimeFrame",
    "TimeInForce",
    "Trade",
    "Unit",
    "VenueStatus",
    "Violation",
    "add",
    "ceil_to_step",
    "fault_of",
    "fee_of",
    "floor_to_step",
    "from_float",
    "is_asset",
    "is_on_step",
    "multiply",
    "opposite",
    "parse_decimal",
    "parse_non_negative",
    "parse_positive",
    "plain",
    "round_to_step",
    "subtract",
    "violation",
]
