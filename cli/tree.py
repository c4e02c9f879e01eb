"""`benthic tree`: the actors that a bot file plans, or those of a running bot."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import trio
from cyclopts import Parameter

from ..runtime import TreeNode, UsageError
from .exits import ExitCode
from .live.client import ask_tree
from .live.protocol import from_tree
from .output import print_json
from .places import a_path
from .streams import drawable


def command(
    bot: Annotated[Path | None, Parameter(help="The bot file, TOML.", converter=a_path)] = None,
    /,
    *,
    live: Annotated[
        Path | None, Parameter(help="Ask the running bot at this socket.", converter=a_path)
    ] = None,
    json: Annotated[bool, Parameter(help="Print one JSON object for scripts.")] = False,
) -> int:
    """Show the actors that a bot file plans, or those of a running bot."""
    tree = _tree(bot, live)
    if json:
        print_json(from_tree(tree))
    else:
        sys.stdout.write(drawable(f"{tree}\n"))
    return ExitCode.OK


def _tree(bot: Path | None, live: Path | None) -> TreeNode:
    if live is not None and bot is None:
        return trio.run(ask_tree, live)
    if bot is not None and live is None:
        from .compose import Instead, plan_tree, read_bot

        return plan_tree(read_bot(bot, Instead()))
    raise UsageError("name a bot file, or --live SOCKET of a running bot, and not both")
