"""Crash images (K2, P2): none loses an answered commit, and the check sees where one does."""

from pathlib import Path
from random import Random

import pytest

from benthic.benchmarks.images.crash import SECTOR, Disk, first_cut
from benthic.benchmarks.images.recording import Event
from benthic.benchmarks.images.run import run_images
from benthic.benchmarks.images.shim import NoRecorder, compile_shim
from benthic.benchmarks.images.workload import commits_of
from benthic.benchmarks.images.writer import ACK
from benthic.storage import Durability

PAGES = 8


def write(page: int, fill: bytes, *, is_durable: bool = False) -> Event:
    return Event("write", page * 4096, fill * 4096, is_durable)


def acked(writer: int, number: int) -> Event:
    return Event("acked", content=ACK.pack(writer, number))


@pytest.fixture(scope="module")
def _recorder(tmp_path_factory: pytest.TempPathFactory) -> None:
    try:
        compile_shim(tmp_path_factory.mktemp("shim"))
    except NoRecorder as reason:
        pytest.skip(str(reason))


def test_what_was_synced_is_in_every_image_and_the_rest_by_sectors() -> None:
    disk = Disk([write(0, b"a"), Event("sync"), write(0, b"b"), write(1, b"c"), write(2, b"d")])
    disk.advance(4)
    seen = set[tuple[int, bytes]]()
    for seed in range(200):
        image = disk.image(Random(seed))  # noqa: S311 - seeded
        sectors = [image[at : at + SECTOR] for at in range(0, len(image), SECTOR)]
        assert len(sectors) >= 8
        for number, sector in enumerate(sectors):
            assert len(set(sector)) == 1  # none is torn
            seen.add((number // 8, sector[:1]))

    assert seen >= {(0, b"a"), (0, b"b"), (1, b"c"), (1, b"\0"), (2, b"d")}
    assert (0, b"\0") not in seen


def test_a_write_that_is_durable_by_itself_makes_no_other_one_durable() -> None:
    disk = Disk([write(1, b"data"[:1]), write(0, b"h", is_durable=True), acked(3, 7)])
    disk.advance(3)
    images = {disk.image(Random(seed)) for seed in range(50)}  # noqa: S311 - seeded

    assert all(image.startswith(b"h" * 4096) for image in images)
    assert any(len(image) == 4096 for image in images)
    assert disk.acked == {3: 7}


def test_the_recorded_process_writes_plans_of_every_kind_of_step() -> None:
    orders = [order for commit, _ in commits_of(0, 0) for order in commit.orders]
    planned = [order for order in orders if order.plan is not None]

    assert {order.status for order in planned} >= {"chained", "due", "intent", "accepted"}
    assert any(order.wish is not None for order in planned)
    assert any(len(order.names) > 1 for order in planned)
    assert any(order.plan is None for order in orders)


def test_cuts_begin_once_somebody_was_answered() -> None:
    assert first_cut([write(0, b"a"), Event("sync"), acked(0, 0), write(1, b"b")]) == 3


@pytest.mark.usefixtures("_recorder")
def test_no_image_of_a_store_loses_or_tears_an_answered_commit(tmp_path: Path) -> None:
    resume = tmp_path / "images.jsonl"
    report = run_images(120, resume=resume)

    assert (report.trials, report.violations) == (120, ())
    assert run_images(120, resume=resume).figures == report.figures


@pytest.mark.usefixtures("_recorder")
@pytest.mark.parametrize(
    ("durability", "what"),
    [
        pytest.param(Durability.WITHOUT_HEAD, "lost: ", id="head not synced"),
        pytest.param(Durability.NONE, "", id="nothing synced"),
    ],
)
def test_the_check_sees_what_a_store_that_does_not_sync_loses(
    durability: Durability, what: str
) -> None:
    report = run_images(60, durability=durability)

    assert not report.ok
    assert len(report.violations) >= 20
    assert any(what in violation for violation in report.violations)


def test_without_a_compiler_it_says_so_and_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)

    with pytest.raises(NoRecorder, match="install cc, gcc or clang, or set CC"):
        run_images(1)
