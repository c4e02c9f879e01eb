"""The sweep over supervisors: it finds nothing in the runtime, and each bug that is planted."""

from pathlib import Path

import pytest

from benthic.benchmarks.supervisors import run_supervisors
from benthic.benchmarks.supervisors.draw import draw
from benthic.benchmarks.supervisors.model import foretell
from benthic.benchmarks.supervisors.plan import Fail, Group, Pass, Trial, Worker, paths
from benthic.benchmarks.supervisors.run import difference, try_chunk
from benthic.benchmarks.supervisors.trial import undergo
from benthic.cli.main import main
from benthic.runtime import Millis, Restart
from benthic.runtime.cell import Cell
from benthic.runtime.supervision.intensity import Intensity
from benthic.runtime.supervision.supervisor import Manner, SupervisorActor

ENOUGH = 200  # trials
PLANTED = 60  # trials in which each planted bug shows


def test_supervisors_and_the_model_agree_on_random_trees() -> None:
    report = run_supervisors(ENOUGH)

    assert report.violations == ()
    assert report.trials == ENOUGH
    assert min(report.figures.values()) > 0


def test_trials_meet_every_strategy_kind_schedule_and_end() -> None:
    trials = [draw(seed) for seed in range(ENOUGH)]
    groups = [node for trial in trials for _, node in paths(trial.tree) if isinstance(node, Group)]

    assert {group.strategy for group in groups} == {"one_for_one", "one_for_all", "rest_for_one"}
    assert {group.kind for group in groups} == {"permanent", "transient", "temporary"}
    assert {trial.schedule for trial in trials} == {"fifo", "direct", "shuffle"}
    assert {foretell(trial).end.split()[0] for trial in trials} == {
        "stopped",
        "RestartLimit",
        "StartFailed",
    }


def test_a_restart_at_the_edge_of_the_window_still_counts() -> None:
    worker = Worker("a", "permanent", "prompt", "calm")
    crash = Fail((("/root/a", "crash"),), "together")
    ends = {}
    for pause in (4, 5, 6):
        tree = Group("root", "permanent", "one_for_one", 1, 5, (worker,))
        course = foretell(Trial(0, "fifo", tree, (), (crash, Pass(pause), crash)))
        ends[pause] = course.end

    assert ends == {4: "RestartLimit /root 2", 5: "RestartLimit /root 2", 6: "stopped"}


def test_a_sweep_goes_on_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "sweep"
    whole = run_supervisors(120, resume=tmp_path / "other", seed=7)
    run_supervisors(100, resume=file, seed=7)
    seen: list[tuple[int, int]] = []

    resumed = run_supervisors(120, resume=file, seed=7, watch=lambda *how: seen.append(how))

    assert seen == [(100, 120), (120, 120)]
    assert resumed.figures == whole.figures


def test_the_command_sweeps_and_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "supervisors", "--count", "5", "--json"]) == 0
    assert '"violations":[]' in capsys.readouterr().out.replace(" ", "")


# -- planted bugs: a comparison that cannot fail shows nothing


def violations() -> tuple[str, ...]:
    return try_chunk(0, 0, PLANTED).violations


def test_a_window_without_its_edge_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Intensity.add

    def without_edge(self: Intensity, now: Millis) -> bool:
        self.window = Millis(self.window - 1)
        try:
            return right(self, now)
        finally:
            self.window = Millis(self.window + 1)

    monkeypatch.setattr(Intensity, "add", without_edge)

    assert violations()


def test_one_restart_too_few_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Intensity.add
    monkeypatch.setattr(
        Intensity, "add", lambda self, now: right(self, now) and self.count < self.max_restarts
    )

    assert violations()


def test_stops_in_order_of_start_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async def forward(self: SupervisorActor) -> None:
        for child in tuple(self._children.values()):
            await self._end(child, Manner.ORDERLY)

    monkeypatch.setattr(SupervisorActor, "_end_all", forward)

    assert violations()


def test_a_temporary_child_that_its_group_restarts_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def keeping(self: SupervisorActor, child: Cell) -> None:
        group = self._group(child)
        for member in reversed(group):
            await self._end(member, Manner.ABRUPT)
        await self._boot_group(group)

    monkeypatch.setattr(SupervisorActor, "_restart", keeping)

    assert violations()


def test_a_group_that_leaves_out_those_before_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def rest(self: SupervisorActor, child: Cell) -> list[Cell]:
        children = list(self._children.values())
        return children[children.index(child) :]

    monkeypatch.setattr(SupervisorActor, "_group", rest)

    assert violations()


def test_a_transient_child_that_stays_away_from_its_group_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = SupervisorActor._group
    monkeypatch.setattr(
        SupervisorActor,
        "_group",
        lambda self, child: [c for c in right(self, child) if c is child or c.is_alive],
    )

    assert violations()


def test_a_failed_restart_that_is_not_counted_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Intensity.add
    calls: dict[Intensity, int] = {}

    def every_other(self: Intensity, now: Millis) -> bool:
        calls[self] = calls.get(self, 0) + 1
        return right(self, now) if calls[self] % 2 else True

    monkeypatch.setattr(Intensity, "add", every_other)

    assert violations()


def test_a_permanent_child_that_may_end_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = SupervisorActor._ended

    async def ended(
        self: SupervisorActor, child: Cell, error: BaseException | None, reason: str = ""
    ) -> None:
        if error is None and child.spec.restart is Restart.PERMANENT:
            await self._remove(child, reason)
        else:
            await right(self, child, error, reason)

    monkeypatch.setattr(SupervisorActor, "_ended", ended)

    assert violations()


def test_a_difference_is_told_with_event_and_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Intensity, "add", lambda *_: True)
    trials = [draw(seed) for seed in range(PLANTED)]
    told = [difference(trial, foretell(trial), undergo(trial)) for trial in trials]
    differences = [words for words in told if words != "none"]

    assert differences
    assert all("the rules want" in words and "event" in words for words in differences)
