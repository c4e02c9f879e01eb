"""The measurements of feeds compare the same work."""

from pathlib import Path

import msgspec
import pytest

from benthic.benchmarks.depth_runs import Sides, ours, ours_read
from benthic.benchmarks.depth_stream import DepthStream, depth_stream
from benthic.benchmarks.feeds import BookRunFailed, book_run, tick_without_crossing


def plain(stream: DepthStream) -> Sides:
    """What is left after all diffs."""
    bids, asks = dict(stream.snapshot.bids), dict(stream.snapshot.asks)
    for diff in stream.diffs:
        bids.update(diff.bids)
        asks.update(diff.asks)
    sides = [
        [(float(price), float(amount)) for price, amount in side.items() if float(amount)]
        for side in (bids, asks)
    ]
    return sorted(sides[0], reverse=True), sorted(sides[1])


def test_a_stream_comes_again_from_its_seed() -> None:
    assert depth_stream(20, seed=3) == depth_stream(20, seed=3) != depth_stream(20, seed=4)


def test_both_books_of_a_stream_end_as_a_plain_one_does(tmp_path: Path) -> None:
    stream, path = depth_stream(400), tmp_path / "stream.json"
    path.write_bytes(msgspec.json.encode(stream))
    expected = plain(stream)

    for run in (ours(stream), ours_read(stream), book_run("ccxt", path)):
        assert (run.bids, run.asks) == expected
        assert run.seconds > 0


def test_a_tick_is_measured_beside_a_scan() -> None:
    measured = tick_without_crossing(1, 2_000)

    assert measured.name == "feeds.thresholds.tick.2000"
    assert measured.ratio > 10


def test_a_run_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(BookRunFailed, match=r"ours: .*stream\.json"):
        book_run("ours", tmp_path / "stream.json")
