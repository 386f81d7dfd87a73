"""Text of the target in our outputs: nothing that moves a terminal, and no secrets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_lead.gates.text import mask, one_line, printable


@pytest.mark.parametrize(("text", "shown"), [
    ("plain\ttext\n", "plain\ttext\n"),
    ("\x1b[31mred\x1b[0m", "red"),
    ("\x1b]0;title\x07after", "after"),
    ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
    ("a\x1bPpayload\x1b\\b", "ab"),
    ("over\rwrite", "overwrite"),
    ("bell\x07back\x08space\x7f", "bellbackspace"),
    ("if \u202eadmin\u2066", "if admin"),
    ("zero\u200bwidth\ufeff", "zerowidth"),
    ("tag\U000e0041s", "tags"),
    ("\x9b31mcsi", "31mcsi"),
    ("half\ud800", "half"),
    ("Grüße 日本 🙂 \ufffd", "Grüße 日本 🙂 \ufffd"),
    ("\x1b", ""),
    ("\x1b[", ""),
])
def test_control_characters_go_and_letters_stay(text, shown):
    assert printable(text) == shown


@given(st.text())
def test_what_is_printable_stays_so(text):
    once = printable(text)
    assert printable(once) == once
    assert not set(once) & {"\x1b", "\r", "\x9b", "\u202e", "\x07"}
    once.encode("utf-8")


def test_one_line_is_one_line():
    assert one_line("a\n\n b\tc", 10) == "a b c"
    assert one_line("x" * 30, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(("text", "shown"), [
    ("postgresql://app:hunter2@db/shop", "postgresql://app:***@db/shop"),
    ("redis://:p@ss:word@cache/0", "redis://:***@cache/0"),
    ("connect failed for amqp://u:p%40ss@h:5672//v host", "connect failed for amqp://u:***@h:5672//v host"),
    ("host=db user=app password=abc1 dbname=x", "host=db user=app password=*** dbname=x"),
    ("password='it''s' x", "password='***' x"),
    ('SECRET_KEY = "abc"', 'SECRET_KEY = "***"'),
    ("SECRET_KEY: str = 'abc'", "SECRET_KEY: str = '***'"),
    ("os.environ['API_KEY'] = b'abc'", "os.environ['API_KEY'] = '***'"),
    ("{'password': 'x', \"token\": \"y\"}", "{'password': '***', \"token\": \"***\"}"),
    ("GET /x?token=ab12&a=1", "GET /x?token=***&a=1"),
    ("PGPASSWORD=letmein psql", "PGPASSWORD=*** psql"),
    ("jwt_secret: s3cret", "jwt_secret: ***"),
    ("Authorization: Bearer abcdefgh12345678", "Authorization: Bearer ***"),
    ("key eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2lnbmF0dXJl end", "key *** end"),
    ("AKIAABCDEFGHIJKLMNOP", "***"),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123", "***"),
    ("sk_live_abcdefghijklmnopqrstuv", "***"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
     "-----BEGIN RSA PRIVATE KEY----- *** -----END RSA PRIVATE KEY-----"),
])
def test_secrets_are_masked(text, shown):
    assert mask(text) == shown


@pytest.mark.parametrize("text", [
    "def login(password: str) -> Token:", "hash_password(body.password)", "login(password=form.password)",
    "tokens = [1, 2]", "token_type: 'bearer'", "password = hash(x)", "https://example.org:8080/a@b",
    "SELECT password FROM users WHERE id = $1", "secret_columns()",
])
def test_code_that_only_speaks_of_secrets_is_left_alone(text):
    assert mask(text) == text


def test_known_secrets_are_masked_wherever_they_stand():
    assert mask("jwt.encode(p, 'plain-old-words')", ["plain-old-words", ""]) == "jwt.encode(p, '***')"
