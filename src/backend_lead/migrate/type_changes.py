"""What becomes of a column's values when its type changes.

The rules are those of `ATColumnChangeRequiresRewrite` in PostgreSQL's tablecmds.c and of the support functions that
simplify length coercions; which casts there are was read from a server's pg_cast.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from backend_lead.gates.grammar import Node, kind
from backend_lead.migrate.catalog import Catalog, Type
from backend_lead.migrate.expressions import BUILT_IN, own_type, type_of
from backend_lead.migrate.facts import Facts
from backend_lead.read.sql_conditions import names

_STRINGS = frozenset({"text", "character varying", "character"})
_WHOLE = {"smallint": 2, "integer": 4, "bigint": 8}
_TIMES = frozenset(
    {"timestamp without time zone", "timestamp with time zone", "time without time zone", "time with time zone"}
)
_MICROSECONDS = 6
# Through these casts values come out poorer: fractions, times of day, digits beyond a float's.
_POORER = frozenset(
    {
        ("numeric", "smallint"),
        ("numeric", "integer"),
        ("numeric", "bigint"),
        ("numeric", "real"),
        ("numeric", "double precision"),
        ("double precision", "real"),
        ("double precision", "smallint"),
        ("double precision", "integer"),
        ("double precision", "bigint"),
        ("real", "smallint"),
        ("real", "integer"),
        ("real", "bigint"),
        ("double precision", "numeric"),
        ("timestamp without time zone", "date"),
        ("timestamp with time zone", "date"),
        ("timestamp without time zone", "time without time zone"),
        ("timestamp with time zone", "time without time zone"),
        ("timestamp with time zone", "time with time zone"),
        ("bigint", "real"),
        ("integer", "real"),
        ("bigint", "double precision"),
        ("smallint", "boolean"),
        ("integer", "boolean"),
        ("bigint", "boolean"),
        ("numeric", "money"),
        ("json", "jsonb"),
        ("interval", "time without time zone"),
    }
) - {("json", "jsonb")}


# Functions from whose result the value can be had back.
_KEEPING = frozenset({"timezone", "to_timestamp", "to_jsonb", "encode", "to_hex"})


@dataclass(frozen=True, slots=True)
class TypeChange:
    """`rewrites` every row is written anew; `impossible` why PostgreSQL refuses; `loses` what the values lose;
    `may_fail` which rows would end it."""

    rewrites: bool
    impossible: str = ""
    loses: str = ""
    may_fail: str = ""


def type_change(
    column: str, old: Type, new: Type, using: Node | None, catalog: Catalog, facts: Facts, *, utc: bool = False
) -> TypeChange:
    """Return what ALTER COLUMN … TYPE does to a column's values; `utc` says that the session's zone is UTC."""
    if using is not None and not _is_cast_of(using, column):
        pure = _reads_through(using, column)
        return TypeChange(True, loses="" if pure else f"whatever the USING expression does not keep of {column}")
    explicit = using is not None
    if using is not None and kind(using) == "type_cast":
        # USING x::integer goes through that type first.
        through = type_of(using.type_cast.type_name)
        if str(through) != str(new):
            first = type_change(column, old, through, None, catalog, facts, utc=utc)
            return TypeChange(True, loses=first.loses, may_fail=first.may_fail)
    return _cast(old, new, explicit, catalog, facts, utc)


def _cast(old: Type, new: Type, explicit: bool, catalog: Catalog, facts: Facts, utc: bool) -> TypeChange:
    if old.array or new.array:
        return _of_arrays(old, new, explicit, catalog, facts, utc)
    target, source = own_type(new, catalog), own_type(old, catalog)
    if source is not None and source.kind == "domain" and source.base is not None:
        if new.name == old.name:
            return TypeChange(False)
        # A value of a domain carries no length, so PostgreSQL does not see that the new one is long enough.
        base = replace(source.base, modifiers=()) if new.modifiers else source.base
        return _cast(base, new, explicit, catalog, facts, utc)
    if target is not None and target.kind == "domain" and target.base is not None:
        inner = _cast(old, target.base, explicit, catalog, facts, utc)
        if inner.impossible or not target.checked:
            return inner
        return TypeChange(True, loses=inner.loses, may_fail=f"values that {new.name} does not allow")
    if old.name == new.name:
        return _of_modifiers(old, new)
    if target is not None or source is not None:
        if new.name in _STRINGS:
            return TypeChange(True)
        return TypeChange(True, may_fail=f"values that are no {new}") if explicit else _refused(old, new)
    return _between(old, new, explicit, facts, utc)


def _between(old: Type, new: Type, explicit: bool, facts: Facts, utc: bool) -> TypeChange:
    """Between two types of PostgreSQL's own; of those that an extension brings only citext's casts are known."""
    if "citext" in (old.name, new.name):
        return _of_citext(old, new, explicit, facts, utc)
    if old.name not in BUILT_IN or new.name not in BUILT_IN:
        return TypeChange(True, may_fail=f"values that are no {new}")
    cast = facts.casts.get(f"{old.name} {new.name}", "")
    if not cast and new.name not in _STRINGS and not (explicit and old.name in _STRINGS):
        return _refused(old, new)
    if cast[:1] == "e" and not explicit and new.name not in _STRINGS:
        return _refused(old, new)
    if cast[1:] == "b" or (
        old.name in _STRINGS and new.name in ("text", "character varying") and old.name != "character"
    ):
        if not new.modifiers:
            return TypeChange(False)
        longest = f"values longer than {new.modifiers[0]} characters" if new.name in _STRINGS else ""
        if old.modifiers and new.name in _STRINGS and old.modifiers[0] <= new.modifiers[0]:
            longest = ""
        return TypeChange(True, may_fail=longest)
    if {old.name, new.name} == {"timestamp without time zone", "timestamp with time zone"} and utc:
        return TypeChange(False)
    loses = f"what {new} cannot hold of {old}" if (old.name, new.name) in _POORER else ""
    may_fail = ""
    if new.name in _WHOLE and old.name in {*_WHOLE, "numeric", "double precision", "real"}:
        if _WHOLE.get(old.name, 9) > _WHOLE[new.name]:
            may_fail = f"values outside the range of {new}"
    elif old.name in _STRINGS and new.name not in _STRINGS:
        may_fail = f"values that are no {new}"
    elif new.name in _STRINGS and new.modifiers:
        may_fail = f"values longer than {new.modifiers[0]} characters"
    elif new.name == "numeric" and new.modifiers:
        may_fail = f"values that do not fit into {new}"
        if old.name in ("real", "double precision"):
            loses = f"digits that {new} does not keep"
    return TypeChange(True, loses=loses, may_fail=may_fail)


def _of_citext(old: Type, new: Type, explicit: bool, facts: Facts, utc: bool) -> TypeChange:
    """The citext extension makes it binary compatible with text and varchar; to all else it goes through text."""
    if {old.name, new.name} <= {"citext", "text", "character varying"}:
        longest = f"values longer than {new.modifiers[0]} characters" if new.modifiers else ""
        return TypeChange(bool(new.modifiers), may_fail=longest)
    inner = [Type("text", each.modifiers, each.array) if each.name == "citext" else each for each in (old, new)]
    return _between(inner[0], inner[1], explicit, facts, utc)


def _of_modifiers(old: Type, new: Type) -> TypeChange:
    """The same type with another length, precision or scale."""
    if old.modifiers == new.modifiers:
        return TypeChange(False)
    if old.name == "numeric":
        return _of_numerics(old.modifiers, new)
    if old.name in _TIMES:
        before = old.modifiers[0] if old.modifiers else _MICROSECONDS
        after = new.modifiers[0] if new.modifiers else _MICROSECONDS
        return TypeChange(False) if after >= before else TypeChange(True, loses="fractions of seconds")
    if old.name in ("character varying", "bit varying"):
        if not new.modifiers or (old.modifiers and new.modifiers[0] >= old.modifiers[0]):
            return TypeChange(False)
        return TypeChange(True, may_fail=f"values longer than {new.modifiers[0]} characters")
    if old.name == "character" and old.modifiers and new.modifiers and new.modifiers[0] >= old.modifiers[0]:
        return TypeChange(True)
    return TypeChange(True, may_fail=f"values that do not fit into {new}")


def _of_numerics(before: tuple[int, ...], new: Type) -> TypeChange:
    if not new.modifiers:
        return TypeChange(False)
    precision, scale = new.modifiers[0], new.modifiers[1] if len(new.modifiers) > 1 else 0
    if not before:
        return TypeChange(
            True,
            loses=f"digits after the {scale}. decimal place",
            may_fail=f"values with more than {precision - scale} digits before the point",
        )
    old_precision, old_scale = before[0], before[1] if len(before) > 1 else 0
    loses = f"digits after the {scale}. decimal place" if scale < old_scale else ""
    may_fail = (
        f"values with more than {precision - scale} digits before the point"
        if precision - scale < old_precision - old_scale
        else ""
    )
    return TypeChange(not (scale == old_scale and precision >= old_precision), loses=loses, may_fail=may_fail)


def _of_arrays(old: Type, new: Type, explicit: bool, catalog: Catalog, facts: Facts, utc: bool) -> TypeChange:
    if old.array != new.array:
        if new.name in _STRINGS and not new.array:
            return TypeChange(True)
        return TypeChange(True, may_fail=f"values that are no {new}") if explicit else _refused(old, new)
    inner = _cast(Type(old.name, old.modifiers), Type(new.name, new.modifiers), explicit, catalog, facts, utc)
    # Another element type is coerced element by element, even where the elements stay as they are.
    return replace(inner, rewrites=inner.rewrites or old.name != new.name)


def _refused(old: Type, new: Type) -> TypeChange:
    return TypeChange(True, impossible=f"{old} is not turned into {new} without a USING expression")


def _is_cast_of(using: Node, column: str) -> bool:
    node = using
    while kind(node) == "type_cast":
        node = node.type_cast.arg
    return kind(node) == "column_ref" and names(node.column_ref.fields)[-1:] == [column]


def _reads_through(using: Node, column: str) -> bool:
    """Say whether an expression keeps what the column held: `x AT TIME ZONE 'UTC'`, or a conversion by to_timestamp."""
    if kind(using) == "type_cast":
        return _reads_through(using.type_cast.arg, column)
    if kind(using) == "func_call":
        called = names(using.func_call.funcname)[-1]
        arguments = [argument for argument in using.func_call.args if kind(argument) != "a_const"]
        return called in _KEEPING and all(_is_cast_of(a, column) for a in arguments)
    return False
