"""`benthic doctor`: whether what benthic builds on is as it must be. It changes nothing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import attrs
from cyclopts import App, Parameter

from .exits import ExitCode
from .output import console, print_json, table
from .places import a_path

if TYPE_CHECKING:
    from ..actors.ccxt_trio.audit import Audit
    from .checkup import Check

Json = Annotated[bool, Parameter(help="Print one JSON object for scripts.")]

command: Final = App(name="doctor")


@command.default
def bot(
    file: Annotated[Path, Parameter(help="The bot file, TOML.", converter=a_path)],
    /,
    *,
    json: Json = False,
) -> int:
    """Look whether a bot has all that it needs: its file, its keys, its store, its venue."""
    import trio

    from .checkup import look_at_ccxt, look_at_file, look_at_store, look_at_venue

    config, settings, checks = look_at_file(file)
    if config is not None:
        found, bans = look_at_store(config)
        checks += [*found, *look_at_ccxt()]
        if settings is not None:
            checks += trio.run(look_at_venue, config, settings, bans)
    if json:
        print_json({"ok": _is_ok(checks), "checks": [attrs.asdict(each) for each in checks]})
    else:
        for each in checks:
            remedy = f": {each.remedy}" if each.remedy else ""
            sys.stdout.write(f"{each.state:<8} {each.name}: {each.text}{remedy}\n")
    return ExitCode.OK if _is_ok(checks) else ExitCode.DIFFERS


def _is_ok(checks: Sequence[Check]) -> bool:
    return all(each.state != "bad" for each in checks)


@command.command
def ccxt(*, json: Json = False) -> int:
    """Look for what the installed ccxt does that its trio form does not serve."""
    from ..actors.ccxt_trio.audit import audit

    found = audit()
    if json:
        print_json(
            {
                "ccxt": found.version,
                "exchanges": found.exchanges,
                "websockets": found.with_websockets,
                "ok": not found.broken,
                "broken": [attrs.asdict(each) for each in found.broken],
                "known": [attrs.asdict(each) for each in found.findings if each.is_known],
            }
        )
    else:
        _show(found)
    return ExitCode.DIFFERS if found.broken else ExitCode.OK


def _show(found: Audit) -> None:
    screen = console()
    drawn = table("", "exchange", "where", "what", "why it is no matter", title="doctor ccxt")
    for each in sorted(found.findings, key=lambda one: (one.is_known, one.exchange, one.where)):
        mark = "known" if each.is_known else "BROKEN"
        drawn.add_row(mark, each.exchange, each.where, f"{each.kind}: {each.what}", each.excuse)
    screen.print(drawn)
    screen.print(
        f"ccxt {found.version}: {found.exchanges} exchanges, {found.with_websockets} of them with "
        f"WebSockets; {len(found.broken)} findings"
    )
