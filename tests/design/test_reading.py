"""Facts of a brief: said, denied, implied; never read where the words around them take them back."""

from __future__ import annotations

import pytest

from backend_lead.design.clauses import sentences
from backend_lead.design.reading import read_brief
from backend_lead.model.design import Origin


@pytest.mark.parametrize(("text", "id"), [
    ("Staff sign in with their company account through Azure AD.", "sso"),
    ("Every customer company must only see its own tickets.", "tenants"),
    ("No payment goes out before a second person has agreed: the four-eyes principle.", "four_eyes"),
    ("A guest must never get a table that is promised: no double booking.", "contention"),
    ("Sensors report the temperature every minute.", "devices"),
    ("Shoppers pay by credit card.", "card_payments"),
    ("Other developers call our public API with a key.", "public_api"),
    ("Workers fill in forms without a connection.", "offline"),
    ("The answers are cached at the edge by a CDN.", "http_caching"),
    ("We want to store the card numbers ourselves.", "stores_card_numbers"),
    ("Balances are kept as floats, prices too.", "money_as_float")])
def test_a_fact_is_read_with_its_words(text: str, id: str):
    fact = read_brief(text, None).facts[id]
    assert fact.holds
    assert fact.origin is Origin.STATED
    assert fact.words in text


@pytest.mark.parametrize(("text", "id"), [
    ("We need no live updates and no chat.", "two_way"),
    ("There are no accounts, payments or search.", "full_text_search"),
    ("Full-text search is not needed.", "full_text_search"),
    ("It works without a mobile app.", "mobile_clients"),
    ("We don't want GraphQL.", "wants_graphql"),
    ("A web page rather than an iOS app.", "mobile_clients")])
def test_what_is_denied_does_not_hold(text: str, id: str):
    assert not read_brief(text, None).facts[id].holds


@pytest.mark.parametrize(("text", "id"), [
    ("The provider stores the card numbers; we never see them.", "stores_card_numbers"),
    ("We do research on bees.", "full_text_search"),
    ("It shows the health checks of the servers.", "health_data"),
    ("The message queue is RabbitMQ.", "chat")])
def test_a_look_alike_is_no_fact(text: str, id: str):
    fact = read_brief(text, None).facts.get(id)
    assert fact is None or not fact.holds


def test_facts_imply_others_but_not_what_is_denied():
    facts = read_brief("Money moves between accounts with double entry. There is no audit.", None).facts
    assert facts["money_moves"].holds
    assert facts["acid"].origin is Origin.IMPLIED or facts["acid"].origin is Origin.STATED
    assert not facts["audit"].holds


def test_lines_that_go_on_are_one_sentence_and_items_are_their_own():
    found = sentences("People write\nshort notes.\n- they follow each other\n- they comment")
    assert [each.text for each in found] == ["People write short notes.", "they follow each other", "they comment"]
