"""Reads fault plans from TOML.

Whatever cannot be carried out is refused here, all of it at once and each with file, rule, key and
remedy, before anything runs. What a rule may say stands in `rules`.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from .errors import BadPlan, Flaw, PlanUnreadable, Report
from .payload import is_list, is_object
from .plan import FaultPlan
from .rules import Inspector, rule_in, rule_of, unknown_keys

__all__ = ["plan_of", "read_plan", "rule_of"]

MOST_RULES: Final = 10_000
MOST_BYTES: Final = 8 * 2**20


def read_plan(file: Path, *, inspector: Inspector | None = None) -> FaultPlan:
    """The plan in a TOML file. Raises BadPlan, or PlanUnreadable.

    inspector: the venue that it is meant for; None: nobody knows yet.
    """
    try:
        with file.open("rb") as source:
            text = source.read(MOST_BYTES + 1)
    except OSError as error:
        raise PlanUnreadable(str(file), error.strerror or str(error)) from error
    if len(text) > MOST_BYTES:
        raise BadPlan(Flaw(str(file), "is larger than 8 MiB", "write fewer, broader rules"))
    try:
        return plan_of(text.decode(), place=str(file), inspector=inspector)
    except UnicodeDecodeError as error:
        raise BadPlan(Flaw(str(file), f"is not UTF-8 ({error})", "save it as UTF-8")) from error


def plan_of(text: str, *, place: str = "plan", inspector: Inspector | None = None) -> FaultPlan:
    """The plan in a TOML text. Raises BadPlan."""
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise BadPlan(Flaw(place, f"is not TOML ({error})", "mend that line")) from error
    report = Report()
    unknown_keys(table, ("seed", "rule"), place, report)
    seed = table.get("seed", 0)
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**64:
        report.note(f"{place}: seed", f"{seed!r} is no seed", remedy="write 0 to 2^64 - 1")
    tables = _tables(table.get("rule", []), place, report)
    rules = [
        rule_in(each, f"{place}: rule {at}", report, inspector) for at, each in enumerate(tables, 1)
    ]
    report.require_none()
    return FaultPlan(rules=tuple(filter(None, rules)), seed=seed, place=place)


def _tables(tables: object, place: str, report: Report) -> list[dict[str, Any]]:
    """The rules as tables; none where they are not."""
    place = f"{place}: rule"
    if not is_list(tables) or not all(map(is_object, tables)):
        report.note(place, "is no list of tables", remedy="begin rules with [[rule]]")
        return []
    if len(tables) > MOST_RULES:
        said = f"{len(tables)} rules, at most {MOST_RULES}"
        report.note(place, said, remedy="write fewer")
        return []
    return tables
