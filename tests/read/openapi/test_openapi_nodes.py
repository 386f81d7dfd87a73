"""JSON and YAML as nodes with lines."""

from __future__ import annotations

import contextlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from backend_lead.read.openapi_nodes import DEPTH_LIMIT, DocumentUnreadable, parse, parse_json, parse_yaml, walk

# NEL, LS and PS end a line in YAML 1.1 and do not in 1.2 (§5.4): writer and reader may differ about them.
TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x85\u2028\u2029"), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.text(alphabet="abc$/~ é\"\\\n", max_size=6), inner, max_size=4),
    max_leaves=20)


def plain(node):
    """What the nodes say, with scalars as text."""
    if node.pairs is not None:
        return {key: plain(value) for key, _, value in node.pairs}
    return [plain(item) for item in node.items] if node.items is not None else node.text


def as_text(value):
    if isinstance(value, dict):
        return {key: as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_text(inner) for inner in value]
    return value if isinstance(value, str) else json.dumps(value)


@given(VALUES, st.sampled_from([None, 1, "\t"]))
def test_json_says_what_the_standard_library_says(value, indent):
    assert plain(parse_json(json.dumps(value, indent=indent))) == as_text(value)


@given(VALUES)
def test_yaml_says_what_was_written(value):
    stream = io.StringIO()
    writer = YAML(typ="safe", pure=True)
    # Plain, the writer writes texts that its own parser refuses (`?0`).
    writer.default_style = '"'
    writer.dump({"top": as_text(value)}, stream)
    assert plain(parse_yaml(stream.getvalue())) == {"top": as_text(value)}


def test_lines_are_those_of_keys_and_values():
    text = '{\n "a": 1,\n "b": {\n  "c":\n   [2,\n    3]}}'
    for root in (parse_json(text), parse_yaml(text)):
        assert [(key, line, value.line) for key, line, value in root.pairs] == [("a", 2, 2), ("b", 3, 3)]
        [(key, line, value)] = root.get("b").pairs
        assert (key, line, value.line) == ("c", 4, 5)
        assert [item.line for item in value.items] == [5, 6]


@pytest.mark.parametrize(("text", "line", "why"), [
    ('{"a": }', 1, "the key a has no value"), ("[1 2]", 1, "a comma is missing"), ('{"a": 1,\n"b" 2}', 2, "a colon is missing"),
    ('{"a",}', 1, "a colon is missing"), ("1,", 1, "follows"), ("1 2", 1, "follows"), ("[,]", 1, "a value is missing"), ('{"a"', 1, "ends"), ("[1, 2", 1, "ends"), ("", 1, "ends"),
    ('{"a": 1}\n{"b": 2}', 2, "follows"), ('{\n"a": "x\n"}', 2, "not JSON"), ("{a: 1}", 1, "not JSON"), ("[1}", 1, "} stands where comma"),
    ('{"a": 01x}', 1, "not JSON"), ("{1: 2}", 1, "a key is missing"), ("[:]", 1, "a value is missing"),
    ("]", 1, "stands where value"), ('{"a" "b"}', 1, "a colon is missing"), ("[" * 100_000, 1, "levels deep"), ('{"a":' * 100_000, 1, "levels deep"),
    ("nul", 1, "not JSON"),
])
def test_broken_json_has_its_line(text, line, why):
    with pytest.raises(DocumentUnreadable, match=why) as caught:
        parse_json(text)
    assert caught.value.line == line


@pytest.mark.parametrize(("text", "line"), [
    ("a: b: c", 1), ("a:\n  - b\n c", 3), ("\ta: 1", 1), ("a: [1, 2", 1), ("a: 'open", 1), ("*nowhere", 1), ("%YAML 9.9\n---\na", 1),
    ("[" * 100_000, 1), ("{a: " * 5_000, 1), ("- " * 5_000, 1), ("", 1), ("# nothing", 1), ("a: \x00", 1), ("a: !<", 1),
    ("a: @x", 1), ("\n\na: `x`", 3),
])
def test_broken_yaml_has_its_line(text, line):
    with pytest.raises(DocumentUnreadable) as caught:
        parse_yaml(text)
    assert caught.value.line >= 1
    if line > 1:
        assert caught.value.line == line


@given(st.text(alphabet="ab:-[]{}\"'&*!|>#%@\n \t,?", max_size=50))
def test_any_text_is_read_or_refused(text):
    for reader in (parse_json, parse_yaml):
        with contextlib.suppress(DocumentUnreadable):
            assert sum(1 for _ in walk(reader(text))) >= 1


def test_an_alias_is_the_node_that_it_names_and_costs_nothing():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    root = parse_yaml("\n".join(lines))
    assert sum(1 for _ in walk(root)) < 100
    assert root.get("a1").items[0] is root.get("a0")


def test_an_alias_inside_its_own_anchor_is_a_circle_that_ends():
    root = parse_yaml("a: &a\n  b: *a\n")
    assert root.get("a").get("b") is root.get("a")
    assert sum(1 for _ in walk(root)) == 2


def test_a_merge_brings_the_keys_that_are_not_written():
    root = parse_yaml("base: &base {a: 1, b: 2}\nmore: &more {c: 3, <<: *base}\nx:\n  <<: [*base, *more]\n  b: 9\n")
    x = root.get("x")
    assert (x.string("a"), x.string("b"), x.string("c")) == ("1", "9", "3")
    assert parse_yaml("a: &a\n  <<: *a\n  k: v\n").get("a").string("k") == "v"


def test_tags_build_nothing():
    root = parse_yaml("a: !!python/object/apply:os.system ['touch /tmp/x']\nb: !!int '5'\nc: !foo {d: 1}\n")
    assert plain(root) == {"a": ["touch /tmp/x"], "b": "5", "c": {"d": "1"}}


def test_only_the_first_document_counts():
    assert plain(parse_yaml("a: 1\n---\nb: 2\n")) == {"a": "1"}


def test_true_and_null_are_words_without_quotes():
    root = parse_yaml("a: true\nb: 'true'\nc: True\nd: [x, {y: z}]\n")
    assert (root.is_true("a"), root.is_true("b"), root.is_true("c"), root.is_true("no")) == (True, False, True, False)
    assert root.texts("d") == ["x"]


def test_halves_of_letters_become_letters_or_marks():
    root = parse_json('["\\ud83d\\ude42", "\\ud83d", "\\u0041\\n\\/\\""]')
    assert [item.text for item in root.items] == ["🙂", "\ufffd", 'A\n/"']


def test_json_is_told_by_its_name_or_its_first_letter():
    assert parse('{"a": 1,}', "x.json").string("a") == "1"
    assert parse('{"a": [1,2,]}', "x.yaml").get("a").items[1].text == "2"
    assert parse("{a: 1}", "x.yaml").string("a") == "1"
    assert parse("a: 1", "x.yml").string("a") == "1"


def test_depth_up_to_the_limit_is_read():
    depth = DEPTH_LIMIT - 1
    assert sum(1 for _ in walk(parse_json("[" * depth + "]" * depth))) == depth
    assert sum(1 for _ in walk(parse_yaml("[" * depth + "]" * depth))) == depth
