"""A ratio says how much better ours is, whether much or little of the figure is good."""

from benthic.benchmarks.measurement import cost, rate


def test_a_rate_is_better_the_more_ours_is() -> None:
    measured = rate("commits", 300.0, 100.0, "1/s", bar=2.0)

    assert (measured.ratio, measured.ok) == (3.0, True)
    assert not rate("commits", 199.0, 100.0, "1/s", bar=2.0).ok


def test_a_cost_is_better_the_less_ours_is() -> None:
    measured = cost("reload", 20.0, 10.0, "ms", bar=1 / 3)

    assert (measured.ratio, measured.ok) == (0.5, True)
    assert not cost("reload", 31.0, 10.0, "ms", bar=1 / 3).ok
    assert cost("reload", 31.0, 10.0, "ms", bar=None).ok
