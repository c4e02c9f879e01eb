"""Whatever the README and the handbook show is run: Python, bot files, commands.

A `python` block is a whole program. Where a `text` block follows it, that is what it prints.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from benthic.actors.bot.reading import load_config, parse_config
from benthic.cli.main import COMMANDS
from benthic.scenarios.running.planfile import read_plan_scenario
from benthic.scenarios.venue.faults.toml import plan_of

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md")))
FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^\$ |`)benthic ((?:[a-z]+(?![\w./-]) ?)+)", re.MULTILINE)
STEP_BY_STEP = "docs/getting-started.md"  # its blocks build on each other
PATIENCE = 120  # seconds of wall time until a child counts as hung


@attrs.frozen
class Block:
    """One fenced block of a page, and the output that is promised below it."""

    place: str
    language: str
    text: str
    output: str | None = None


def blocks(page: Path) -> Iterator[Block]:
    source = page.read_text("utf-8")
    found = list(FENCE.finditer(source))
    for number, fence in enumerate(found):
        after = found[number + 1] if number + 1 < len(found) else None
        promised = (
            after[2]
            if after is not None
            and after[1] == "text"
            and not source[fence.end() : after.start()].strip()
            else None
        )
        line = source.count("\n", 0, fence.start()) + 1
        yield Block(f"{page.relative_to(ROOT)}:{line}", fence[1], fence[2], promised)


def blocks_in(language: str) -> list[Block]:
    return [block for page in PAGES for block in blocks(page) if block.language == language]


def run(argv: list[str], where: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv,
        capture_output=True,
        check=False,
        cwd=where,
        env={**os.environ, "PYTHONWARNINGS": "error", "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=PATIENCE,
    )


@pytest.mark.parametrize(
    "block",
    [block for block in blocks_in("python") if not block.place.startswith(STEP_BY_STEP)],
    ids=lambda block: block.place,
)
def test_a_program_of_the_handbook_runs_and_prints_what_it_says(
    block: Block, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text(block.text, "utf-8")

    child = run([sys.executable, str(program)], tmp_path)

    assert child.returncode == 0, child.stderr
    assert child.stderr == ""
    if block.output is not None:
        assert child.stdout == block.output


@pytest.mark.parametrize(
    "block",
    [block for block in blocks_in("toml") if "[[rule]]" not in block.text],
    ids=lambda block: block.place,
)
def test_a_bot_file_of_the_handbook_is_one(block: Block) -> None:
    assert parse_config(block.text, file=block.place).bot.name


@pytest.mark.parametrize(
    "block",
    [block for block in blocks_in("toml") if "[expect]" in block.text],
    ids=lambda block: block.place,
)
def test_a_plan_with_expectations_of_the_handbook_is_a_scenario(block: Block) -> None:
    assert read_plan_scenario(block.text, block.place).rules


@pytest.mark.parametrize(
    "block",
    [
        block
        for block in blocks_in("toml")
        if "[[rule]]" in block.text and "[expect]" not in block.text
    ],
    ids=lambda block: block.place,
)
def test_a_fault_plan_of_the_handbook_is_one(block: Block) -> None:
    assert plan_of(block.text, place=block.place).rules


@pytest.mark.parametrize(
    "file", sorted((ROOT / "examples").glob("*.toml")), ids=lambda file: file.name
)
def test_an_example_bot_file_is_one(file: Path) -> None:
    assert load_config(file).bot.name


def test_getting_started_works_for_whoever_follows_it(tmp_path: Path) -> None:
    for block in blocks(ROOT / STEP_BY_STEP):
        if block.language == "toml":
            (tmp_path / "bot.toml").write_text(block.text, "utf-8")
        elif block.language == "python":
            child = run([sys.executable, "-c", block.text], tmp_path)
            assert child.returncode == 0, child.stderr
        elif block.language == "console":
            for line in block.text.splitlines():
                words = line.removeprefix("$ benthic ").split()
                child = run([sys.executable, "-m", "benthic", *words], tmp_path)
                assert child.returncode == 0, f"{block.place}: {line}\n{child.stderr}"


def shown_of(script: Path) -> str | None:
    """What the handbook shows that an example prints; None where it shows nothing of it."""
    first = f"$ python examples/{script.name}\n"
    for block in blocks_in("console"):
        if block.text.startswith(first):
            return block.text.removeprefix(first)
    return None


@pytest.mark.parametrize(
    "script", sorted((ROOT / "examples").glob("*.py")), ids=lambda script: script.name
)
def test_an_example_script_runs_to_its_end_and_prints_what_is_shown(
    script: Path, tmp_path: Path
) -> None:
    child = run([sys.executable, str(script)], tmp_path)

    assert child.returncode == 0, child.stderr
    assert shown_of(script) in {None, child.stdout}


def commands_named() -> list[str]:
    """Each command that the pages tell a reader to type, such as `bench runtime`."""
    return sorted(
        {found.strip() for page in PAGES for found in COMMAND.findall(page.read_text("utf-8"))}
    )


@pytest.mark.parametrize("command", commands_named())
def test_a_command_that_the_handbook_names_exists(command: str, tmp_path: Path) -> None:
    child = run([sys.executable, "-m", "benthic", *command.split(), "--help"], tmp_path)

    assert child.returncode == 0, child.stdout + child.stderr


def options_in(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", text)) - {"--help", "--version"}


@pytest.mark.parametrize("name", [name for name, _ in COMMANDS])
def test_the_options_of_a_command_are_those_that_the_handbook_tells(
    name: str, tmp_path: Path
) -> None:
    page = (ROOT / "docs" / "cli.md").read_text("utf-8")
    sections = re.split(r"^## `benthic ([a-z]+)`$", page, flags=re.MULTILINE)
    told = options_in(dict(zip(sections[1::2], sections[2::2], strict=True))[name])
    below = [command for command in commands_named() if command.split()[0] == name]

    there = {
        option
        for command in {name, *below}
        for option in options_in(
            run([sys.executable, "-m", "benthic", *command.split(), "--help"], tmp_path).stdout
        )
    }

    assert told == there


def test_every_link_of_a_page_leads_to_a_file() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []
