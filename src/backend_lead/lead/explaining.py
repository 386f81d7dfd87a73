"""A rule as a document: what it finds, why that hurts, how to mend it."""

from __future__ import annotations

from backend_lead import __version__
from backend_lead.config import nearest
from backend_lead.errors import WrongUse
from backend_lead.report._documents_rules import RuleFields
from backend_lead.report._jobs import ExplainDocument
from backend_lead.rules.rule import Rule, all_rules, find_rule


def explained(name: str) -> ExplainDocument:
    """Return the document of the rule of that id.  Raises WrongUse, with the nearest one, where there is none."""
    found = find_rule(name)
    if found is None:
        meant = nearest(name, [each.id for each in all_rules()])
        raise WrongUse(f"There is no rule {name[:80]!r}.",
                       f"Did you mean {meant}? Type: backend-lead explain {meant}" if meant
                       else "See: backend-lead rules")
    return ExplainDocument("backend-lead/explain/1", __version__, listed(found), found.page.rstrip() + "\n")


def listed(rule: Rule) -> RuleFields:
    """Return a rule as the list of rules has it."""
    return RuleFields(rule.id, rule.title, rule.dimension, rule.area, rule.severity, rule.needs, rule.preview,
                      rule.owasp_api, rule.cwe)
