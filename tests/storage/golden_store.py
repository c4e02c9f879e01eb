"""Writes the golden store of the present layout, once, when a layout is fixed.

`python tests/storage/golden_store.py FOLDER` in the checkout makes a store in a new folder and
packs its file to `tests/storage/golden/layout_N.mdb.gz`, which must open from then on.
"""

import gzip
import sys
from decimal import Decimal
from pathlib import Path

from benthic.benchmarks.orders import START, Scribe
from benthic.runtime import Millis
from benthic.storage import open_store
from benthic.storage.inspection import DATA_FILE
from benthic.storage.migrations import LAYOUT
from benthic.storage.verification import inspect_here

GOLDEN = Path(__file__).parent / "golden"


def fill(folder: Path) -> None:
    """Two accounts; of the first one, some commits are folded and some orders have plans."""
    main, other = Scribe("main"), Scribe("other", chance=2)
    half = Decimal("0.5")
    with open_store(folder, inspector=inspect_here) as store:
        store.load("main")
        store.load("other")
        store.write([main.deposit(), other.deposit(), main.deposit_base()])
        store.write([main.place(), main.place(), main.bracket(), main.bracket()])
        first, second, parent, profit, stop, *_ = main.orders
        store.write([main.trade(first, half), main.trade(second)])
        store.compact(Millis(START + 4))
        store.write([main.accept(parent), main.trade(parent, half), main.send(stop)])
        store.write([main.accept(stop), main.edit(stop), main.take_back(stop)])
        store.write([main.edit(profit), main.trade(first, half), main.edit(first)])
        store.write([other.place()])


def main(folder: str) -> None:
    """Make and pack it."""
    fill(Path(folder))
    packed = gzip.compress((Path(folder) / DATA_FILE).read_bytes(), mtime=0)
    (GOLDEN / f"layout_{LAYOUT}.mdb.gz").write_bytes(packed)


if __name__ == "__main__":
    main(*sys.argv[1:])
