"""Markets of the simulated exchange: prices, simulated traders, market data, replay, recording.

Whoever builds a venue makes `Feeds` for each engine, hands them every event in order, and sets a
`Flow` (simulated traders) or a replay going on its agenda. Pure of any dialect.
"""

from __future__ import annotations

from .candles import Candles
from .carry import Carry
from .course import Course, Courses
from .feeds import Feeds, UnknownMarket
from .intervals import INTERVALS, UnknownInterval, close_time, frame_of, open_of
from .news import News
from .past import Pace, Past, drawn_past, ids_before
from .paths import MarketPath, PathPlan, SeededPath, Shape, usual_price
from .population import Engine, Population, Stage
from .prints import Print, past_of, prints_of, shifted
from .recent import Recent
from .recorder import Recorder, Unwritable
from .records import (
    AggTrade,
    AveragePrice,
    Bar,
    Book,
    BookTop,
    Diff,
    FundingPoint,
    Kline,
    Level,
    Liquidation,
    Mark,
    Ticker,
)
from .replay import AroundBook, OnPath, Replay
from .series import Books, Keep, MarketData
from .topics import Beat, Listening, SteadyBeat, Topic
from .tradefile import read_trades
from .traders import Flow, FlowPlan
from .turnover import turnover, turnover_digits
from .world import MarketPlan, World, as_usual, underlying

__all__ = [
    "INTERVALS",
    "AggTrade",
    "AroundBook",
    "AveragePrice",
    "Bar",
    "Beat",
    "Book",
    "BookTop",
    "Books",
    "Candles",
    "Carry",
    "Course",
    "Courses",
    "Diff",
    "Engine",
    "Feeds",
    "Flow",
    "FlowPlan",
    "FundingPoint",
    "Keep",
    "Kline",
    "Level",
    "Liquidation",
    "Listening",
    "Mark",
    "MarketData",
    "MarketPath",
    "MarketPlan",
    "News",
    "OnPath",
    "Pace",
    "Past",
    "PathPlan",
    "Population",
    "Print",
    "Recent",
    "Recorder",
    "Replay",
    "SeededPath",
    "Shape",
    "Stage",
    "SteadyBeat",
    "Ticker",
    "Topic",
    "UnknownInterval",
    "UnknownMarket",
    "Unwritable",
    "World",
    "as_usual",
    "close_time",
    "drawn_past",
    "frame_of",
    "ids_before",
    "open_of",
    "past_of",
    "prints_of",
    "read_trades",
    "shifted",
    "turnover",
    "turnover_digits",
    "underlying",
    "usual_price",
]
