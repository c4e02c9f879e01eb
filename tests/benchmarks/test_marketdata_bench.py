"""The benchmark of market data measures what it says, in small."""

from benthic.benchmarks.marketdata import measure


def test_a_small_race_gives_all_figures() -> None:
    found = list(measure(rounds=1, count=2_000, series=2, length=3_000))

    assert [each.name for each in found] == [
        "data.file_to_subscribers",
        "data.replay.2x3k",
        "data.replay.2x3k.memory",
    ]
    assert all(each.ours > 0 for each in found)
    assert found[-1].ok
