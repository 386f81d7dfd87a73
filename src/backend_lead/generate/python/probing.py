"""What the probes and the load of a running service need to know of its blueprint."""

from __future__ import annotations

from backend_lead.generate.python.columns import path_columns
from backend_lead.generate.python.conditions import everybody, only_roles
from backend_lead.generate.python.lists import addresses, shows_only
from backend_lead.generate.python.making import makeable, maker_role
from backend_lead.generate.python.names import address
from backend_lead.model.blueprint import Audience, Blueprint, Entity


def plan(blueprint: Blueprint) -> dict[str, str]:
    """Return the plan of `checks.py`: a private entity, and a list for anybody who has signed in."""
    private = next((each for each in makeable(blueprint) if _private(each)), None)
    hidden = next((each for each in makeable(blueprint) if each.shown_when), None)
    chosen = private or hidden
    if chosen is None:
        return {"make": "", "hidden": "", "role": "", "at": "", "lists": _list(blueprint)}
    return {"make": chosen.name, "hidden": "" if private else "yes", "role": maker_role(blueprint, chosen) or "",
            "at": f"/{address(chosen.plural)}", "lists": _list(blueprint)}


def _private(entity: Entity) -> bool:
    whos = entity.policy.read
    return not (everybody(entity, whos) or only_roles(whos) or entity.shown_when) and all(
        each.audience in (Audience.OWNER, Audience.MEMBER, Audience.PARENT, Audience.ROLE) for each in whos)


def _list(blueprint: Blueprint) -> str:
    for entity in blueprint.entities:
        for each in addresses(blueprint, entity):
            first = each.listings[0]
            if "{" not in each.address and not first.path.by and not first.path.search and any(
                    not listing.extra for listing in each.listings):
                return each.address
    raise LookupError(blueprint.name)


def list_indexes(blueprint: Blueprint) -> list[tuple[str, tuple[str, ...]]]:
    """Return the table and the first columns of the index that each list asks for."""
    wanted = []
    for entity in blueprint.entities:
        for path in entity.access_paths:
            if "member" in path.filters or path.followed or (path.search and not path.filters):
                continue
            columns = path_columns(entity, path, shows_only(entity, path))
            wanted.append((entity.plural, columns))
    return wanted


def load_plan(blueprint: Blueprint) -> list[dict[str, object]]:
    """Return what a load needs to know of each entity that clients make: `load_requests.py` says how it reads it."""
    return [{"name": each.name, "address": f"/{address(each.plural)}", "role": maker_role(blueprint, each) or "",
             "lists": _plain_lists(blueprint, each)} for each in makeable(blueprint)]


def _plain_lists(blueprint: Blueprint, entity: Entity) -> list[str]:
    """Return the addresses that list without a word to search for and without a field of the query string."""
    return [each.address for each in addresses(blueprint, entity)
            if not any(one.path.search for one in each.listings) and any(not one.extra for one in each.listings)]
