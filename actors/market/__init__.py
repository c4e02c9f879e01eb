"""The vocabulary of trading: symbols, instruments, money, fees, time frames."""

from .candle import Candle, fault_of
from .errors import BadValue, OrderRejected, Reason
from .fees import Fees, fee_of
from .fill import Fill
from .filters import Violation, violation
from .instrument import Instrument
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
from .precision import ceil_to_step, floor_to_step, is_on_step, round_to_step
from .report import OrderReport, VenueStatus
from .side import KINDS, SIDES, Kind, Liquidity, Side, opposite
from .symbol import Symbol, is_asset
from .timeframe import TimeFrame, Unit

__all__ = [
    "EXACT",
    "KINDS",
    "SIDES",
    "ZERO",
    "BadValue",
    "Candle",
    "Fees",
    "Fill",
    "Instrument",
    "Kind",
    "Liquidity",
    "OrderRejected",
    "OrderReport",
    "Reason",
    "Side",
    "Symbol",
    "TimeFrame",
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
