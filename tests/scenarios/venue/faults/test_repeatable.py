"""One seed and one plan: the same faults, and the same bytes, in every run and every process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import trio

from .struck import ORDER, SYMBOL, Rule, World, ignored, run

ROOT = Path(__file__).parents[4]

RULES: list[Rule] = [
    {
        "verb": "execute_then_drop_response",
        "when": {"method": "POST", "path": ORDER, "probability": 0.3},
    },
    {"verb": "status", "status": 503, "when": {"method": "GET", "path": ORDER, "probability": 0.4}},
    {"verb": "reorder", "window": 3, "order": "shuffled", "when": {"stream": "user"}},
    {"verb": "drop", "when": {"stream": "*@depth@100ms", "probability": 0.5}},
    {"verb": "garbage", "kind": "nan", "when": {"stream": "*@depth@100ms", "probability": 0.5}},
    {"verb": "engine_restart", "share": "0.5", "when": {"at": "5s", "again": "5s"}},
    {"verb": "dribble", "size": 7, "every": "10ms", "when": {"path": "/api/v3/depth"}},
]


async def trade_on(world: World) -> None:
    """Twenty orders, each on a connection of its own, and somebody who listens."""
    user, depth = await world.hear_user(), await world.hear("/ws/btcusdt@depth@100ms")
    for number in range(20):
        trader = await world.http()
        await ignored(lambda: trader.place(f"order-{number}"))  # noqa: B023 - awaited here
        trader = await world.http()
        await trader.signed("GET", ORDER, symbol=SYMBOL, origClientOrderId=f"order-{number}")
        await trio.sleep(0.7)
    await (await world.http()).get("/api/v3/depth", symbol=SYMBOL)
    await user.all()
    await depth.all()


def transcript() -> str:
    """The digest of all bytes and of all faults."""
    world = run(RULES, trade_on)
    fired = [f"{each.at} {each.title} {each.cause}" for each in world.faults.log.entries()]
    assert len(fired) > 20
    return f"{world.transcript.digest()} {len(fired)} {hash_of(fired)}"


def hash_of(lines: list[str]) -> int:
    """One number of many lines, the same in every process."""
    return sum(number * sum(line.encode()) for number, line in enumerate(lines, 1))


def test_the_same_plan_and_seed_give_the_same_bytes_again() -> None:
    assert transcript() == transcript()


def test_two_processes_give_the_same_bytes() -> None:
    program = (
        "import sys; import pytest; "
        f"sys.exit(pytest.main(['-q', '-s', '-p', 'no:cacheprovider', {__file__!r}, "
        "'-k', 'prints_its_digest']))"
    )
    said = set[str]()
    for seed in ("1", "2"):
        ran = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "BENTHIC_PRINT_DIGEST": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        said |= {line for line in ran.stdout.splitlines() if line.startswith("digest ")}

    assert len(said) == 1


def test_a_run_prints_its_digest() -> None:
    digest = transcript()

    if "BENTHIC_PRINT_DIGEST" in os.environ:
        sys.stdout.write(f"\ndigest {digest}\n")
    assert digest
