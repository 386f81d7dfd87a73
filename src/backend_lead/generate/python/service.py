"""A blueprint into the files of a Python service.

`generate` is pure: it returns texts by their paths, and the same blueprint gives the same bytes.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from enum import StrEnum

from backend_lead.generate.python import schema
from backend_lead.generate.python.columns import NEWEST
from backend_lead.generate.python.conditions import everybody, membership, open_to_public
from backend_lead.generate.python.entity_models import models
from backend_lead.generate.python.entity_queries import Queries
from backend_lead.generate.python.entity_routes import Routes
from backend_lead.generate.python.entity_tests import Tests
from backend_lead.generate.python.lists import addresses
from backend_lead.generate.python.making import makeable, maker_role, making_module
from backend_lead.generate.python.names import quoted, words
from backend_lead.generate.python.policies import policy_module
from backend_lead.generate.python.template import render, templates
from backend_lead.model.blueprint import Blueprint, Entity, FieldType

_PARTS = "parts/"
_ACCOUNT_TABLES = ("users", "sessions", "refresh_tokens", "idempotency_keys", "schema_migrations")


class Realtime(StrEnum):
    """How changes reach clients that listen."""

    NONE = "none"
    SSE = "sse"
    WEBSOCKET = "websocket"


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """What a design decides beside the blueprint.

    `mfa`: a second factor can be switched on, and is then asked for.  `api_keys`: users make keys for programs.
    `audit`: who did what to which row is kept.
    """

    mfa: bool = False
    api_keys: bool = False
    realtime: Realtime = Realtime.NONE
    audit: bool = False


def generate(blueprint: Blueprint, options: ServiceOptions) -> dict[str, str]:
    """Return every file of the service by its path, sorted.

    The blueprint is taken to be checked (`design/blueprint_files.py` does it).  Nothing is read or written but the
    package's own templates.
    """
    values, switches = _values(blueprint), _switches(blueprint, options)
    values |= _events(blueprint) | _text(blueprint, options)
    files = {path: render(text, values, switches) for path, text in templates().items()
             if not path.startswith(_PARTS) and _wanted(path, switches)}
    accounts = {way: render(templates()[f"{_PARTS}accounts_{way}.sql"], values, switches) for way in ("up", "down")}
    audit = render(templates()[f"{_PARTS}audit_up.sql"], values, switches) if options.audit else ""
    files["db/migrations/000001_initial.up.sql"] = schema.up(blueprint, accounts["up"], audit)
    files["db/migrations/000001_initial.down.sql"] = schema.down(blueprint, accounts["down"])
    files["app/policy.py"] = policy_module(blueprint)
    files["tests/making.py"] = making_module(blueprint)
    for entity in blueprint.entities:
        files |= _entity(blueprint, entity, events=switches["realtime"])
    return dict(sorted(files.items()))


def _entity(blueprint: Blueprint, entity: Entity, *, events: bool) -> dict[str, str]:
    folder = f"app/{entity.plural}"
    files = {
        f"{folder}/__init__.py": f'"""{words(entity.plural).capitalize()}."""\n',
        f"{folder}/models.py": models(entity),
        f"{folder}/queries.py": Queries(blueprint, entity, events=events and entity.events).module(),
        f"{folder}/routes.py": Routes(blueprint, entity, events=events).module(),
    }
    if entity.policy.create:
        files[f"tests/test_{entity.plural}.py"] = Tests(blueprint, entity).module()
    return files


def _wanted(path: str, switches: dict[str, bool]) -> bool:
    only = {"app/auth/mfa.py": "mfa", "app/auth/api_keys.py": "api_keys", "app/events.py": "realtime",
            "app/idempotency.py": "creates", "tests/test_events.py": "realtime", "app/audit.py": "audit",
            "tests/test_audit.py": "audit"}
    return switches[only[path]] if path in only else True


def _switches(blueprint: Blueprint, options: ServiceOptions) -> dict[str, bool]:
    orders = {entity.field(path.order.column).type for entity in blueprint.entities for path in entity.access_paths
              if path.order.column != NEWEST}
    told = any(each.events for each in blueprint.entities)
    return {
        "mfa": options.mfa, "api_keys": options.api_keys, "audit": options.audit,
        "realtime": told and options.realtime is not Realtime.NONE,
        "sse": told and options.realtime is Realtime.SSE, "websocket": told and options.realtime is Realtime.WEBSOCKET,
        "anyone": any(open_to_public(blueprint, each, each.policy.read) for each in blueprint.entities),
        "shared": any(
            everybody(each, each.policy.read) and open_to_public(blueprint, each, each.policy.read)
            for each in blueprint.entities
        ),
        "creates": any(each.policy.create for each in blueprint.entities),
        "groups": any(each.members is not None for each in blueprint.entities),
        "search": any(path.search for each in blueprint.entities for path in each.access_paths),
        "several_roles": len(blueprint.roles) > 1,
        "order_key": bool(orders), "order_moment": FieldType.MOMENT in orders,
        "order_whole": bool(orders & {FieldType.INTEGER, FieldType.MONEY}),
    }


def _values(blueprint: Blueprint) -> dict[str, str]:
    roles = [each.name for each in blueprint.roles]
    return {
        "name": blueprint.name,
        "slug": blueprint.name.replace("_", "-"),
        "title": blueprint.title,
        "says": blueprint.says,
        "description": _description(blueprint.says),
        "first_role": roles[0],
        "role_list": quoted(roles, "'"),
        "roles": f"({quoted(roles)}{',' if len(roles) == 1 else ''})",
        "role_words": "; ".join(f"`{each.name}` ({each.says})" for each in blueprint.roles),
        "requests_per_minute": str(blueprint.limit("requests")),
        "writes_per_minute": str(blueprint.limit("writes")),
        "sign_ins_per_minute": str(blueprint.limit("sign_in")),
        "entity_routers": "\n".join(f"        {each.plural}.router," for each in blueprint.entities),
        "first_list": _first_list(blueprint),
    }


def _main_imports(blueprint: Blueprint, options: ServiceOptions, realtime: bool) -> str:
    more = [name for name, on in (("api_keys", options.api_keys), ("mfa", options.mfa)) if on]
    lines = [f"from app import {'events, ' if realtime else ''}health, migrate",
             *([f"from app.auth import {', '.join(more)}"] if more else []), "from app.auth import routes as auth",
             "from app.auth.passwords import Passwords", "from app.database import embedded_url, open_pool",
             "from app.housekeeping import housekeeping", "from app.limits import counter",
             "from app.middleware import Bounded, Observed", "from app.problems import answer_with_problems",
             "from app.settings import Settings",
             *(f"from app.{each.plural} import routes as {each.plural}" for each in blueprint.entities)]
    return "\n".join(sorted(lines, key=lambda line: line.split()[1]))


def _description(says: str) -> str:
    """Return a sentence as Python, over several lines when it is long."""
    parts = textwrap.wrap(says, 90)
    if len(parts) == 1:
        return f'"{says}"'
    lines = [f'            "{each} "' for each in parts[:-1]] + [f'            "{parts[-1]}"']
    return "(\n" + "\n".join(lines) + "\n        )"


def _first_list(blueprint: Blueprint) -> str:
    for entity in blueprint.entities:
        for each in addresses(blueprint, entity):
            if "{" not in each.address and not each.listings[0].path.by and not each.listings[0].extra \
                    and not each.listings[0].path.search:
                return each.address
    return "/me"


def _text(blueprint: Blueprint, options: ServiceOptions) -> dict[str, str]:
    realtime = options.realtime is not Realtime.NONE and any(each.events for each in blueprint.entities)
    mfa, keys = options.mfa, options.api_keys
    audited = next(iter(makeable(blueprint)), blueprint.entities[0])
    role = maker_role(blueprint, audited)
    return {
        "main_imports": _main_imports(blueprint, options, realtime),
        "mfa_columns": ", mfa_nonce, mfa_confirmed" if mfa else "",
        "mfa_audited": ", mfa_nonce, mfa_confirmed" if mfa else "",
        "mfa_hidden": ", 'mfa_nonce'" if mfa else "",
        "audited_entity": audited.name, "audited_table": audited.plural, "audited_role": f'"{role}"' if role else "",
        "account_tables": quoted((*_ACCOUNT_TABLES, *(["api_keys"] if keys else []),
                                  *(["audit_log"] if options.audit else [])), "'"),
        "more_tables": ", api_keys" if keys else "",
        "api_key_note": "  A key has no session." if keys else "",
        "session_type": "UUID | None" if keys else "UUID",
        "interactive": (
            '    if me.session_id is None:\n        raise Problem(403, "An API key may not do this: sign in.")\n'
            if keys
            else ""
        ),
        "transport": "WebSocket: the first message is the access token"
        if options.realtime is Realtime.WEBSOCKET
        else "server-sent events",
    }


def _events(blueprint: Blueprint) -> dict[str, str]:
    groups = [each for each in blueprint.entities if each.members is not None]
    selects = []
    for group in groups:
        at = membership(blueprint, group)
        selects.append(f"SELECT '{group.name}:' || {at.group_column} FROM {at.table} WHERE {at.user_column} = $1")
    if not selects:
        return {"topics_sql": "", "topics_call": "", "topics_more": ""}
    sql = "\nUNION ALL\n".join(selects)
    return {
        "topics_sql": f'_GROUPS = """\n{sql}\n"""',
        "topics_call": 'groups = await connection.fetch(_GROUPS, row["id"])',
        "topics_more": ", *(group[0] for group in groups)",
    }
