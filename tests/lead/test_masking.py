"""No secret of the target leaves: in findings, in the model, in source lines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend_lead.lead.masking import masked_backend, masked_finding, masked_lines, masker
from backend_lead.model.backend import Literal
from backend_lead.model.place import Place, Unresolved
from backend_lead.model.table import Column
from samples import BACKEND, FINDINGS

SECRET = "Tr0ub4dor&3horse"
VALUES = masker([Literal("DATABASE_PASSWORD", SECRET, Place("a.py", 1)), Literal("token", "/login", Place("a.py", 2)),
                 Literal("greeting", "hello world", Place("a.py", 3)), Literal("token", "bearer", Place("a.py", 4))])


def test_a_known_secret_is_masked_wherever_it_appears():
    finding = replace(FINDINGS[0], title=SECRET, message=f"The password {SECRET} stands in the code.",
                      why=f"Anybody reads {SECRET}.", fix=f'DATABASE_PASSWORD = "{SECRET}"', snippet=f"x = '{SECRET}'")
    masked = masked_finding(finding, VALUES)
    assert SECRET not in str(masked)
    assert masked.message == "The password *** stands in the code."


def test_words_of_the_program_are_no_secrets():
    assert VALUES("POST /login says hello world to a bearer") == "POST /login says hello world to a bearer"


@pytest.mark.parametrize("fix", [
    "create(User(name=body.name, password=hash_password(body.password)))", "api_key = settings.api_key",
    "select(Order).where(Order.id == order_id, Order.user_id == user.id)", "secret: str = os.environ['APP_SECRET']",
    "CREATE INDEX CONCURRENTLY ix_sessions_token ON sessions (token);"])
def test_text_to_paste_keeps_its_references(fix):
    assert masked_finding(replace(FINDINGS[0], fix=fix), VALUES).fix == fix


@pytest.mark.parametrize("fix", [
    "engine = create_engine('postgresql://app:hunter22@db/app')", "KEY = AKIAIOSFODNN7EXAMPLE",
    'jwt.decode("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl")'])
def test_text_to_paste_loses_what_cannot_be_a_reference(fix):
    masked = masked_finding(replace(FINDINGS[0], fix=fix), VALUES).fix
    assert "***" in masked
    for secret in ("hunter22", "AKIAIOSFODNN7EXAMPLE", "eyJzdWIi"):
        assert secret not in masked


def test_a_masked_snippet_keeps_one_fingerprint_whatever_the_secret_is():
    one, other = (masked_finding(replace(FINDINGS[0], snippet=f'password = "{value}"'), VALUES)
                  for value in ("first-value", "second-value"))
    assert one.fingerprint == other.fingerprint


def test_the_model_that_reports_get_holds_no_literals_and_no_secret_defaults():
    tables = (replace(BACKEND.tables[0], columns=(Column("api_token", "text", default="'s3cr3t-default'"),
                                                  Column("status", "text", default="'new'"))),)
    backend = replace(BACKEND, tables=tables, literals=(Literal("password", SECRET, Place("a.py", 1)),), previous=BACKEND,
                      unresolved=(Unresolved("a.py", f"cannot be read near {SECRET}"),))
    masked = masked_backend(backend, VALUES)
    assert SECRET not in str(masked)
    assert "s3cr3t-default" not in str(masked)
    assert masked.tables[0].columns[1].default == "'new'"
    assert (masked.literals, masked.previous) == ((), None)


def test_source_lines_keep_their_numbers_when_a_key_is_masked():
    text = ("a = 1\nKEY = '''-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\nabc\n-----END RSA PRIVATE KEY-----'''\n"
            f"password = 'hunter2'\nx = \"{SECRET}\"\n\x1b[31mred\n")
    lines = dict(enumerate(line for _, line in masked_lines(text, range(1, 9), VALUES)))
    assert lines[0] == "a = 1"
    assert lines[5] == "password = '***'"
    assert lines[6] == 'x = "***"'
    assert lines[7] == "red"
    assert "MIIE" not in "".join(lines.values())
    assert masked_lines(text, {3, 1, 99}, VALUES) == [(1, "a = 1"), (3, "***")]
