"""What a rule is, and how the rules are found."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.resources import files

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Dimension, Finding, Severity

Check = Callable[[Backend], Iterable[Finding]]
# Rules over a change of the schema stand in a folder of their own, and count as findings about the database.
MIGRATION = "migration"
AREAS = (*(dimension.value for dimension in Dimension), MIGRATION)


def dimension_of(area: str) -> Dimension:
    """Return the dimension that the rules of a folder belong to."""
    return Dimension.DATABASE if area == MIGRATION else Dimension(area)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `id` from the file's name, `area` from its folder, `check` a pure function from model to findings.

    `needs` is "source", "database" (a live server) or "document" (an OpenAPI file).  A `preview` rule runs only when
    asked for: its precision on real code is under 95 % or not yet measured.
    """

    id: str
    title: str
    area: str
    severity: Severity
    check: Check
    needs: str = "source"
    preview: bool = False
    owasp_api: str | None = None
    cwe: str | None = None

    @property
    def dimension(self) -> Dimension:
        """The dimension that its findings belong to."""
        return dimension_of(self.area)

    @property
    def page(self) -> str:
        """The rule's Markdown page."""
        folder = files("backend_lead.rules") / self.area
        return (folder / f"{self.id.replace('-', '_')}.md").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What a rule's module declares beside its `check` function, as `RULE`."""

    title: str
    severity: Severity
    needs: str = "source"
    preview: bool = False
    owasp_api: str | None = None
    cwe: str | None = None


@functools.cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule in the folders, sorted by dimension and id.  A module without RULE or check is a fault of ours."""
    return tuple(sorted((rule for area in AREAS for rule in rules_of(area)), key=lambda rule: (rule.area, rule.id)))


@functools.cache
def rules_of(area: str) -> tuple[Rule, ...]:
    """The rules in one folder, sorted by id."""
    found = []
    package = importlib.import_module(f"backend_lead.rules.{area}")
    for entry in pkgutil.iter_modules(package.__path__):
        if entry.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{entry.name}")
        info: RuleInfo = module.RULE
        found.append(Rule(
            id=entry.name.replace("_", "-"), title=info.title, area=area, severity=info.severity,
            check=module.check, needs=info.needs, preview=info.preview, owasp_api=info.owasp_api, cwe=info.cwe))
    return tuple(sorted(found, key=lambda rule: rule.id))


def find_rule(name: str) -> Rule | None:
    """Return the rule of that id, or None."""
    return next((rule for rule in all_rules() if rule.id == name), None)
