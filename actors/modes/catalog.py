"""The modes that a bot file can name, and what each needs to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from .ema_cross import EmaCross, EmaCrossSettings
from .producer import Evaluation


@attrs.frozen
class ModeKind:
    """One mode: the attrs class of its settings, and what evaluates candles by them."""

    settings: type
    evaluation: Callable[[Any], Evaluation]  # takes an instance of `settings`


MODES: Final[Mapping[str, ModeKind]] = MappingProxyType(
    {"ema_cross": ModeKind(EmaCrossSettings, EmaCross)}
)
