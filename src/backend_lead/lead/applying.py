"""A proven migration on a database that somebody named: nothing else of the tool changes a database."""

from __future__ import annotations

from dataclasses import dataclass, field

from backend_lead.errors import WrongUse
from backend_lead.gates.applying import ApplyGate, Patience
from backend_lead.lead.before import Request
from backend_lead.lead.migration import prepare
from backend_lead.lead.proofs import is_proven
from backend_lead.migrate.applying import Applied, apply
from backend_lead.model.event import Finished, Listener, Started, silent


@dataclass(frozen=True, slots=True)
class Target:
    """Where a migration goes, and under which conditions.

    `unproven` lets one run that was not proven safe; `again` and `finished` say what to do with a statement that an
    earlier run began and whose end cannot be seen.
    """

    dsn: str
    unproven: bool = False
    again: bool = False
    finished: bool = False
    patience: Patience = field(default_factory=Patience)


def apply_migrations(request: Request, target: Target, listen: Listener = silent) -> list[tuple[str, Applied]]:
    """Run migrations one after the other; return what was done of each.  Raises WrongUse for one without a proof."""
    prepared = prepare(request, listen)
    for script in prepared.scripts:
        folder = prepared.roots[script.path]
        if not target.unproven and not is_proven(folder, script):
            raise WrongUse(
                f"{script.path} was not proven as it is now, so nothing is run.",
                f"Prove it: backend-lead migration prove {folder / script.path}; or type --unproven",
            )
    done = []
    with ApplyGate(target.dsn, target.patience) as gate:
        for script in prepared.scripts:
            listen(Started(script.path))
            result = apply(
                gate, script, lambda text: listen(Finished("", text)), again=target.again, finished=target.finished
            )
            done.append((script.path, result))
    return done
