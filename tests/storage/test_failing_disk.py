"""A disk that fails under an open store: no more is written, what was answered is there (K5).

The failure is real to the store: a library between it and the kernel answers one sync with EIO.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from benthic.benchmarks.images.shim import NoRecorder, compile_shim, recorded
from benthic.storage import audit_store, open_store, read_orders

WRITE_UNTIL_IT_BREAKS = """
import sys
from pathlib import Path
from benthic.benchmarks.orders import Scribe
from benthic.storage import StoreBroken, open_store
from benthic.storage.verification import inspect_here

scribe, stored, broken = Scribe("main"), 0, 0
store = open_store(Path(sys.argv[1]), inspector=inspect_here)
store.commit(scribe.deposit())
while broken < 3:
    try:
        stored = store.commit(scribe.place())
    except StoreBroken as error:
        broken += 1
        message = str(error)
store.close()
print(stored, message)
"""


@pytest.mark.parametrize("failing", range(3, 9))
def test_after_a_failed_sync_nothing_more_is_written_and_all_answered_is_there(
    tmp_path: Path, failing: int
) -> None:
    try:
        shim = compile_shim(tmp_path)
    except NoRecorder as reason:
        pytest.skip(str(reason))
    path = tmp_path / "store"
    child = subprocess.run(
        [sys.executable, "-c", WRITE_UNTIL_IT_BREAKS, str(path)],
        env=recorded(shim, None, failing_sync=failing),
        capture_output=True,
        text=True,
        check=True,
    )
    stored, message = child.stdout.split(" ", 1)
    (account,) = read_orders(path)

    assert "the disk failed" in message
    assert "start the bot again" in message
    assert account.commits == max(int(stored), 1)
    assert audit_store(path) == []
    open_store(path).close()
