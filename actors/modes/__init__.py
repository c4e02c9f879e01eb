"""Trading modes: producers that evaluate candles, consumers that order, and the modes by name."""

from .catalog import MODES, ModeKind
from .consumer import AllInConsumer
from .ema_cross import EmaCross, EmaCrossSettings
from .messages import Signal, SignalPassed
from .producer import Evaluation, Producer

__all__ = [
    "MODES",
    "AllInConsumer",
    "EmaCross",
    "EmaCrossSettings",
    "Evaluation",
    "ModeKind",
    "Producer",
    "Signal",
    "SignalPassed",
]
