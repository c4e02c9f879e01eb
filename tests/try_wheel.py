"""Run by `make wheel` in an environment that has the wheel and its dependencies alone.

Every module must be there, must load, and must come from site-packages; the command must answer.
"""

import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import benthic


def main() -> None:
    """Import all, then ask for help; any failure is an exception."""
    here = Path(benthic.__file__).resolve()
    if "site-packages" not in here.parts:
        sys.exit(f"try_wheel: benthic was imported from {here}, not from the wheel")
    if not here.with_name("py.typed").is_file():
        sys.exit("try_wheel: py.typed is missing from the wheel")
    names = [module.name for module in pkgutil.walk_packages(benthic.__path__, "benthic.")]
    for name in names:
        if not name.endswith("__main__"):
            import_module(name)
    unwanted = {name.split(".")[1] for name in names} & {"tests", "docs", "examples", "build"}
    if unwanted:
        sys.exit(f"try_wheel: the wheel ships {sorted(unwanted)}")
    for command in (
        [sys.executable, "-m", "benthic"],
        [str(Path(sys.executable).parent / "benthic")],
    ):
        subprocess.run([*command, "--help"], check=True, stdout=subprocess.DEVNULL)
    sys.stdout.write(f"wheel: {len(names)} modules load, and `benthic --help` answers\n")


if __name__ == "__main__":
    main()
