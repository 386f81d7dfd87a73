"""Only English is read, and a terse English brief is not taken for another language."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from backend_lead.design.language import is_english

BRIEFS = sorted((Path(__file__).parents[2] / "benchmarks" / "design" / "briefs").glob("*/*.toml"))


@pytest.mark.parametrize("text", [
    "Help desk: tickets, agents, queues, SLA timers, canned replies, e-mail intake, 40 agents, PostgreSQL.",
    "Helpdesk ticketing system. Agents answer tickets. Customers write e-mails. Managers see statistics.",
    "Multi-tenant help desk SaaS, React frontend, roles agent/manager/admin, full-text search, webhooks, audit log",
    "Chat", "", "CRUD API", "A todo app in Python on Postgres",
    "Internal inventory tool, ten employees, barcode scanners, CSV import, nightly reports, Django."])
def test_terse_english_is_english(text: str) -> None:
    assert is_english(text)


@pytest.mark.parametrize("text", [
    "Wir brauchen ein Backend für eine Plattform, auf der Händler ihre Waren anbieten und Kunden bestellen.",
    "Nous voulons une application où les clients peuvent réserver une table dans les restaurants de la ville.",
    "Queremos una aplicación para que los clientes puedan reservar una mesa en los restaurantes de la ciudad.",
    "Vogliamo un'applicazione con cui i clienti possono prenotare un tavolo nei ristoranti della città.",
    "Queremos um aplicativo para que os clientes possam reservar uma mesa nos restaurantes da cidade.",
    "Wij willen een app waarmee klanten een tafel kunnen reserveren bij de restaurants in de stad.",
    "Vi vill ha en app där kunder kan boka bord på restauranger i staden och betala med kort.",
    "Chcemy aplikację, w której klienci mogą rezerwować stolik w restauracjach i płacić kartą.",
    "Haluamme sovelluksen, jolla asiakkaat voivat varata pöydän kaupungin ravintoloista ja maksaa kortilla.",
    "Kami ingin aplikasi untuk pelanggan yang memesan meja di restoran dengan kartu.",
    "Нам нужен сервер для приложения, где люди пишут друг другу сообщения.",
    "我们需要一个社交媒体应用的后端，用户可以互相关注。",
    "ソーシャルメディアアプリのバックエンドを作りたいです。"])
def test_another_language_is_told_apart(text: str) -> None:
    assert not is_english(text)


@pytest.mark.parametrize("file", BRIEFS, ids=lambda file: file.stem)
def test_every_labelled_brief_is_english(file: Path) -> None:
    brief = tomllib.loads(file.read_text(encoding="utf-8"))
    assert is_english(brief["a"])
    assert is_english(brief["b"])
