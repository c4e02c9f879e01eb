"""What can be said on the command line of `benthic venue`; `house` builds from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

import attrs
from cyclopts import Parameter
from cyclopts.validators import Number

from ..places import a_path, a_whole_number

MOST: Final = 2**64
LAST_PORT: Final = 65_535
FASTEST: Final = 1_000_000

Market: TypeAlias = Literal["seeded", "trend", "range", "gap", "crash", "thin", "replay"]

A_PORT: Final = Number(gte=0, lte=LAST_PORT)


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Markets:
    """What is traded, and how it moves."""

    market: Annotated[
        Market, Parameter(help="How prices move: drawn from the seed, or those of --data.")
    ] = "seeded"
    symbols: Annotated[
        str | None,
        Parameter(
            help="Pairs, with commas between: BTC/USDT; BTC/USDT:USDT is the contract. "
            "Usually BTC/USDT,ETH/USDT, or the pairs of --data."
        ),
    ] = None
    families: Annotated[
        str | None, Parameter(help="Of spot, usdm and coinm those that a plain pair is opened in.")
    ] = None
    seed: Annotated[
        int,
        Parameter(
            help="Of all chance.", validator=Number(gte=0, lt=MOST), converter=a_whole_number
        ),
    ] = 7
    faults: Annotated[
        Path | None, Parameter(help="What goes wrong, and when: a TOML file.", converter=a_path)
    ] = None
    start: Annotated[
        str | None, Parameter(help="When the venue's time begins: 2026-01-01T00:00, in UTC.")
    ] = None
    deposits: Annotated[
        str | None, Parameter(help="What the account begins with: USDT=1000,BTC=0.5.")
    ] = None
    data: Annotated[
        list[str] | None,
        Parameter(
            help="Candles or trades to replay: FILE, or BTC/USDT=FILE where its name says no pair.",
            consume_multiple=True,
        ),
    ] = None
    frame: Annotated[str, Parameter(help="The time frame of the candles in --data.")] = "1m"


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Serving:
    """How it is reached, and what is shown."""

    speed: Annotated[
        float,
        Parameter(
            help="Seconds of the venue for each second.", validator=Number(gt=0, lte=FASTEST)
        ),
    ] = 1.0
    port: Annotated[
        int, Parameter(help="0 for one that is free.", validator=A_PORT, converter=a_whole_number)
    ] = 0
    control_port: Annotated[
        int | None,
        Parameter(
            help="Change the faults while it runs, at this port.",
            validator=A_PORT,
            converter=a_whole_number,
        ),
    ] = None
    print_env: Annotated[
        bool, Parameter(help="Print BENTHIC_REST_URL and three more as NAME=VALUE, no more.")
    ] = False
    quiet: Annotated[bool, Parameter(help="Print nothing.")] = False
    json: Annotated[bool, Parameter(help="Print JSON for scripts: one object for each event.")] = (
        False
    )


USUAL_MARKETS: Final = Markets()
USUAL_SERVING: Final = Serving()
