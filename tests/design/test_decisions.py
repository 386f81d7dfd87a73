"""Decisions from facts: the frameworks, what excludes an option, what asks for what, and what would change it."""

from __future__ import annotations

import pytest

from backend_lead.design.brief_file import Brief, parse_brief, understood
from backend_lead.design.designing import design_of, measured_capacity
from backend_lead.errors import WrongUse
from backend_lead.model.design import Design, Input, Origin


def designed(text: str) -> Design:
    return design_of(text, understood(Brief(text), None))


def test_a_social_media_app():
    made = designed("I need to build a backend for a social media app where people follow each other, post, like and "
                    "chat. 200,000 users on web, iOS and Android.")
    choices = {each.topic: each.choice for each in made.decisions}
    assert choices["stack"] == ("node",)
    assert choices["primary_db"] == ("postgresql",)
    assert choices["cache"] == ("yes",)
    assert choices["api_style"] == ("rest", "websocket")
    assert choices["realtime"] == ("websocket",)
    assert choices["auth"] == ("jwt_refresh",)
    features = {each.id for each in made.features}
    assert {"rate_limiting", "input_validation", "normalized_schema", "cursor_pagination", "short_token_lifetime"} <= features


def test_an_e_commerce_platform():
    made = designed("Help me design a backend for an e-commerce platform: 50,000 customers browse and search products, "
                    "fill a cart and pay by card; they see the state of their order live.")
    choices = {each.topic: each.choice for each in made.decisions}
    assert choices["stack"] == ("node",)
    assert choices["primary_db"] == ("postgresql",)
    assert choices["cache"] == ("yes",)
    assert choices["search"] == ("elasticsearch",)
    assert "rest" in choices["api_style"]
    assert choices["realtime"] == ("websocket",)
    features = {each.id for each in made.features}
    assert {"hosted_payment_page", "pci_scope_reduction", "payment_encryption", "rate_limiting", "idempotency_keys",
            "integer_minor_units"} <= features
    assert any(step.step == "a read replica" for step in made.roadmap) or "read_replicas" in features


def test_a_small_system_gets_a_small_design_and_is_told_when_more_is_named():
    made = designed("Ten colleagues book meeting rooms in our office. We thought of Kafka, Kubernetes and microservices.")
    assert made.decision("shape").choice == ("monolith",)
    assert made.decision("scaling").choice == ("single_instance",)
    assert made.decision("cache").choice == ("no",)
    assert "stream" not in made.decision("async_processing").choice
    assert "over_engineering" in {each.id for each in made.cautions}
    assert {"kafka", "kubernetes", "microservices"} <= {each.option for each in made.avoided}


@pytest.mark.parametrize(("text", "caution"), [
    ("Accounts with double-entry bookkeeping, and we want MongoDB for it.", "store_conflict"),
    ("We store the credit card numbers of customers in our database.", "pci_forbidden_storage"),
    ("Stateless JWTs without any lookup, and a dismissed employee must lose access immediately.", "revocation_conflict"),
    ("Every message must be delivered exactly once.", "exactly_once"),
    ("Uploaded videos are stored as blobs in the database.", "files_in_database"),
    ("Prices and totals are kept as floats.", "money_as_float"),
    ("API keys are stored in plain text so that customers can look them up again.", "plaintext_api_keys")])
def test_a_trap_is_told(text: str, caution: str):
    assert caution in {each.id for each in designed(text).cautions}


def test_a_trap_is_not_told_where_there_is_none():
    sound = ("Customers pay on the hosted page of a payment provider that keeps the card details. Amounts are integers "
             "in cents. Files lie in an object store. 20,000 people have accounts.")
    assert designed(sound).cautions == ()


def test_one_decision_asks_for_another_and_says_so():
    made = designed("People chat in rooms, 50,000 of them at once.")
    assert any("realtime.websocket" in each for each in made.decision("cache").chain)
    assert any("realtime.websocket" in each for each in made.decision("api_style").chain)


def test_every_decision_has_its_words():
    made = designed("A clinic keeps the records of patients; doctors and nurses open them.")
    for each in made.decisions:
        assert each.choice
        assert each.reason
        assert each.rejected
        assert each.flips_when
    assert len(made.questions) <= 7
    assert all(each.low <= each.mid <= each.high for each in made.capacity)


def test_what_flips_a_decision_flips_it():
    made = designed("A blog that everybody reads. 2,000 readers a day.")
    assert "pg_fts when texts are searched" in made.decision("search").flips_when
    assert designed("A blog that everybody reads and searches by keyword. 2,000 readers a day."
                    ).decision("search").choice == ("pg_fts",)


def test_the_same_brief_gives_the_same_design():
    text = "Sellers offer handmade goods, buyers pay by card. 30,000 users."
    assert designed(text) == designed(text)


def test_a_file_sets_facts_numbers_and_decisions():
    brief = parse_brief('brief = "People keep recipes."\n[facts]\nfull_text_search = true\n[numbers]\nusers = 50\n'
                        '[decided]\nstack = ["go"]\n', "brief.toml")
    made = design_of(brief.text, understood(brief, None), pinned=brief.decided)
    assert made.decision("stack").choice == ("go",)
    assert made.decision("stack").reason.startswith("It is set in the brief.")
    assert made.decision("search").choice == ("pg_fts",)
    assert next(each.value for each in made.quantities if each.id == "users") == 50


@pytest.mark.parametrize(("text", "says"), [
    ("brief = 3", "is no brief"), ("brief = \"x\"\n[facts]\nserch = true", "the fact serch"),
    ("brief = \"x\"\n[decided]\nstack = [\"rust\"]", "choice of stack"), ("colour = \"red\"", "is no brief"),
    ("title = \"x\"", "says nothing"), ("brief = \"x\"\n[numbers]\nuser = 3", "the number user")])
def test_a_file_that_is_none_is_told(text: str, says: str):
    with pytest.raises(WrongUse, match=says):
        parse_brief(text, "brief.toml")


def test_what_was_measured_takes_the_place_of_the_default():
    before = designed("A shop for books, with 200,000 customers.")
    measured = Input("cpu_ms", .8, "ms of processor a request", Origin.MEASURED, "measured: a load")
    after = measured_capacity(before, (measured,))
    for old, new in zip(before.capacity, after.capacity, strict=True):
        assert (old.name, old.formula) == (new.name, new.formula)
        assert (old == new) is ("cpu_ms" not in {each.name for each in old.inputs})
    saturation = next(each for each in after.capacity if each.name == "saturation")
    assert saturation.inputs == (measured,)
    assert (saturation.low, saturation.mid, saturation.high) == (2000.0, 2500.0, 3120.0)
