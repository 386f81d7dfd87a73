"""The HTML report in a real browser: the map is clicked, the findings are filtered, nothing is loaded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import hostile
import samples
from backend_lead.model.place import Place
from backend_lead.report._format import View
from backend_lead.report.html import render
from browser import PROGRAM, Page, browser

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium is installed: the page is not looked at")

ORDER = '[aria-label^="route GET /orders/{order_id}"]'
LIT = "[...document.querySelectorAll('.node.on')].map((n) => n.getAttribute('aria-label')).sort()"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Page]:
    with browser() as page:
        yield page


@pytest.fixture
def shop(chromium: Page, tmp_path: Path) -> Page:
    return opened(chromium, tmp_path, samples.report())


def opened(page: Page, folder: Path, report: samples.Report, fragment: str = "") -> Page:
    file = folder / "report.html"
    file.write_text(render(report, View()), encoding="utf-8")
    page.complaints.clear()
    page.open(file, fragment)
    return page


def test_the_page_loads_nothing_and_complains_about_nothing(shop: Page):
    assert [url.rpartition("/")[2] for url in shop.loads if not url.startswith(("about:", "data:"))] == ["report.html"]
    assert shop.complaints == []
    assert len(shop.screenshot()) > 20_000, "the picture is empty"


def test_a_click_on_a_route_lights_its_way_to_the_row_and_shows_the_source(shop: Page):
    shop.click(ORDER)
    assert shop.run(LIT) == [
        "guard current_user", "index primary key", "index primary key", "query select orders, critical finding",
        "query select users", "route GET /orders/{order_id}, critical finding", "table orders, medium finding",
        "table users"]
    assert shop.run("document.querySelectorAll('.node.off').length") == shop.run(
        "document.querySelectorAll('.node').length") - 8
    panel = shop.run("document.getElementById('map-panel').innerText")
    assert "select(Order).where(Order.id == order_id)" in panel
    assert "Missing owner check" in panel
    assert "broken" in panel
    assert shop.run("location.hash") == "#map=route%3AGET%20%2Forders%2F%7Border_id%7D"
    shop.click(".node.chosen")
    assert shop.run(LIT) == []


def test_a_link_chooses_an_element(chromium: Page, tmp_path: Path):
    page = opened(chromium, tmp_path, samples.report(), "#map=table%3Aorders")
    assert page.run("document.querySelector('#map-canvas svg').dataset.chosen") == "table:orders"
    assert [label for label in page.run(LIT) if label.startswith("route ")] == [
        "route DELETE /orders/{order_id}, critical finding", "route GET /orders, high finding",
        "route GET /orders/{order_id}, critical finding", "route POST /orders, low finding"]


def test_the_keyboard_moves_along_the_way_chooses_and_lets_go(shop: Page):
    focused = "document.activeElement.getAttribute('aria-label')"
    shop.run(f"document.querySelector({json.dumps(ORDER)}).focus()")
    shop.press("ArrowRight")
    assert shop.run(focused) == "guard current_user"
    shop.press("Enter")
    assert len([label for label in shop.run(LIT) if label.startswith("route ")]) == 4
    assert shop.run(focused) == "guard current_user"
    shop.press("ArrowUp")
    assert shop.run(focused) == "guard no guard"
    shop.press("ArrowDown")
    shop.press("Escape")
    assert shop.run(LIT) == []


def test_only_one_element_of_the_map_is_in_the_order_of_tabs(shop: Page):
    assert shop.run("document.querySelectorAll('#map-canvas [tabindex=\"0\"]').length") == 1


def test_the_map_is_searched_and_narrowed_to_faults(shop: Page):
    routes = "[...document.querySelectorAll('.node[aria-label^=route]')].map((n) => n.getAttribute('aria-label'))"
    shop.type_in("#map-text", "products.py")
    assert shop.run(routes) == ["route GET /products, medium finding", "route PATCH /products/{product_id}"]
    shop.click("#map-faulty")
    assert shop.run(routes) == ["route GET /products, medium finding", "route PATCH /products/{product_id}"]
    shop.run("document.getElementById('map-text').value = ''")
    shop.type_in("#map-text", "login")
    assert shop.run(routes) == []
    shop.click("#map-faulty")
    assert shop.run(routes) == ["route POST /login"]


def test_one_element_can_be_drawn_alone(shop: Page):
    shop.click('[aria-label^="query select orders"]')
    shop.run("[...document.querySelectorAll('#map-panel button')].find((b) => b.textContent === 'Draw only this').click()")
    assert shop.run("document.querySelectorAll('.node').length") == 5


def test_of_hundreds_of_routes_the_worst_are_drawn_first(chromium: Page, tmp_path: Path):
    plain = samples.report()
    endpoints = tuple(replace(samples.ENDPOINTS[0], path=f"/health/{number:03}", handler=replace(
        samples.ENDPOINTS[0].handler, place=Place("app/many.py", number + 1))) for number in range(400))
    page = opened(chromium, tmp_path, replace(plain, backend=replace(
        plain.backend, endpoints=(*plain.backend.endpoints, *endpoints))))
    drawn = "document.querySelectorAll('.node[aria-label^=route]').length"
    assert page.run(drawn) == 30
    assert page.run("document.getElementById('map-count').textContent") == "30 of 408 routes, the worst first"
    assert page.run(f"document.querySelector({json.dumps(ORDER)}) !== null")
    page.click("#map-more")
    assert page.run(drawn) == 90
    page.type_in("#map-text", "health/399")
    assert page.run(drawn) == 1


def test_findings_are_filtered(shop: Page):
    shown = "document.querySelectorAll('.finding:not([hidden])').length"
    count = "document.getElementById('finding-count').textContent"
    assert shop.run(shown) == 7
    shop.click('[data-severity-chip="critical"]')
    assert (shop.run(shown), shop.run(count)) == (2, "2 of 7 shown")
    shop.click('[data-severity-chip="low"]')
    assert shop.run(shown) == 4
    shop.type_in("#finding-text", "delete(order)")
    assert shop.run(shown) == 1
    shop.run("""(() => { const d = document.getElementById('finding-dimension'); d.value = 'api';
        d.dispatchEvent(new Event('input')); })()""")
    assert shop.run(shown) == 0
    assert shop.run("!document.getElementById('finding-none').hidden")


def test_a_link_opens_its_finding(chromium: Page, tmp_path: Path):
    page = opened(chromium, tmp_path, samples.report(), "#finding-3")
    assert page.run("[...document.querySelectorAll('.finding[open]')].map((f) => f.id)") == ["finding-3"]


def test_the_page_fits_a_narrow_screen(shop: Page):
    shop.call("Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=1, mobile=True)
    try:
        assert shop.run("document.scrollingElement.scrollWidth") == 360
    finally:
        shop.call("Emulation.clearDeviceMetricsOverride")


def test_without_scripts_all_findings_and_endpoints_can_be_read(chromium: Page, tmp_path: Path):
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page = opened(chromium, tmp_path, samples.report())
        document = page.call("DOM.getDocument")["root"]["nodeId"]
        assert len(page.call("DOM.querySelectorAll", nodeId=document, selector=".finding > summary")["nodeIds"]) == 7
        notice = page.call("DOM.querySelector", nodeId=document, selector="noscript p")["nodeId"]
        assert page.call("DOM.getBoxModel", nodeId=notice)["model"]["height"] > 20
        tools = page.call("DOM.querySelectorAll", nodeId=document, selector="html.js")["nodeIds"]
        assert tools == []
    finally:
        chromium.call("Emulation.setScriptExecutionDisabled", value=False)


@pytest.mark.parametrize("job", ["audit", "map", "review"])
def test_hostile_text_stays_text(chromium: Page, tmp_path: Path, job: str):
    page = opened(chromium, tmp_path, hostile.report(job))
    assert page.run("window.broken") is None
    assert page.run("document.querySelectorAll('img, main b:not(footer b):not(.heads b):not(.panel b)').length") == 0
    assert page.run("document.querySelectorAll('script').length") == 2
    page.click(".node")
    assert page.run("window.broken") is None
    assert page.complaints == []
