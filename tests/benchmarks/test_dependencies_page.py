"""Every dependency that a user installs has its paragraph, and every paragraph its dependency."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_dependency_has_a_paragraph_and_the_other_way_round() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [one for group in project["optional-dependencies"].values() for one in group]
    declared = {re.split(r"[\[<>=!~; ]", one)[0] for one in [*project["dependencies"], *extras]} - {project["name"]}
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert {line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")} == declared
    for section in page.split("\n## ")[1:]:
        name, _, text = section.partition("\n")
        text = " ".join(text.split())
        for said in ("aves", "Licence", "Import:", "Kept by", "To leave:"):
            assert said in text, f"{name} does not say: {said}"
