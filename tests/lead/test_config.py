"""Settings: option before environment before file before default, and exact words for what cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_lead.config import KEYS, load, nearest
from backend_lead.errors import WrongUse

RULES = ("debug-on", "missing-owner-check", "query-in-a-loop")


def loaded(root: Path, environment=None, **options):
    return load(root, environment=environment or {}, options=options, rule_ids=lambda: RULES)


def wrong(root: Path, environment=None, **options) -> WrongUse:
    with pytest.raises(WrongUse) as raised:
        loaded(root, environment, **options)
    return raised.value


def own(root: Path, text: str) -> Path:
    (root / "backend-lead.toml").write_text(text)
    return root


def test_without_anything_the_defaults_stand(tmp_path: Path):
    settings = loaded(tmp_path)
    assert (settings.fail_on, settings.exclude, settings.preview, settings.strict, settings.openapi, settings.disabled,
            settings.enabled) == ("high", (), False, False, None, (), ())
    assert {each.origin for each in settings.all} == {"default"}
    assert tuple(each.key for each in settings.all) == KEYS


def test_a_file_says_where_each_value_stands(tmp_path: Path):
    settings = loaded(own(tmp_path, '# ours\nfail-on = "low"\nexclude = ["b", "a"]\n\n[rules]\n'
                                    'disable = [\n  "debug-on",\n]\nenable = ["query-in-a-loop"]\n'))
    assert (settings.fail_on, settings.exclude) == ("low", ("a", "b"))
    assert (settings.disabled, settings.enabled) == (("debug-on",), ("query-in-a-loop",))
    assert [settings.origin(name) for name in ("fail-on", "exclude", "rules.disable", "rules.enable", "preview")] == [
        "backend-lead.toml:2", "backend-lead.toml:3", "backend-lead.toml:6", "backend-lead.toml:9", "default"]


def test_a_section_of_pyproject_counts_as_well(tmp_path: Path):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n\n[tool.backend-lead]\npreview = true\n'
                                             'rules.disable = ["debug-on"]\n')
    settings = loaded(tmp_path)
    assert (settings.preview, settings.disabled) == (True, ("debug-on",))
    assert settings.origin("preview") == "pyproject.toml:5"
    assert settings.origin("rules.disable") == "pyproject.toml:6"


def test_a_table_of_a_section_is_found_too(tmp_path: Path):
    (tmp_path / "pyproject.toml").write_text('[tool.backend-lead.rules]\nenable = ["debug-on"]\n')
    assert loaded(tmp_path).origin("rules.enable") == "pyproject.toml:2"


def test_a_pyproject_that_is_not_ours_is_none_of_our_business(tmp_path: Path):
    (tmp_path / "pyproject.toml").write_text("this = is [not TOML")
    assert loaded(tmp_path).fail_on == "high"


def test_the_order_is_option_environment_file(tmp_path: Path):
    own(tmp_path, 'fail-on = "low"\npreview = true\n')
    environment = {"BACKEND_LEAD_FAIL_ON": "medium", "BACKEND_LEAD_EXCLUDE": "a, b/*,", "BACKEND_LEAD_PREVIEW": "no"}
    settings = loaded(tmp_path, environment)
    assert (settings.fail_on, settings.exclude, settings.preview) == ("medium", ("a", "b/*"), False)
    assert settings.origin("fail-on") == "environment BACKEND_LEAD_FAIL_ON"
    typed = loaded(tmp_path, environment, **{"fail-on": "never", "preview": None})
    assert (typed.fail_on, typed.origin("fail-on")) == ("never", "--fail-on")


def test_the_settings_of_a_single_file_stand_in_its_folder(tmp_path: Path):
    own(tmp_path, "strict = true\n")
    (tmp_path / "main.py").write_text("")
    assert loaded(tmp_path / "main.py").strict is True


@pytest.mark.parametrize(("text", "message", "hint"), [
    ('fail_on = "low"', "backend-lead.toml:1: there is no setting 'fail_on'.", "Did you mean fail-on?"),
    ('\n[rules]\ndisabled = []', "backend-lead.toml:3: there is no setting 'rules.disabled'.",
     "Did you mean rules.disable?"),
    ('colour = 1', "backend-lead.toml:1: there is no setting 'colour'.", "The settings are: fail-on, exclude"),
    ('fail-on = "hihg"', "backend-lead.toml:1: fail-on is 'hihg'; it must be one of critical, high,", "mean high?"),
    ('fail-on = 3', "backend-lead.toml:1: fail-on is '3'", "The default is high."),
    ('preview = "yes"', "backend-lead.toml:1: preview must be true or false, and it is 'yes'.", "config show"),
    ('exclude = "a"', "exclude must be a list of texts", "config show"),
    ('exclude = [1]', "exclude must be a list of texts", "config show"),
    ('openapi = ""', "openapi must be a text", "config show"),
    ('rules = 3', "backend-lead.toml:1: there is no setting 'rules'.", ""),
    ('[rules]\ndisable = ["debug-onn"]', "backend-lead.toml:2: rules.disable names 'debug-onn', and there is no such rule.",
     "Did you mean debug-on?"),
    ('[rules]\nenable = ["zzz"]', "names 'zzz'", "See: backend-lead rules"),
    ('a = [', "backend-lead.toml is not TOML:", "Mend that line"),
])
def test_what_cannot_be_used_is_told_with_its_place(tmp_path: Path, text: str, message: str, hint: str):
    error = wrong(own(tmp_path, text))
    assert message in error.message
    assert hint in error.hint


def test_a_variable_that_cannot_be_used_is_named(tmp_path: Path):
    error = wrong(tmp_path, {"BACKEND_LEAD_PREVIEW": "maybe"})
    assert error.message == "environment BACKEND_LEAD_PREVIEW: preview must be true or false, and it is 'maybe'."


def test_settings_in_two_files_are_refused(tmp_path: Path):
    own(tmp_path, 'fail-on = "low"')
    (tmp_path / "pyproject.toml").write_text("[tool.backend-lead]\npreview = true\n")
    assert wrong(tmp_path).message == "Settings stand in backend-lead.toml and in [tool.backend-lead] of pyproject.toml."


def test_a_link_is_not_followed(tmp_path: Path):
    (tmp_path / "secret.toml").write_text('fail-on = "low"')
    target = tmp_path / "target"
    target.mkdir()
    (target / "backend-lead.toml").symlink_to(tmp_path / "secret.toml")
    assert "is a link" in wrong(target).message


def test_the_nearest_word_is_none_when_nothing_is_near():
    assert nearest("reveiw", ["review", "audit"]) == "review"
    assert nearest("zzz", ["review"]) is None
