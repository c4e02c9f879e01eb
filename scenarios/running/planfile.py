"""Fault plans with expectations: scenarios without a line of Python, safe to share.

    [scenario]                    # all of it may be left out
    story = "…"
    minutes = 10
    [[rule]]                      # as in any fault plan
    …
    [[host]]                      # what is done to the bot's host: see `deeds`
    at = "2m"
    do = "kill"
    [expect]
    fired = ["A2", "K1"]

Whatever is wrong is told with file and line before anything runs.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, get_args

import attrs
import msgspec
import trio
from msgspec import Meta

from ..errors import BadScenario
from ..venue.faults.errors import Report, nearest
from ..venue.faults.payload import is_list, is_object
from ..venue.faults.rules import CODE, Inspector, rule_in
from ..venue.faults.span import Span, span
from ..world import LIVELY, SILENT, Place, World
from ..world.parts import Part
from .deeds import Deed, check_deed, done_at

Table = dict[str, Any]
Count = Annotated[int, Meta(ge=0)]
LONGEST: Final = 3 * 1_440  # minutes
MOST_BOTS: Final = 20
OF_FILE: Final = ("seed", "scenario", "rule", "host", "expect")
MOST: Final = 3e8  # of a deed's value
SECONDS: Final = frozenset({"at", "lasts", "back"})  # of a deed; written as spans


class Staging(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[scenario]`: what is there, and for how long."""

    story: str = ""
    minutes: Annotated[int, Meta(ge=1, le=LONGEST)] = 10
    market: Literal["quiet", "traders"] = "traders"
    mode: Literal["silent", "lively"] = "silent"
    every: Span = Span(5_000)  # between two deeds of the trader; 0: there is none
    bots: Annotated[int, Meta(ge=1, le=MOST_BOTS)] = 1


class Expect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[expect]`: what must have come of it, beside every invariant."""

    fired: tuple[str, ...] = ()  # codes that struck
    orders: Count = 0  # at least, as the next
    fills: Count = 0
    unknown: Count = 0  # orders of which nobody knew for a while how they stood
    reconnects: Count = 0
    lives: Count = 1
    drift: Count = 0
    converges: Span = Span(600_000)  # after the last fault


@attrs.frozen(kw_only=True)
class PlanScenario:
    """A scenario that was read from a plan."""

    file: str
    text: str
    staging: Staging
    expect: Expect
    rules: tuple[Table, ...]
    deeds: tuple[Deed, ...]

    @property
    def story(self) -> str:
        """What it tells, in a line."""
        return self.staging.story or "A fault plan."

    @property
    def faults(self) -> tuple[str, ...]:
        """The codes of its rules."""
        return tuple(dict.fromkeys(rule["fault"] for rule in self.rules if rule.get("fault")))

    async def play(self, world: World) -> None:
        """Run it."""
        staging = self.staging
        venue = await world.open_venue(kind=staging.market)
        rules = self.read_rules(venue.planned.inspector)
        mode = SILENT if staging.mode == "silent" else LIVELY
        for _ in range(staging.bots):
            await world.start_bot(mode=mode)
        for number, rule in enumerate(rules, 1):
            venue.put(rule, self._place("rule", number))
        traders = [
            world.trader(bot, every=staging.every / 1_000)
            for bot in world.bots.values()
            if staging.every
        ]
        for deed in self.deeds:
            world.start_soon(done_at, world, deed)
        await trio.sleep(staging.minutes * 60)
        for trader in traders:
            trader.stop()
        await world.settle(within=self.expect.converges / 1_000)
        self._check_aims(world)
        self._compare(world)

    def read_rules(self, inspector: Inspector | None) -> list[Any]:
        """The rules, held against a venue. Raises BadScenario."""
        rules: list[Any] = []
        for number, table in enumerate(self.rules, 1):
            report = Report()
            rule = rule_in(table, "rule", report, inspector)
            if rule is None:
                flaw = report.flaws[0]
                raise self._place("rule", number).wrong(
                    f"{flaw.place}: {flaw.problem}", remedy=flaw.remedy
                )
            rules.append(rule)
        return rules

    def check(self) -> None:
        """Look at what is sound on its own and not in this plan. Raises BadScenario."""
        for code in self.expect.fired:
            if CODE.fullmatch(code) is None:
                place = Place(self.file, _line_of(self.text, "expect", 1, "fired"), "")
                raise place.wrong(f"{code!r} is no fault code", remedy='write one as "A2"')
        for number, deed in enumerate(self.deeds, 1):
            for problem, remedy in self._flaws(deed):
                raise self._place("host", number).wrong(problem, remedy=remedy)

    def _flaws(self, deed: Deed) -> Iterator[tuple[str, str]]:
        end, bots = self.staging.minutes * 60, self.staging.bots
        if not 0 <= deed.at < end:
            yield f"at is {deed.at:g} s", f"the plan lasts from 0 to {end} s"
        if not 1 <= deed.bot <= bots:
            yield f"there is no bot {deed.bot}", f"count from 1 to {bots}"
        if not deed.actor.startswith("/") and deed.actor not in get_args(Part):
            yield f"there is no actor {deed.actor!r}", nearest(deed.actor, get_args(Part))
        for name in ("commit", "at_message", "checkpoint", "lasts", "back"):
            least = 0 if name in {"lasts", "back"} else 1
            if getattr(deed, name) < least:
                yield f"{name} is {getattr(deed, name):g}", f"write {least} or more"
        least = 1 if deed.do == "throttle" else 0
        if deed.do != "clock_step" and not deed.value >= least:
            yield f"value is {deed.value:g}", f"write {least} or more"
        most = LONGEST * 60 if deed.do in {"suspend", "stall"} else MOST
        if not abs(deed.value) <= most:
            yield f"value is {deed.value:g}", f"write {most:,.0f} or less"

    def _check_aims(self, world: World) -> None:
        """Raise BadScenario where a deed was meant for an actor that was never there."""
        for number, deed in enumerate(self.deeds, 1):
            for bot in world.bots.values():
                for aim, error in bot.aims.missed():
                    if aim.path == deed.actor:
                        place = self._place("host", number)
                        raise place.wrong(error.problem, remedy=error.remedy)

    def _compare(self, world: World) -> None:
        """Whether what was expected has come. Raises ExpectationFailed."""
        expect, bots = self.expect, world.bots.values()
        struck = {each.fault for each in world.faults.struck}
        struck |= {each.fault for each in world.venue.fired() if not each.problem}
        told = [told.event for bot in bots for told in bot.told]
        seen = {
            "orders": sum(len(bot.books.orders) for bot in bots),
            "fills": sum(len(bot.books.trades) for bot in bots),
            "unknown": told.count("order unknown"),
            "reconnects": told.count("line up") - len(bots),
            "lives": sum(len(bot.lives) for bot in bots),
            "drift": told.count("drift"),
        }
        for name, found in seen.items():
            wanted = getattr(expect, name)
            if found < wanted:
                self._fail("expect", name, f"{name} = {wanted} or more, and there were {found}")
        if missing := [code for code in expect.fired if code not in struck]:
            self._fail("expect", "fired", f"{', '.join(missing)} did not strike")

    def _fail(self, table: str, key: str, words: str) -> None:
        raise AssertionError(f"{self.file}:{_line_of(self.text, table, 1, key)}: {words}")

    def _place(self, table: str, number: int) -> Place:
        return Place(self.file, _line_of(self.text, table, number), f"[[{table}]] {number}")


def read_plan_scenario(text: str, file: str) -> PlanScenario:
    """The scenario in a TOML text. Raises BadScenario."""
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        line = re.search(r"line (\d+)", str(error))
        place = f"{file}:{line[1]}" if line else file
        raise BadScenario(place, f"is not TOML ({error})", remedy="mend that line") from error
    for key in table:
        if key not in OF_FILE:
            place = f"{file}:{_line_of(text, key, 1)}"
            raise BadScenario(place, f"unknown key {key!r}", remedy=nearest(key, OF_FILE))
    _check_seed(table, text, file)
    plan = PlanScenario(
        file=file,
        text=text,
        staging=_read(Staging, table.get("scenario", {}), "scenario", text, file),
        expect=_read(Expect, table.get("expect", {}), "expect", text, file),
        rules=tuple(_tables(table, "rule", file)),
        deeds=tuple(_deeds(table, text, file)),
    )
    plan.read_rules(None)  # what is wrong whatever the venue
    plan.check()
    return plan


def _check_seed(table: Table, text: str, file: str) -> None:
    """`seed` is what a venue draws by; here `--seed` says it."""
    seed = table.get("seed", 0)
    if not isinstance(seed, int) or seed < 0:
        place = f"{file}:{_line_of(text, 'seed', 1)}"
        raise BadScenario(place, f"seed is {seed!r}", remedy="write a whole number, 0 or more")


def _deeds(table: Table, text: str, file: str) -> list[Deed]:
    found: list[Deed] = []
    for number, each in enumerate(_tables(table, "host", file), 1):
        place = f"{file}:{_line_of(text, 'host', number)}"
        try:
            told = {
                key: span(value) / 1_000 if key in SECONDS else value for key, value in each.items()
            }
            known = [field.name for field in msgspec.structs.fields(Deed)]
            for key in told:
                if key not in known:
                    raise BadScenario(place, f"unknown key {key!r}", remedy=nearest(key, known))
            deed = msgspec.convert(told, Deed)
        except (msgspec.ValidationError, ValueError) as error:
            raise BadScenario(place, str(error), remedy="see docs/scenarios.md") from error
        check_deed(deed, place)
        found.append(deed)
    return found


def _tables(table: Table, name: str, file: str) -> list[Table]:
    found: object = table.get(name, [])
    if not is_list(found) or not all(map(is_object, found)):
        raise BadScenario(file, f"{name} is no list of tables", remedy=f"write [[{name}]]")
    return found


def _read(kind: type[Any], table: object, name: str, text: str, file: str) -> Any:
    """A section of the file. Raises BadScenario."""
    place = f"{file}:{_line_of(text, name, 1)}"
    if not is_object(table):
        raise BadScenario(place, f"{name} is no table", remedy=f"write [{name}]")
    known = [field.name for field in msgspec.structs.fields(kind)]
    for key in table:
        if key not in known:
            line = _line_of(text, name, 1, key)
            raise BadScenario(f"{file}:{line}", f"unknown key {key!r}", remedy=nearest(key, known))
    try:
        read = msgspec.convert(dict(table), kind, dec_hook=_decode)
    except (msgspec.ValidationError, ValueError) as error:
        if found := re.search(r"\$\.(\w+)", str(error)):
            place = f"{file}:{_line_of(text, name, 1, found[1])}"
        raise BadScenario(place, str(error), remedy="see docs/scenarios.md") from error
    for key in known:
        value = getattr(read, key)
        if isinstance(value, Span) and value < 0:
            line = _line_of(text, name, 1, key)
            raise BadScenario(f"{file}:{line}", f"{key} is below 0", remedy="write 0 or more")
    return read


def _decode(kind: type, value: object) -> object:
    if kind is Span:
        return span(value)
    raise ValueError(f"{value!r} is no {kind.__name__}")


def _line_of(text: str, table: str, number: int, key: str = "") -> int:
    """The line of the so-manieth table of a name, or of a key in it; 1 where it is not found."""
    lines = text.splitlines()
    header = re.compile(rf"\s*\[\[?\s*{re.escape(table)}\s*\]\]?|{re.escape(table)}\s*=")
    seen = 0
    for at, line in enumerate(lines, 1):
        if header.match(line):
            seen += 1
            if seen == number:
                if not key:
                    return at
                for inner, other in enumerate(lines[at:], at + 1):
                    if re.match(rf"\s*{re.escape(key)}\s*=", other):
                        return inner
                return at
    return 1
