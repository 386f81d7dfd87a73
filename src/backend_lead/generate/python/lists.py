"""The lists of an entity: which address each has, which parameters, and what its query is called."""

from __future__ import annotations

from dataclasses import dataclass

from backend_lead.generate.python.names import USERS, address
from backend_lead.model.blueprint import PRINCIPAL, AccessPath, Audience, Blueprint, Entity, Relation, Who

OWN = "owner"
MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Listing:
    """One access path as a query: `parent` stands in the address, `extra` are fields of the query string."""

    path: AccessPath
    address: str
    parent: Relation | None
    extra: tuple[str, ...]
    function: str

    @property
    def own(self) -> bool:
        """Whether the list is of what belongs to the caller, or is the caller's in another way."""
        return OWN in self.path.filters or MEMBER in self.path.filters or self.path.caller is not None


@dataclass(frozen=True, slots=True)
class Address:
    """All lists that answer at one address; they differ in the fields of the query string."""

    address: str
    listings: tuple[Listing, ...]

    @property
    def name(self) -> str:
        """The name of the route's function."""
        return min((each.function for each in self.listings), key=len)


def listings(blueprint: Blueprint, entity: Entity) -> list[Listing]:
    """Return the lists of an entity in the order of the blueprint."""
    return [_listing(blueprint, entity, path) for path in entity.access_paths]


def addresses(blueprint: Blueprint, entity: Entity) -> list[Address]:
    """Return the lists gathered by their address."""
    gathered: dict[str, list[Listing]] = {}
    for each in listings(blueprint, entity):
        gathered.setdefault(each.address, []).append(each)
    return [Address(at, tuple(each)) for at, each in gathered.items()]


def readers(entity: Entity, path: AccessPath) -> tuple[Who, ...]:
    """Return who may read this list."""
    return path.by or entity.policy.read


def shown_paths(entity: Entity) -> frozenset[AccessPath]:
    """Return the paths whose list holds only what everybody may see."""
    if entity.shown_when is None:
        return frozenset()
    return frozenset(path for path in entity.access_paths if shows_only(entity, path))


def shows_only(entity: Entity, path: AccessPath) -> bool:
    """Tell whether a list holds only what `shown_when` lets everybody see."""
    everybody = any(each.audience in (Audience.PUBLIC, Audience.SIGNED_IN) for each in readers(entity, path))
    return entity.shown_when is not None and everybody and not (OWN in path.filters or MEMBER in path.filters)


def _listing(blueprint: Blueprint, entity: Entity, path: AccessPath) -> Listing:
    relations = {each.name: each for each in entity.relations}
    parent = next((relations[each] for each in path.filters if each in relations), None)
    extra = tuple(each for each in path.filters if each not in relations and each not in (OWN, MEMBER))
    own = f"/{address(entity.plural)}"
    name = f"list_{entity.plural}"
    if parent is not None:
        table = USERS if parent.to == PRINCIPAL else blueprint.entity(parent.to).plural
        own = f"/{address(table)}/{{{parent.column}}}/{address(entity.plural)}"
        name += f"_of_{parent.name}"
    last = path.name or ("search" if path.search else None)
    if parent is not None and last is None and _is_ambiguous(entity, parent, relations):
        last = parent.name
    if last is not None:
        own += f"/{address(last)}"
        if path.search:
            name = f"search_{entity.plural}"
        elif parent is None or last != parent.name:
            name += f"_{last}"
    if extra:
        name += f"_by_{'_and_'.join(extra)}"
    return Listing(path, own, parent, extra, name)


def _is_ambiguous(entity: Entity, parent: Relation, relations: dict[str, Relation]) -> bool:
    """Whether the rows of one parent could be meant in two ways, as the entries that debit or credit an account."""
    used = {name for path in entity.access_paths for name in path.filters if name in relations}
    return sum(relations[name].to == parent.to for name in used) > 1
