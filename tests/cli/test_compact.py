"""`benthic compact` and `[store] history`: the past is let go of, and nothing else."""

from pathlib import Path

import pytest

from benthic.actors.bot.errors import ConfigError
from benthic.actors.bot.reading import parse_config
from benthic.cli.journal import JournalFolded, open_journal
from benthic.cli.run.berth import fold_away
from benthic.cli.run.logs import Log
from benthic.storage import audit_store, open_store, read_orders
from benthic.storage.environment import Durability, open_environment
from benthic.storage.folding import FOR_EVER

from ..storage.test_folding import a_life, look_away
from .conftest import Benthic
from .running import BOT


@pytest.fixture
def store(tmp_path: Path) -> Path:
    with open_store(tmp_path / "store") as order_store:
        order_store.write(a_life(4))
    return tmp_path / "store"


def test_what_is_older_than_the_days_that_are_kept_goes(benthic: Benthic, store: Path) -> None:
    before = read_orders(store)
    kept = benthic("compact", store, "--keep-days", 36_500)
    folded = benthic("compact", store, "--keep-days", 30, "--json")

    assert kept.out == "0 commits folded away, 60 are kept\n"
    assert folded.json == {"store": str(store), "folded": 60, "kept": 0}
    assert read_orders(store) == before
    assert audit_store(store) == []
    assert benthic("orders", store, "--history").out == ""


def test_a_store_that_does_not_add_up_is_not_folded(benthic: Benthic, store: Path) -> None:
    spoil(store)
    ran = benthic("compact", store, "--keep-days", 0)

    assert (ran.code, ran.out) == (5, "")
    assert "does not add up" in ran.complaint
    assert "see `benthic check`" in ran.complaint


def test_no_report_is_made_of_a_journal_that_was_folded(store: Path) -> None:
    with open_journal(store, append=True) as journal:
        assert journal.earlier("main") == 60
    with open_store(store) as opened:
        opened.compact(FOR_EVER)

    with (
        pytest.raises(JournalFolded, match="its oldest commits were folded away"),
        open_journal(store, append=True),
    ):
        pass  # it is not opened


def spoil(store: Path) -> None:
    """Lose the balances."""
    with open_environment(store, Durability.FULL, lambda _: None) as environment:
        table = environment.tables["balances"]
        environment.write(
            lambda txn: [txn.delete(key, db=table) for key, _ in list(txn.cursor(table))]
        )
    with open_store(store, inspector=look_away) as opened:
        opened.load("main")  # signs the store as a bot would


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        pytest.param(["nowhere", "--keep-days", "1"], 5, "there is no store here", id="missing"),
        pytest.param(["store", "--keep-days", "-1"], 2, "--keep-days", id="negative"),
        pytest.param(["store", "--keep-days", "1.5"], 2, "is no whole number", id="fraction"),
        pytest.param(["store"], 2, "--keep-days", id="unsaid"),
    ],
)
def test_what_cannot_be_folded_is_one_clear_error(
    benthic: Benthic, store: Path, arguments: list[str], code: int, words: str
) -> None:
    ran = benthic("compact", *arguments)

    assert store.exists()
    assert ran.code == code
    assert words in ran.err


def config(history: str) -> str:
    said = {"name": "first", "context": "live", "symbol": "BTC/USDT"}
    text = BOT.format(**said, rest="http://127.0.0.1:1", ws="ws://127.0.0.1:1")
    return text.replace('path = "first.store"', f'path = "store"\nhistory = {history}')


@pytest.mark.parametrize(
    ("said", "days"), [('"all"', None), ('"none"', 0), ("1", 1), ("90", 90)], ids=str
)
def test_a_bot_file_says_for_how_long_the_past_is_kept(said: str, days: int | None) -> None:
    store = parse_config(config(said)).store

    assert store is not None
    assert store.history.days == days


@pytest.mark.parametrize("said", ['"some"', "0", "-1", "1.5", "true", "[]", "99999"])
def test_another_history_is_one_clear_error(said: str) -> None:
    with pytest.raises(ConfigError, match=r'store.history: .*write "all", "none", or days'):
        parse_config(config(said))


def test_a_bot_folds_at_its_start_and_leaves_what_does_not_add_up(store: Path) -> None:
    said: list[tuple[str, str]] = []

    def say(level: str, event: str, _: object) -> None:
        said.append((level, event))

    log = Log(say, None, None)  # type: ignore[arg-type]  # nothing but what it says is asked for
    file = store.parent / "bot.toml"
    with open_store(store) as opened:
        fold_away(opened, parse_config(config('"all"'), file=file), log)
        assert said == []
        fold_away(opened, parse_config(config('"none"'), file=file), log)
        opened.write(a_life(5)[2:4])
    spoil(store)
    with open_store(store) as opened:
        fold_away(opened, parse_config(config("30"), file=file), log)

    assert said == [("info", "history folded"), ("warning", "history kept")]
