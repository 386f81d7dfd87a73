"""Queries written another way: what each kind of rewrite offers, what the planner says of it with the best indexes for
it, and whether its result is the same on rows that were made to tell it apart.

Only what costs so much less that it is believed is run, and what differed once is never reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from backend_lead.diagnose.costing import Costed, Costing
from backend_lead.diagnose.indexes import Advised, offered
from backend_lead.diagnose.parameters import Variant, filled
from backend_lead.diagnose.rewrites import kinds
from backend_lead.diagnose.rewritten import Remark, Rewritten
from backend_lead.diagnose.scope import Catalog, Statement
from backend_lead.diagnose.search import LEAST_COST, LEAST_FACTOR, Priced, Search
from backend_lead.diagnose.writes import TableWrites
from backend_lead.gates.grammar import SqlUnreadable, deparse_statement, kind, parse, walk, wrapped
from backend_lead.gates.scratch_session import ScratchError
from backend_lead.model.diagnosis import Advice, Rewrite, SameRows
from backend_lead.model.finding import Evidence
from backend_lead.model.statistics import PlannerStatistics
from backend_lead.model.table import Table
from backend_lead.prove.same_result import ZONES, Outcome, Page, SameResult
from backend_lead.prove.shadow import Shadow
from backend_lead.rules._ddl import index_name

# How deep a page lies when nobody knows: the fiftieth of twenty rows.
_DEEP = 1_000
# An index that does not bring this much is not asked for.
_NEARLY = 1.15
_PREFIX = "bl_rewritten"
_FUNCTIONS = """
    SELECT p.proname::text, p.provolatile = 'v', p.prokind = 'a' FROM pg_proc p JOIN pg_namespace n
    ON n.oid = p.pronamespace WHERE p.provolatile = 'v' OR p.prokind = 'a'"""


@dataclass(slots=True)
class _Proposal:
    """A rewrite of one query with what it costs, and the indexes that it wants beside those that are advised."""

    kind: str
    old: Costed
    rewritten: Rewritten
    sql: str
    new: Costed
    own: frozenset[int] = frozenset()
    before: float = 0.0
    with_indexes: float = 0.0
    after: float = 0.0
    ddl: tuple[str, ...] = ()


@dataclass(slots=True)
class Rewriting:
    """Looks for rewrites of the queries of a workload on a shadow whose indexes have been advised."""

    shadow: Shadow
    costing: Costing
    statistics: PlannerStatistics
    tables: Sequence[Table]
    writes: Mapping[str, TableWrites]
    advised: Advised
    advice: list[Advice] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    forms: list[Costed] = field(default_factory=list)

    def run(self, queries: Sequence[Costed]) -> tuple[Rewrite, ...]:
        """Return the rewrites that pay, the dearest query first; `advice`, `refused` (what was not the same, and why)
        and `forms` (the new statements, which want their indexes too) are filled on the way."""
        catalog = self._catalog()
        self.costing.show(frozenset())
        proposals = [each for query in queries for each in self._proposals(query, catalog)]
        if not proposals:
            return ()
        priced, _ = offered(self.shadow, self.costing, [each.new for each in proposals], self.tables, self.writes,
                            prefix=_PREFIX)
        best: dict[str, list[_Proposal]] = {}
        for each in proposals:
            if self._pays(each, priced):
                best.setdefault(each.old.query.sql, []).append(each)
        found = []
        with ExitStack() as stack:
            proving: SameResult | None = None
            for _, rivals in sorted(best.items()):
                for each in sorted(rivals, key=lambda one: (one.after, len(one.ddl), one.kind)):
                    proving = proving or stack.enter_context(SameResult(
                        self.statistics.schema_sql, self.statistics.settings, self.shadow.major
                        or self.statistics.major or None))
                    outcome = _compared(proving, each)
                    if outcome.difference:
                        self.refused.append(f"{_name(each.old)}: {each.kind} was not the same: {outcome.difference}")
                        continue
                    found.append((each, self._told(each, outcome)))
                    break
        found.sort(key=lambda pair: (-(pair[0].before - pair[0].after) * pair[0].old.query.weight, pair[1].name))
        self.forms = [each.new for each, _ in found]
        return tuple(rewrite for _, rewrite in found)

    def _catalog(self) -> Catalog:
        functions = list(self.shadow.session.run(_FUNCTIONS))
        named: dict[str, Table] = {}
        for table in self.tables:
            named.setdefault(table.name, table)
            named.setdefault(f"{table.schema or 'public'}.{table.name.rpartition('.')[2]}", table)
        widths = {(each.relation, each.column): each.width for each in self.statistics.columns}
        return Catalog(named, frozenset(str(name) for name, volatile, _ in functions if volatile),
                       frozenset(str(name) for name, _, aggregate in functions if aggregate), widths,
                       self.shadow.session.version // 10_000)

    def _proposals(self, old: Costed, catalog: Catalog) -> Iterator[_Proposal]:
        """Yield what each kind makes of a query, and what several of them make of it together."""
        statement = _statement(old.query.sql, catalog)
        if statement is None:
            return
        seen = {deparse_statement(statement.tree)}
        together = statement
        names: list[str] = []
        for name, rewrite in kinds().items():
            for each in rewrite(statement):
                if isinstance(each, Remark):
                    self._remark(old, name, each)
                    continue
                yield from self._planned(name, old, each, seen)
            if name != "offset-to-keyset":
                again = next((each for each in rewrite(together) if isinstance(each, Rewritten) and not each.domains
                              and not each.zones), None)
                if again is not None:
                    together, names = again.statement, [*names, name]
        if len(names) > 1:
            yield from self._planned(" + ".join(names), old, Rewritten(together, "Several things make it dear."), seen)

    def _remark(self, old: Costed, name: str, remark: Remark) -> None:
        told = Advice(_name(old), name, remark.message, old.query.place)
        if told not in self.advice and (name == "wide-columns" or self.costing.cost(old, frozenset()) >= LEAST_COST):
            self.advice.append(told)

    def _planned(self, name: str, old: Costed, rewritten: Rewritten, seen: set[str]) -> Iterator[_Proposal]:
        sql = deparse_statement(rewritten.statement.tree)
        if not sql or sql in seen:
            return
        seen.add(sql)
        moved = rewritten.parameters
        variants = []
        for variant in old.variants:
            literals = {number if moved is None else moved[number]: literal for number, literal in variant.literals
                        if moved is None or number in moved}
            variants.append(Variant(filled(sql, literals), variant.share, variant.values, tuple(literals.items())))
        try:
            new = self.costing.planned(replace(old.query, sql=sql), tuple(variants))
            deep = self._deep(old, rewritten)
        except ScratchError:
            return
        yield _Proposal(name, deep, rewritten, sql, new)

    def _deep(self, old: Costed, rewritten: Rewritten) -> Costed:
        """Return a query that skips rows at a page that lies deep, where its own depth is not known."""
        page = rewritten.page
        if page is None or page.skipped < 0 or old.query.samples:
            return old
        return self.costing.planned(old.query, tuple(
            replace(each, sql=filled(old.query.sql, {**dict(each.literals), page.skipped: str(_DEEP)}))
            for each in old.variants))

    def _pays(self, each: _Proposal, priced: Mapping[int, Priced]) -> bool:
        """Say whether the rewrite costs so much less that it is believed, alone or with indexes of its own."""
        chosen = self.advised.chosen
        each.before = self.costing.cost(each.old, frozenset())
        each.with_indexes = self.costing.cost(each.old, chosen)
        bare = self.costing.cost(each.new, frozenset())
        served = self.costing.cost(each.new, chosen)
        mine = {oid: one for oid, one in priced.items() if each.new.query.sql in one.made_for}
        own = Search(self.costing, [each.new], mine).run() if mine else frozenset()
        if own and self.costing.cost(each.new, own | chosen) * LEAST_FACTOR < served:
            each.own = self._fewest(each.new, own, chosen)
        each.after = self.costing.cost(each.new, chosen | each.own)
        # Without any index nearly as good as the old form with those advised for it, it may take their place.
        if _believable(each.before, bare) and bare <= each.with_indexes * LEAST_FACTOR:
            each.own = frozenset() if bare <= max(each.after * LEAST_FACTOR, LEAST_COST) else each.own
            each.after = bare if not each.own else each.after
        elif not _believable(each.with_indexes, each.after):
            return False
        each.ddl = tuple(priced[oid].candidate.ddl(_index_name(priced[oid])) for oid in sorted(each.own))
        return True

    def _fewest(self, new: Costed, own: frozenset[int], chosen: frozenset[int]) -> frozenset[int]:
        """Leave out the indexes beside which the others do as well."""
        for oid in sorted(own):
            if self.costing.cost(new, chosen | (own - {oid})) <= self.costing.cost(new, chosen | own) * _NEARLY:
                own = own - {oid}
        return own

    def _told(self, each: _Proposal, outcome: Outcome) -> Rewrite:
        name = _name(each.old)
        only = tuple(change.name for change in self.advised.changes if change.serves == (name,)) if not each.own else ()
        used = self.costing.used(each.new, self.advised.chosen | each.own)
        kept = {self.advised.names[oid] for oid in self.advised.chosen
                if used & set(self.shadow.members[oid].values())}
        proof = SameRows(outcome.rounds, outcome.comparisons, outcome.rows, outcome.zones, outcome.reason)
        return Rewrite(
            name, each.kind, each.old.query.sql, each.sql, each.rewritten.why, round(each.before, 2),
            round(each.after, 2), Evidence.MEASURED, each.rewritten.needs, each.rewritten.caller,
            round(each.with_indexes, 2), each.ddl, tuple(sorted(set(only) - kept)), each.old.query.endpoint,
            each.old.query.place, proof)


def _compared(proving: SameResult, each: _Proposal) -> Outcome:
    rewritten = each.rewritten
    page = rewritten.page
    tables = each.old.tables | each.new.tables | _named(each.old.query.sql)
    return proving.compare(
        each.old.query.sql, each.sql, sorted(tables),
        page=None if page is None else Page(page.settled, page.types, page.size), domains={
            **_counts(each.old.query.sql), **rewritten.domains},
        zones=rewritten.zones or ZONES, parameters=rewritten.parameters)


def _statement(sql: str, catalog: Catalog) -> Statement | None:
    """Return a SELECT that may be rewritten, None for other statements and for one that calls a volatile function."""
    try:
        tree = parse(sql)[0].stmt
    except SqlUnreadable:
        return None
    if kind(tree) != "select_stmt" or tree.select_stmt.values_lists or tree.select_stmt.HasField("into_clause"):
        return None
    called = {each.funcname[-1].string.sval for each in walk(tree) if type(each).__name__ == "FuncCall"}
    if called & catalog.volatile:
        return None
    return Statement(wrapped("select_stmt", tree.select_stmt), catalog)


def _counts(sql: str) -> dict[int, str]:
    """Return the parameters that are numbers of rows."""
    found = {}
    for node in walk(parse(sql)[0].stmt):
        if type(node).__name__ == "SelectStmt":
            for place, what in ((node.limit_count, "rows"), (node.limit_offset, "skipped")):
                found.update({each.number: what for each in walk(place) if type(each).__name__ == "ParamRef"})
    return found


def _named(sql: str) -> frozenset[str]:
    return frozenset(each.relname for each in walk(parse(sql)[0].stmt) if type(each).__name__ == "RangeVar")


def _believable(before: float, after: float) -> bool:
    return before >= LEAST_COST and before >= after * LEAST_FACTOR


def _name(costed: Costed) -> str:
    return costed.query.name or costed.query.sql


def _index_name(priced: Priced) -> str:
    return index_name(priced.candidate.table, priced.candidate.columns).lower()
