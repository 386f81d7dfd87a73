"""Row policies, triggers, functions and grants: what stands in a schema beside its tables, and what changes it.

Three schemas are compared: what was generated last, what the migrations leave, and what is generated now.  What people
changed by migrations of their own is left as they have it, and told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from backend_lead.gates.grammar import Node, SqlUnreadable, deparse_statement, enum_name, kind, parse
from backend_lead.migrate.script import Script, Step

_Name = tuple[str, str]


@dataclass(slots=True)
class Access:
    """Policies and triggers by table and name, functions by name, the tables with row-level security, privileges by
    table and role.

    Texts are as the grammar writes them, so that two that mean the same are the same.
    """

    policies: dict[_Name, str] = field(default_factory=dict)
    triggers: dict[_Name, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    secured: set[str] = field(default_factory=set)
    granted: dict[_Name, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """The step that changes access, None when nothing differs; and what was left as people have it."""

    step: Step | None
    kept: tuple[str, ...]


def access_of(scripts: Iterable[Script]) -> Access:
    """Return what the statements of migrations leave, one after the other; others than these are passed over."""
    access = Access()
    for script in scripts:
        for sent in script.up:
            try:
                trees = parse(sent.sql)
            except SqlUnreadable:
                continue
            for tree in trees:
                _apply(tree.stmt, access)
    return access


def access_change(base: Access, now: Access, new: Access, renamed: Mapping[str, str],
                  staying: frozenset[str]) -> Change:
    """Return what makes `new` of `now` where people changed nothing.

    `renamed` are tables with their new names; those that are `staying` are generated no more and keep what they have.
    """
    return _Comparison(_moved(base, renamed), _moved(now, renamed), new, staying).result()


@dataclass(slots=True)
class _Comparison:
    base: Access
    now: Access
    new: Access
    staying: frozenset[str]
    first: list[str] = field(default_factory=list)
    then: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    back_first: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def result(self) -> Change:
        self._named("policy", *(each.policies for each in (self.base, self.now, self.new)))
        self._named("trigger", *(each.triggers for each in (self.base, self.now, self.new)))
        self._functions()
        self._secured()
        self._grants()
        up = (*self.first, *self.then)
        step = Step("row_policies", up, (*self.back_first, *reversed(self.back))) if up else None
        return Change(step, tuple(self.kept))

    def _named(self, what: str, base: Mapping[_Name, str], there: Mapping[_Name, str],
               wanted: Mapping[_Name, str]) -> None:
        """Compare what has a name of its own in each table."""
        for key in sorted({*base, *wanted}):
            table, name = key
            old, now, new = (each.get(key) for each in (base, there, wanted))
            if new in (now, old) or (new is None and table in self.staying):
                continue
            if now != old:
                became = "changed" if now is not None else "dropped"
                self.kept.append(f"the {what} {name} of {table} was {became} by a migration of yours and stays so; the "
                                 f"generated one is: {new or 'none'}")
                continue
            drop = f"DROP {what.upper()} {name} ON {table};"
            if now is not None:
                self.first.append(drop)
                self.back.append(f"{now};")
            if new is not None:
                self.then.append(f"{new};")
                self.back_first.append(drop)

    def _functions(self) -> None:
        made: list[str] = []
        for name in sorted({*self.base.functions, *self.new.functions}):
            old, now, new = (each.functions.get(name) for each in (self.base, self.now, self.new))
            if new in (now, old) or new is None:
                # One that nobody asks any more does no harm, and a table that stays may ask it.
                continue
            if now != old:
                self.kept.append(f"the function {name}() was changed by a migration of yours and stays so; the "
                                 f"generated one is: {new}")
                continue
            made.append(f"{_replacing(new)};")
            self.back.insert(0, f"{_replacing(now)};" if now is not None else f"DROP FUNCTION {name}();")
        self.then[:0] = made

    def _secured(self) -> None:
        found = sorted(self.new.secured - self.now.secured - self.base.secured)
        self.then[:0] = [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;" for table in found]
        self.back[:0] = [f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;" for table in found]

    def _grants(self) -> None:
        for key in sorted({*self.base.granted, *self.new.granted}):
            table, role = key
            old, now, new = (each.granted.get(key, frozenset()) for each in (self.base, self.now, self.new))
            if table in self.staying:
                continue
            added, gone = sorted(new - old - now), sorted((old - new) & now)
            for words, verb, against in ((added, "GRANT {} ON {} TO {};", "REVOKE {} ON {} FROM {};"),
                                         (gone, "REVOKE {} ON {} FROM {};", "GRANT {} ON {} TO {};")):
                if words:
                    self.then.append(verb.format(", ".join(words), table, role))
                    self.back_first.append(against.format(", ".join(words), table, role))


def _moved(access: Access, renamed: Mapping[str, str]) -> Access:
    def name(table: str) -> str:
        return renamed.get(table, table)

    return Access({(name(table), each): text for (table, each), text in access.policies.items()},
                  {(name(table), each): text for (table, each), text in access.triggers.items()}, access.functions,
                  {name(each) for each in access.secured},
                  {(name(table), role): words for (table, role), words in access.granted.items()})


def _replacing(text: str) -> str:
    return text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


def _apply(node: Node, access: Access) -> None:
    match kind(node):
        case "create_policy_stmt":
            made = node.create_policy_stmt
            access.policies[made.table.relname, made.policy_name] = deparse_statement(node)
        case "alter_policy_stmt":
            # What it leaves is not put together here; that it is another one is enough.
            changed = node.alter_policy_stmt
            access.policies[changed.table.relname, changed.policy_name] = deparse_statement(node)
        case "create_function_stmt":
            text = deparse_statement(node).replace("CREATE OR REPLACE FUNCTION", "CREATE FUNCTION", 1)
            access.functions[node.create_function_stmt.funcname[-1].string.sval] = text
        case "create_trig_stmt":
            trigger = node.create_trig_stmt
            access.triggers[trigger.relation.relname, trigger.trigname] = deparse_statement(node)
        case "alter_table_stmt":
            _alter(node.alter_table_stmt, access)
        case "rename_stmt" if enum_name(node.rename_stmt, "rename_type") == "OBJECT_TABLE":
            moved = _moved(access, {node.rename_stmt.relation.relname: node.rename_stmt.newname})
            access.policies, access.triggers = moved.policies, moved.triggers
            access.secured, access.granted = moved.secured, moved.granted
        case "grant_stmt":
            _grant(node.grant_stmt, access)
        case "drop_stmt":
            _drop(node.drop_stmt, access)
        case _:
            pass


def _alter(stmt: Node, access: Access) -> None:
    for each in stmt.cmds:
        name = enum_name(each.alter_table_cmd, "subtype")
        if name == "AT_EnableRowSecurity":
            access.secured.add(stmt.relation.relname)
        elif name == "AT_DisableRowSecurity":
            access.secured.discard(stmt.relation.relname)


def _grant(stmt: Node, access: Access) -> None:
    words = frozenset(each.access_priv.priv_name.upper() for each in stmt.privileges) or frozenset({"ALL"})
    for table in stmt.objects:
        if kind(table) != "range_var":
            continue
        for role in stmt.grantees:
            key = table.range_var.relname, role.role_spec.rolename
            known = access.granted.get(key, frozenset())
            access.granted[key] = known | words if stmt.is_grant else known - words


def _drop(stmt: Node, access: Access) -> None:
    what = enum_name(stmt, "remove_type")
    for each in _names(stmt):
        if what == "OBJECT_POLICY":
            access.policies.pop((each[-2], each[-1]), None)
        elif what == "OBJECT_TRIGGER":
            access.triggers.pop((each[-2], each[-1]), None)
        elif what == "OBJECT_FUNCTION":
            access.functions.pop(each[-1], None)
        elif what == "OBJECT_TABLE":
            table = each[-1]
            access.secured.discard(table)
            access.policies = {key: text for key, text in access.policies.items() if key[0] != table}
            access.triggers = {key: text for key, text in access.triggers.items() if key[0] != table}
            access.granted = {key: words for key, words in access.granted.items() if key[0] != table}


def _names(stmt: Node) -> Iterator[list[str]]:
    for each in stmt.objects:
        if kind(each) == "list":
            yield [one.string.sval for one in each.list.items]
        elif kind(each) == "object_with_args":
            yield [one.string.sval for one in each.object_with_args.objname]
