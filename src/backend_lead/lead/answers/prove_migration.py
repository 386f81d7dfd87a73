"""Prove that this migration is safe."""

from __future__ import annotations

import shlex
from dataclasses import replace

from backend_lead.lead.answers._asked import SHOWN, Asked
from backend_lead.lead.answers._fixes import of_findings
from backend_lead.lead.answers._migrations import change_read, meant, request_of
from backend_lead.lead.answers._words import counted, unread
from backend_lead.lead.migration_proofs import prove_migrations
from backend_lead.model.answer import Offer
from backend_lead.model.proof import ProofVerdict
from backend_lead.model.review import Report

_ROWS = 20_000


def answer(asked: Asked) -> Report:
    """Return what was seen when the migration ran on a server of our own."""
    files, assumed = meant(asked)
    report = prove_migrations(request_of(asked, files), asked.options, _ROWS, asked.listen)
    order = list(ProofVerdict)
    verdict = max((each.verdict for each in report.proofs), key=order.index, default=ProofVerdict.SAFE)
    fixes = of_findings(report.findings, asked.options.target)
    names = " ".join(shlex.quote(str(path)) for path in files)
    return asked.report(
        report,
        replace(
            asked.begun(),
            headline=f"It was run: {verdict.value.replace('_', ' ')}.",
            told=((assumed,) if assumed else ())
            + tuple(f"{each.path}: {each.verdict.value.replace('_', ' ')}" for each in report.proofs),
            fixes=tuple(fixes[:SHOWN]),
            more=max(0, len(fixes) - SHOWN),
            analysed=(
                change_read(report),
                f"{counted(_ROWS, 'made-up row')} a table, on a throw-away server under load",
            ),
            unknown=(
                "Your rows are not these rows: what depends on values or sizes can differ.",
                *unread(report.backend),
            ),
            next=(
                Offer(f"backend-lead migration prove {names}", "every statement with what was seen"),
                Offer(f"backend-lead migration apply {names} --db DSN", "run it, after this proof"),
            ),
        ),
    )
