"""One line of a benchmark: a figure of ours beside one of another, measured in the same run."""

from __future__ import annotations

import attrs


@attrs.frozen
class Measurement:
    """What was measured and whether it is good enough. Use `rate` or `cost` to make one."""

    name: str
    ours: float  # in `unit`
    other: float  # in `unit`
    unit: str
    ratio: float  # more is better: ours to other for rates, other to ours for costs
    bar: float | None  # the least ratio that is good enough; None where it is only told
    ok: bool


def rate(name: str, ours: float, other: float, unit: str, *, bar: float | None) -> Measurement:
    """Of something per second, where more is better."""
    return _measurement(name, ours, other, unit, ours / other, bar)


def cost(name: str, ours: float, other: float, unit: str, *, bar: float | None) -> Measurement:
    """Of time or memory, where less is better."""
    return _measurement(name, ours, other, unit, other / ours, bar)


def _measurement(
    name: str, ours: float, other: float, unit: str, ratio: float, bar: float | None
) -> Measurement:
    return Measurement(name, ours, other, unit, ratio, bar, bar is None or ratio >= bar)
