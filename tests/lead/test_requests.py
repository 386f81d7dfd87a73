"""What is asked for, told from words: each kind by paraphrase, and words that must not start anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_lead.design.sentence_model import sentence_model
from backend_lead.lead import intents as known
from backend_lead.lead import learning, likeness, requests
from backend_lead.lead.intents import ELSEWHERE, intents, technologies
from backend_lead.lead.requests import understand
from backend_lead.lead.slots import change_of, existing, slots_of
from backend_lead.lead.spelling import corrected
from backend_lead.lead.wishes import wishes

PHRASES = {
    "review": (
        "tell me the worst problems of this service",
        "do a thorough check of this backend",
        "how bad is our code?",
        "What is wrong with my backend?",
        "please review this codebase",
        "where should we start improving our service?",
        "give me an honest assessment of this server",
        "is the project production-ready?",
    ),
    "audit": (
        "is authentication missing somewhere?",
        "which of our endpoints can be abused?",
        "how safe is our backend against attackers",
        "is there any endpoint that lets people view others' invoices",
        "Are there holes in our access control?",
        "Would an outsider be able to download our customer list?",
        "Is my API secure?",
        "are there any vulnerabilities in our endpoints",
        "can a customer read somebody else's orders?",
        "could anyone delete other people's reviews",
        "which routes need no login?",
        "do we have IDOR problems",
        "check our authorization please",
        "could hackers get in through our backend?",
    ),
    "diagnose": (
        "make the search faster",
        "why do we get timeouts every morning",
        "GET /products needs four seconds, what is going on",
        "why is GET /api/v1/orders so sluggish",
        "users complain that everything loads forever",
        "the checkout is painfully slow since we have more products",
        "My API is slow",
        "database queries are slow",
        "Our checkout endpoint takes forever",
        "requests keep timing out",
        "which indexes are missing?",
        "speed up the product listing",
        "do we have N+1 queries?",
        "Postgres sits at 100% CPU all day",
        "the orders page needs ages to load",
    ),
    "design": (
        "we are going to build a platform for freelance teachers",
        "please design the API of a library lending system",
        "I would like an architecture for a ride sharing startup",
        "sketch the backend of an online pharmacy for me",
        "I need to build a backend for a social media app",
        "Help me design a backend for an e-commerce platform",
        "we want to create a booking platform for hairdressers",
        "Design an API for a fleet of delivery scooters",
        "I'm building a SaaS app for dentists, where do I begin with the backend",
    ),
    "decide": (
        "is a monolith ok for us",
        "should we put RabbitMQ in between",
        "gRPC instead of REST?",
        "do we need sharding yet",
        "can we live without Elasticsearch",
        "is Redis overkill for us?",
        "Kafka or RabbitMQ?",
        "should I use GraphQL here?",
        "do we need Redis?",
        "Do we need Kafka for our events?",
        "would MongoDB be better for us",
        "REST or gRPC?",
        "is it worth splitting this into microservices?",
        "JWT or sessions",
        "which database should we use",
        "should we switch to Elasticsearch for search?",
    ),
    "capacity": (
        "will it hold up during a traffic spike",
        "what happens with 5x the load",
        "can this cope with twenty times more users?",
        "are we ready for a big marketing campaign with 100k visitors?",
        "can we go to 10x traffic?",
        "Will the service survive Black Friday?",
        "how does this scale?",
        "can it handle 50000 users?",
        "what breaks first if load triples?",
    ),
    "create_migration": (
        "create an index on shipments.tracking_number",
        "change orders.total to numeric(12,2) safely",
        "delete the column legacy_id from customers",
        "remove delivery_note from orders",
        "customers should get a birthday field",
        "put a unique constraint on coupons.code",
        "we need a column nickname on users",
        "add phone to users",
        "add an index on orders.user_id safely",
        "please rename customers.name to full_name",
        "add_phone_to_users",
        "can you make orders.customer_id not null without downtime?",
        "drop the column coupon_code from orders",
        "I want to create a table for invoices",
        "write a migration that adds a birthday column to customers",
        "how do I add a boolean field archived to products without locking",
    ),
    "lint_migration": (
        "any risk in running migrations/0007.sql on production?",
        "is it dangerous to run migrations/versions/0009_order_channel.py?",
        "does migrations/0003.sql lock anything?",
        "is this migration safe?",
        "is migrations/0042_add.sql safe?",
        "will migrations/versions/0010_listing_indexes.py lock the table? it is a migration",
        "check our migrations before deploy",
    ),
    "rewrite_migration": (
        "rewrite the last migration without locks",
        "make this migration safe",
        "rewrite migrations/0003.sql so that it does not block",
    ),
    "prove_migration": (
        "test the migration on a copy first",
        "prove that migrations/0003.sql can be rolled back",
        "can this migration be reverted?",
    ),
    "apply_migration": (
        "apply the migrations to production",
    ),
    "map": (
        "which routes write to carts?",
        "list every table you found",
        "give me an overview of the endpoints",
        "who updates the inventory table",
        "which endpoints are there?",
        "what reads the users table?",
        "list all routes",
        "show me what writes to orders",
        "how many tables do we have?",
    ),
    "explain": (
        "explain missing-owner-check",
        "what is the rule jwt-not-verified about",
        "why is left prefix index a problem?",
    ),
    "watch": (
        "what changed in query times since monday",
        "has the database become slower since last week?",
        "what got slower since yesterday?",
        "did anything regress after the last deploy?",
        "watch my database",
        "which queries are slower this week than last week",
    ),
}
NOT_OURS = (
    "what's the weather tomorrow",
    "write me a haiku",
    "hello",
    "make the header blue",
    "who are you?",
    "translate the docs to French",
    "bake a cake",
    "asdf qwer",
    "how do I center a div",
    "upgrade react to 19",
    "I like trains",
    "deploy this to kubernetes",
    "fix the typo in README.md",
    "is my bike safe in the garage?",
    "the coffee machine is broken",
    "book a table for two",
)
# A pattern fits some of these; only likeness tells that they are about something else.
LIKE_OURS = (
    "what is the best pizza in town",
    "my phone is slow",
    "sing a song",
    "who invented the telephone",
    "is it going to rain",
    "play some music",
    "what is 2 + 2",
    "change my password",
    "delete my account",
    "add milk to the shopping list",
    "rename my cat",
    "create a table of contents for my thesis",
    "is this mushroom safe to eat?",
    "my internet is slow",
    "what uses the most CPU on my laptop?",
)
ALL = [(intent, phrase) for intent, phrases in PHRASES.items() for phrase in phrases]
needs_model = pytest.mark.skipif(sentence_model() is None, reason="the sentence model is not installed")


def test_every_intent_is_asked_for_and_answered():
    from importlib import import_module

    assert set(PHRASES) | {ELSEWHERE} == set(intents())
    for intent in PHRASES:
        assert callable(import_module(f"backend_lead.lead.answers.{intent}").answer)


def test_no_phrase_is_an_example_that_was_learned_by_heart():
    examples = {text.rstrip(".?!") for text, _ in learning.examples()}
    learned = [phrase for _, phrase in ALL if phrase.lower().rstrip(".?!") in examples]
    assert len(ALL) - len(learned) >= 50


@needs_model
@pytest.mark.parametrize(("intent", "phrase"), ALL)
def test_a_phrase_is_understood(intent: str, phrase: str):
    assert understand(phrase).intent == intent


@pytest.mark.parametrize("phrase", NOT_OURS)
def test_words_about_something_else_start_nothing(phrase: str):
    found = understand(phrase)
    assert found.intent == ""
    assert len(found.nearest) == 3
    assert ELSEWHERE not in found.nearest


@needs_model
@pytest.mark.parametrize("phrase", LIKE_OURS)
def test_words_that_only_sound_like_ours_start_nothing(phrase: str):
    assert understand(phrase).intent == ""


def test_without_the_model_patterns_are_enough_for_most(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(requests, "likeness", lambda words: None)
    right = [understand(phrase).intent == intent for intent, phrase in ALL]
    assert sum(right) >= 0.85 * len(ALL)
    assert not any(understand(phrase).intent for phrase in NOT_OURS)


def test_case_and_spaces_change_nothing():
    assert understand("  IS  my api\nSECURE?? ").intent == "audit"


def test_slots_hold_what_the_words_name():
    slots = slots_of("is migrations/0042_add.sql safe on postgresql://u:p@db.example.org:5432/shop?")
    assert slots.files == ("migrations/0042_add.sql",)
    assert slots.dsn == "postgresql://u:p@db.example.org:5432/shop"
    assert slots_of("can we go to 10x traffic?").times == 10
    assert slots_of("what breaks at ten times the traffic, or if it doubles?").times == 10
    assert slots_of("explain missing owner check").rule == "missing-owner-check"
    assert slots_of("JWT or sessions?").technologies == ("jwt", "sessions")
    assert slots_of("what reads the users table?").tables == ("users",)


@pytest.mark.parametrize(("asked", "change"), [
    ("add an index on orders.user_id safely", "add an index on orders.user_id"),
    ("Please, can you add phone to users?", "add phone to users"),
    ("can you make orders.customer_id not null without downtime?", "make orders.customer_id not null"),
    ("I want to rename users.name to full_name, please.", "rename users.name to full_name"),
    ("write a migration that drops the table sessions", "drops the table sessions"),
    ("add_phone_to_users phone:string", "add_phone_to_users phone:string"),
])
def test_a_change_is_left_of_what_is_said_around_it(asked: str, change: str):
    assert change_of(asked) == change


def test_only_files_that_are_there_count(tmp_path: Path):
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "1.sql").write_text("SELECT 1;")
    slots = slots_of("are migrations/1.sql and migrations/2.sql safe?")
    assert existing(slots, tmp_path) == (tmp_path / "migrations" / "1.sql",)


def test_every_technology_is_an_option_of_a_decision():
    from backend_lead.design.knowledge_files import fact_kinds, topics

    options = {topic.topic: {option.id.removesuffix("_beside") for option in topic.option} for topic in topics()}
    for id, each in technologies().items():
        assert not each.option or each.option in options[each.topic], id
        assert set(each.wants) <= set(fact_kinds()), id


def test_what_was_learned_is_of_these_examples_and_patterns():
    import numpy as np

    with (known.folder() / likeness.FILE).open("rb") as file:
        kept = str(np.load(file)["learned_from"])
    assert kept == learning.learned_from(), "python -m backend_lead.lead.learning"


@needs_model
@pytest.mark.parametrize(("asked", "intents"), [
    ("drop coupons.note, and then prove that it blocks nobody", ["create_migration", "prove_migration"]),
    ("is 0007.sql harmful to writers, and if so give me a safer one", ["lint_migration", "rewrite_migration"]),
    ("list the routes and then tell me who can break in", ["map", "audit"]),
    ("add phone and email to users", ["create_migration"]),
    ("Design a backend for a bakery. Customers may only see their own orders. It has to be fast.", ["design"]),
    ("My API is slow", ["diagnose"]),
    ("bake a cake and then eat it", [""]),
])
def test_several_wishes_are_taken_apart(asked: str, intents: list[str]):
    assert [each.intent for each in wishes(asked)] == intents


@needs_model
def test_a_later_wish_keeps_the_file_of_the_one_before():
    _, second = wishes("is migrations/0007.sql harmful to writers, and if so give me a safer one")
    assert second.slots.files == ("migrations/0007.sql",)


@pytest.mark.parametrize(("typed", "meant"), [
    ("my api is slwo", "my api is slow"),
    ("chekout times out", "checkout times out"),
    ("order_itmes is slow", "order_itmes is slow"),
    ("get /ordrs is slow", "get /ordrs is slow"),
])
def test_slips_are_mended_and_names_left_alone(typed: str, meant: str):
    said = {"slow", "checkout", "times", "orders", "items"}
    assert corrected(typed, said, lambda word: False) == meant


@needs_model
@pytest.mark.parametrize("phrase", [
    "could user 17 fetch user 18's invoices", "can anybody rename another one's project", "does a guest change prices"])
def test_a_question_about_what_somebody_can_do_changes_no_schema(phrase: str):
    assert understand(phrase).intent not in ("create_migration", "rewrite_migration", "apply_migration")
