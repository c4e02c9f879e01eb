"""Candles as a file has them: read, and judged by nobody yet.

`Tape` refuses what cannot be; `findings` counts it. Both need the columns and the way back to the
place of a row, whatever the format.
"""

from __future__ import annotations

import attrs

from .checks import Locate
from .columns import Columns


@attrs.frozen
class Recorded:
    """The candles of one file, in the order in which they stand there."""

    columns: Columns
    locate: Locate  # of a candle, by its index from 0
