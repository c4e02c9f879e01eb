"""The library that reads and writes Arrow and Parquet: polars, imported when it is first needed.

It comes with the extra `data`. Who reads CSV, JSON and OctoBot's files alone never loads it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from .errors import ExtraMissing

EXTRA: Final = "data"


def polars(what: str) -> Any:
    """The module polars. what: who needs it, for the error ("a Parquet file").

    Raises ExtraMissing.
    """
    try:
        return import_module("polars")
    except ModuleNotFoundError as error:
        raise ExtraMissing(what, EXTRA) from error
