"""Two small services in styles of their own: every fault planted in them is found, every sound twin is left alone.

`# fault: rule` marks the line of a finding; a line without a mark must have none.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend_lead.model.finding import Dimension
from backend_lead.read.reader import read_backend
from backend_lead.rules.rule import all_rules

PLANTED = Path(__file__).parent / "planted"
MARK = re.compile(r"# fault: ([\w-]+(?:, [\w-]+)*)")


def marked(folder: Path) -> set[str]:
    found = set()
    for path in sorted(folder.glob("*.py")):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            for match in MARK.finditer(line):
                found |= {f"{rule} {path.name}:{number}" for rule in match[1].split(", ")}
    return found


@pytest.mark.parametrize("name", ["desk", "studio"])
def test_planted_faults_are_found_and_nothing_else(name):
    backend = read_backend(PLANTED / name, cache=False)
    found = {f"{finding.rule} {finding.place}" for rule in all_rules() if rule.dimension is Dimension.SECURITY
             for finding in rule.check(backend)}
    assert found == marked(PLANTED / name)
