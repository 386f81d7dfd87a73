"""Traps are seen in whatever words they come, and what looks like one is left alone."""

from __future__ import annotations

import pytest

from backend_lead.design.brief_file import Brief, understood
from backend_lead.design.designing import design_of
from backend_lead.design.likeness import likenesses
from backend_lead.design.sentence_model import HOW_TO_INSTALL, sentence_model

pytestmark = pytest.mark.skipif(sentence_model() is None, reason=f"the sentence model is not installed: {HOW_TO_INSTALL}")

SHOP = "A web shop for fishing tackle with 30,000 customers who order and pay. "
CLINIC = "A patient app for a heart clinic with 6,000 patients; doctors look at their measurements. "
STAFF = "An application for 900 employees of an insurance company, who work on claims of customers. "
API = "We sell exchange rates to programmers by an API, 400 requests a second, with an API key each. "
FIVE = "Seven friends keep a list of their board games on a web page and sign in with a password. "
TWO = "Warehouses in Rotterdam and Singapore share one list of stock, 300 changes a second. "

TRAPS = {
    "pci_forbidden_storage": [
        SHOP + "So that they need not type it again we keep the full card number and the security code in our tables.",
        SHOP + "The card's sixteen digits, its expiry date and the code on the back are written into the customers table.",
        SHOP + "Our form takes the PAN and the CVV2, and both are saved for the next order.",
        SHOP + "We want the shopper's credit card on file in our own database, with its verification code."],
    "money_as_float": [
        SHOP + "Prices and totals are FLOAT columns.",
        SHOP + "An amount is a JavaScript number such as 19.99 and is rounded when it is shown.",
        SHOP + "Sums are kept with double precision and added up at night.",
        SHOP + "What each customer owes is stored as a floating point value."],
    "plaintext_api_keys": [
        API + "The keys are saved unhashed so that we can show them again in the portal.",
        API + "Support must be able to look up a customer's key and read it to them.",
        API + "Each key lies in clear text in the database.",
        API + "When someone forgets the key, we mail them the same one again, so it is stored as it is."],
    "phi_in_logs": [
        CLINIC + "For support we log every request and response completely, names and blood pressure included.",
        CLINIC + "All payloads are dumped into the application log, so that errors can be replayed.",
        CLINIC + "The complete bodies of all calls, with diagnoses, are sent to a cloud logging vendor.",
        CLINIC + "To debug, the server writes what patients enter word for word into its log file."],
    "shared_cache_of_personal_data": [
        CLINIC + "Every page, also a patient's own results, is cached by the CDN for an hour and shared by all visitors.",
        SHOP + "To spare the servers, Varnish caches all responses for everybody, order history and account pages included.",
        STAFF + "The proxy keeps each answer, customers' personal files too, and serves it to whoever asks for the same address.",
        SHOP + "Account pages go through the same public edge cache as the products, keyed by URL."],
    "long_lived_tokens": [
        SHOP + "The app's access token is valid for two years, so nobody has to sign in again.",
        CLINIC + "A JWT is issued once and never expires.",
        STAFF + "To save trouble, tokens have no expiry date.",
        SHOP + "Sign-in happens once; the bearer token it returns is good for eighteen months."],
    "revocation_conflict": [
        STAFF + "Requests carry a JWT that services verify by its signature, with no lookup; a dismissed employee must be out at once.",
        STAFF + "Tokens are stateless and live for a day. When somebody is fired, access must end immediately.",
        CLINIC + "Self-contained signed tokens for twelve hours, never checked against a database. A stolen phone must be locked "
        "out within seconds.",
        STAFF + "We use JWTs without any session store. If a manager withdraws a right, it has to be gone the same second."],
    "files_in_database": [
        CLINIC + "The scans, up to 300 MB each, are stored as BLOBs in PostgreSQL.",
        SHOP + "Product videos go into a bytea column of the products table.",
        STAFF + "Photos of damage and recorded calls are put into the database itself, so that one backup has all.",
        CLINIC + "Ultrasound films shall be kept in MySQL rows beside the patient's data."],
    "exactly_once": [
        STAFF + "Each message to the payout system must be delivered exactly once, guaranteed.",
        SHOP + "The broker has to guarantee that an order event arrives neither twice nor not at all.",
        STAFF + "Notifications are delivered precisely one time, never lost and never duplicated; that is a hard requirement.",
        SHOP + "We require exactly-once delivery of events between the services."],
    "global_order": [
        "A chat for 30 million people on all continents. All messages of all rooms must be in one global order for everyone.",
        "A game with 4 million players world-wide. Every event of every player has to be seen in the same total order everywhere.",
        "Trading on five continents: all orders of all markets are put in a single strict sequence that each site sees alike.",
        "A social network with users on every continent, where all posts in the world have one sequence, the same for each reader."],
    "cap_conflict": [
        TWO + "Both sites must accept changes while the line between them is down, and the numbers must be identical everywhere at "
        "every moment.",
        TWO + "If the network splits, each half goes on taking orders, yet no item may be sold twice and nobody may see an old figure.",
        TWO + "It must be strongly consistent across both continents and each must keep accepting writes during a network partition.",
        TWO + "Neither place may ever refuse a booking, even when cut off from the other, and both always show exactly the same."],
    "store_conflict": [
        "We build a wallet with double-entry accounting for 200,000 people, and want MongoDB as the only store.",
        SHOP + "Elasticsearch will be our only database: orders, customers and stock all live in it.",
        "A ledger for a bank where every transfer must balance; the team wants Cassandra with eventual consistency for it.",
        "Seats of a theatre, none sold twice, payment by card; everything in MongoDB because it is flexible, without transactions."],
    "over_engineering": [
        FIVE + "We plan Kafka, Kubernetes and a dozen microservices.",
        FIVE + "It should be event-sourced with Kafka, on a Kubernetes cluster with a service mesh.",
        FIVE + "The plan: twelve microservices, a Cassandra ring and Kafka in between.",
        FIVE + "My cousin suggests microservices on k8s with sharding, to be safe."],
    "missing_auth_sensitive_data": [
        "A page where people with depression write a diary that their therapists read. No login, whoever has the link can read.",
        "Salary statements of our 300 employees on a web page without any password; the address is known to staff only.",
        "Patients' lab results are shown on a page that needs no sign-in, to keep it simple.",
        "Doctors open the files of their patients at a secret address, without logging in."],
    "http_cache_conflict": [
        "A public encyclopedia read 20 million times a day. All reads are GraphQL by POST, and a CDN must cache them.",
        "Museum objects for the public: one GraphQL endpoint, only POST, while browsers and edge caches keep each answer for a day.",
        "Bus times, the same for all, no login: GraphQL queries are posted, and 95 % of them shall be answered by the HTTP cache.",
        "A news site wants GraphQL POST for everything and relies on Cloudflare to cache every response."],
    "unbounded_graphql": [
        "A public GraphQL API on music and artists: anybody may ask any query, with no limit of depth.",
        "Open graph of films for everyone: a public GraphQL endpoint where clients nest as deep as they wish, without restrictions.",
        "Strangers can send arbitrary GraphQL queries to our public endpoint, of any size.",
        "A public GraphQL API without login and without limits on complexity; any client asks for whatever it wants."],
    "infeasible_budget": [
        "Video streaming for 2 million viewers a month with 99.99 % availability, at most 50 euros a month.",
        "We take in 20,000 events a second and keep them for a year; there are 100 dollars a month for servers.",
        "A social network for 5 million users on three continents, to be run for 80 euros a month.",
        "An archive of 40 TB of photos, hosting may cost 60 dollars monthly."],
    "insufficient_information": [
        "We need a backend.", "Make us a modern platform, scalable and secure.", "An app for my company.",
        "Please design something innovative for our customers."],
}

HARMLESS = [
    SHOP + "Cards are kept by Stripe, we never see a number; amounts are integers of cents.",
    SHOP + "Customers may leave their library card number. A double room is not what we sell; double-entry is done elsewhere.",
    API + "Keys are shown once and kept as hashes. Requests are logged with the key's id only.",
    CLINIC + "Every access to a record is written to an audit log: who looked at which patient, and when.",
    CLINIC + "Doctors and patients log in with a second factor. Pictures lie in an object store, their names in the database.",
    SHOP + "Product pages are cached by the CDN for ten minutes; account pages are never cached.",
    STAFF + "Access tokens live ten minutes and refresh tokens rotate; reports are kept for ten years.",
    STAFF + "Sessions are kept in PostgreSQL, so a dismissed employee is out at once.",
    SHOP + "An order that is sent twice must have one effect only. Orders are listed by date.",
    TWO + "Singapore may lag some seconds behind and takes no writes while the line is down.",
    FIVE + "One small server is enough.",
    "A city's museum: anyone looks at the pictures without an account, four curators log in. GraphQL for the site, persisted "
    "queries by GET behind a CDN.",
    "Search for 2 million job offers in Elasticsearch, fed from PostgreSQL, which holds the truth. 40,000 people have accounts.",
    "A newsletter tool for 300 clubs: each club sees its own members only. 60,000 mails a month, 200 euros a month for hosting.",
]


def warned(text: str) -> set[str]:
    return {each.id for each in design_of(text, understood(Brief(text), likenesses())).cautions}


@pytest.mark.parametrize(("trap", "text"), [(trap, text) for trap, texts in TRAPS.items() for text in texts])
def test_a_trap_is_seen(trap: str, text: str) -> None:
    assert trap in warned(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_looks_like_a_trap_is_none(text: str) -> None:
    assert not warned(text)
