"""What every command says of a path where there is no order store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..storage.errors import StoreForeign, StoreMissing, StoreUnusable
from ..storage.inspection import DATA_FILE


class NoStoreHere(StoreUnusable):
    """There is no order store to read at the path."""

    def __init__(self, path: Path, found: str) -> None:
        remedy = "give the folder of a store, which `benthic backtest --journal` makes"
        super().__init__(path, f"{found}; {remedy}")


@contextmanager
def asking_for_a_store(store: Path) -> Iterator[None]:
    """Raise NoStoreHere where the block finds out that there is none."""
    try:
        yield
    except StoreMissing as error:
        raise NoStoreHere(store, "there is no store here") from error
    except StoreForeign as error:
        raise NoStoreHere(store, f"this is {error.found}, not an order store") from error


def require_store(store: Path) -> None:
    """Raise StoreMissing where there is none: whoever opens a store to write it makes one."""
    if not (store / DATA_FILE).exists():
        raise StoreMissing(store)
