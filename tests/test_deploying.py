"""The files of docs/deploy: what can be checked of them without a service manager and a daemon."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from benthic.actors.bot.config import ShutdownSection
from benthic.cli.exits import ExitCode
from benthic.cli.run.voyage import LAST
from benthic.runtime import Supervisor

DEPLOY = Path(__file__).resolve().parent.parent / "docs" / "deploy"
UNIT = DEPLOY / "benthic@.service"
DOCKERFILE = DEPLOY / "Dockerfile"
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "RestrictNamespaces": "yes",
    "MemoryDenyWriteExecute": "yes",
    "LimitCORE": "0",
    "UMask": "0077",
    "DynamicUser": "yes",
}


def unit() -> ConfigParser:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    parser.read_string(UNIT.read_text("utf-8"))
    return parser


def test_the_unit_is_closed_as_far_as_it_says() -> None:
    service = unit()["Service"]

    assert {name: service[name] for name in HARDENED} == HARDENED
    assert service["Type"] == "notify"
    assert "LoadCredential" in service


def test_the_unit_leaves_a_bot_the_time_that_its_end_takes() -> None:
    service = unit()["Service"]
    needed = ShutdownSection().deadline_ms / 1000 + LAST

    assert int(service["TimeoutStopSec"]) > needed
    assert int(service["WatchdogSec"]) >= 10


def test_the_unit_restarts_slower_than_a_tree_gives_up() -> None:
    parser, root = unit(), Supervisor("root", [])
    burst, span = int(parser["Unit"]["StartLimitBurst"]), parser["Unit"]["StartLimitIntervalSec"]

    assert int(parser["Service"]["RestartSec"]) * 1000 >= root.window  # H6: each is a new window
    assert burst * int(parser["Service"]["RestartSec"]) < int(span)  # or it would never give up
    never = {int(code) for code in parser["Service"]["RestartPreventExitStatus"].split()}
    assert never == {ExitCode.USAGE, ExitCode.CONFIGURATION, ExitCode.REFUSED}  # I2


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze here: the unit is not verified by systemd itself")
    copy = tmp_path / "benthic@first.service"
    text = UNIT.read_text("utf-8").replace("/opt/benthic/bin/benthic", "/bin/true")
    copy.write_text(text, "utf-8")
    child = subprocess.run(
        [analyze, "verify", str(copy)], capture_output=True, check=False, text=True
    )

    assert "benthic" not in child.stderr, child.stderr


def test_the_image_runs_as_nobody_with_one_volume_and_a_health_check() -> None:
    text = DOCKERFILE.read_text("utf-8")
    final = text.rpartition("\nFROM ")[2]

    assert re.findall(r"^USER (\S+)", final, re.MULTILINE) == ["10001:10001"]
    assert re.findall(r"^VOLUME (.+)", final, re.MULTILINE) == ['["/data"]']
    assert "HEALTHCHECK" in final
    assert '"tree", "--live", "/data/bot.sock"' in final
    assert final.index("USER") < final.index("ENTRYPOINT")
