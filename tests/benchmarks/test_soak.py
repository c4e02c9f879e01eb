"""A soak sees what is lost, doubled or altered on the way from a venue to an actor."""

from pathlib import Path

import pytest

from benthic.benchmarks.soak import SYMBOLS, Oracle, Told, differences, run_soak
from benthic.runtime import UsageError

FIRST, *OTHERS = SYMBOLS


def heard(folder: Path, *lines: str) -> Path:
    """What the bot wrote down: these trades of the first symbol, and one of each other."""
    file = folder / "trades.txt"
    others = [f"{symbol} 1 10 1" for symbol in OTHERS]
    file.write_text("\n".join([*(f"{FIRST} {line}" for line in lines), *others]) + "\n")
    return file


def venue(*trades: Told) -> Oracle:
    oracle = Oracle("http://127.0.0.1:1")
    oracle.trades[FIRST] = {each.id: each for each in trades}
    return oracle


def test_what_came_as_the_venue_tells_it_is_no_difference(tmp_path: Path) -> None:
    written = heard(tmp_path, "5 60000.1 0.5", "6 60000.2 0.25")
    told = venue(Told(4, "1", "1"), Told(5, "60000.10", "0.50000"), Told(6, "60000.2", "0.25"))

    assert list(differences(told, written)) == []


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("5 60000.1 0.5", "7 60000.3 1"), "1 trades between 5 and 7 did not come"),
        (("5 60000.1 0.5", "5 60000.1 0.5"), "trade 5 came twice"),
        (("5 60000.1 0.6",), "here ('60000.1', '0.6')"),
        ((), "nothing came"),
    ],
    ids=["lost", "doubled", "altered", "silent"],
)
def test_what_is_lost_doubled_or_altered_is_told(
    tmp_path: Path, lines: tuple[str, ...], words: str
) -> None:
    written = heard(tmp_path, *lines)

    found = list(differences(venue(Told(5, "60000.1", "0.5")), written))

    assert any(words in each for each in found), found
    assert all(each.startswith(FIRST) for each in found)


def test_a_soak_of_less_than_a_minute_is_refused() -> None:
    with pytest.raises(UsageError, match="give --count 60 or more"):
        run_soak(10)
