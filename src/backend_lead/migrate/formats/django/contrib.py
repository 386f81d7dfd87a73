"""The models of Django's own apps, whose migrations are not in a project: what others lead to, as of Django 5.2.

Django 5.2: django/contrib/auth, contenttypes and sites, as their last migrations leave them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from backend_lead.migrate.formats.django.editor import Editor
from backend_lead.migrate.formats.django.recording import Recorder
from backend_lead.migrate.formats.django.state import Field, Key, Model, State
from backend_lead.migrate.script import Script
from backend_lead.model.place import Unresolved
from backend_lead.read.code.values import Known, Value

_TYPE, _PERMISSION, _GROUP = ("contenttypes", "contenttype"), ("auth", "permission"), ("auth", "group")


def _field(name: str, kind: str, to: Key | None = None, **given: object) -> Field:
    values: dict[str, Value] = {key: Known(value) for key, value in given.items()}
    return Field(name, kind, values, to)


def _model(app: str, name: str, table: str, *fields: Field, together: tuple[tuple[str, ...], ...] = ()) -> Model:
    key = _field("id", "AutoField", auto_created=True, primary_key=True)
    named = {each.name: each for each in (key, *fields)}
    return Model(app, name, named, {"db_table": Known(table)}, together=together)


_MODELS = (
    _model(
        "contenttypes", "ContentType", "django_content_type",
        _field("app_label", "CharField", max_length=100), _field("model", "CharField", max_length=100),
        together=(("app_label", "model"),),
    ),
    _model(
        "auth", "Permission", "auth_permission",
        _field("name", "CharField", max_length=255), _field("content_type", "ForeignKey", _TYPE),
        _field("codename", "CharField", max_length=100), together=(("content_type", "codename"),),
    ),
    _model(
        "auth", "Group", "auth_group",
        _field("name", "CharField", max_length=150, unique=True), _field("permissions", "ManyToManyField", _PERMISSION),
    ),
    _model(
        "auth", "User", "auth_user",
        _field("password", "CharField", max_length=128), _field("last_login", "DateTimeField", null=True),
        _field("is_superuser", "BooleanField"), _field("username", "CharField", max_length=150, unique=True),
        _field("first_name", "CharField", max_length=150), _field("last_name", "CharField", max_length=150),
        _field("email", "CharField", max_length=254), _field("is_staff", "BooleanField"),
        _field("is_active", "BooleanField"), _field("date_joined", "DateTimeField"),
        _field("groups", "ManyToManyField", _GROUP), _field("user_permissions", "ManyToManyField", _PERMISSION),
    ),
    _model(
        "sites", "Site", "django_site",
        _field("domain", "CharField", max_length=100, unique=True), _field("name", "CharField", max_length=50),
    ),
)  # fmt: skip


# Apps of Django's own; of those that are not above, nothing leads to the tables.
APPS = frozenset(("contenttypes", "auth", "sites", "admin", "sessions", "messages", "staticfiles", "postgres"))


def models(apps: Set[str], *, swapped: bool) -> Mapping[Key, Model]:
    """Return the models of some apps; `swapped` says that the project has users of its own."""
    wanted = {*apps, "contenttypes"} if "auth" in apps else apps
    return {
        model.key: model for model in _MODELS if model.app in wanted and not (swapped and model.key == ("auth", "user"))
    }


def made(state: State, recorder: Recorder, unknown: Iterable[str]) -> Script:
    """Return what makes the tables of these models, which the recorder takes as sent; `unknown` are other apps."""
    recorder.begin("django.contrib", atomic=True)
    editor = Editor(recorder)
    for model in state.models.values():
        editor.create_model(model, state)
    editor.finish()
    notes = tuple(
        Unresolved(f"the app {app}", "its migrations are not in this project; its tables are taken as there")
        for app in unknown
    )
    return Script("django.contrib", "django", tuple(recorder.sent), unresolved=notes)
