"""Sphinx configuration of the handbook; `make docs` builds it with warnings as errors."""

import tomllib
from pathlib import Path

_PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))

project = "benthic"
author = "the benthic authors"
project_copyright = "2026, the benthic authors"
release = version = _PROJECT["project"]["version"]

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

exclude_patterns = ["_build"]
nitpicky = True
highlight_language = "python"
html_theme = "furo"
html_title = f"benthic {release}"
