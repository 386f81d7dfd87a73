"""The pages in a real browser: a job from its start to its end, the keyboard, dark, narrow, and no complaint anywhere."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend_lead.gates.database import DatabaseGate
from backend_lead.read.database.planner_statistics import read_planner_statistics
from backend_lead.read.database.statistics_file import written
from browser import PROGRAM, Page, browser
from web_pages import TOKEN, WORKLOAD, copied, findings_of_the_example, server

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium is installed: the pages are not looked at")

# Where `make screenshots` wants the pictures of the docs.
PICTURES = os.environ.get("BACKEND_LEAD_TEST_PICTURES")
LOOKS = [(1280, False), (1280, True), (390, False), (390, True)]
# The contrast of every text that is seen, against what lies behind it (WCAG 2.2, 1.4.3), as [ratio, wanted, text].
CONTRAST = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const over = (top, under) => top.slice(0, 3).map((c, i) => c * top[3] / 255 + under[i] * (1 - top[3] / 255));
  const behind = (e) => { const stack = []; for (let n = e; n; n = n.parentElement) stack.push(rgba(getComputedStyle(n).backgroundColor));
    return stack.reverse().reduce((under, top) => over(top, under), rgba('Canvas').slice(0, 3)); };
  const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const poor = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || e.closest('svg, script, noscript, .skip') || !e.getClientRects().length) continue;
    const style = getComputedStyle(e);
    const back = behind(e);
    const front = over(rgba(style.color), back);
    const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const wanted = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < wanted) poor.push([ratio.toFixed(2), wanted, walk.currentNode.data.trim().slice(0, 40)]);
  }
  return poor;
})()"""
UNNAMED = """[...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea')].filter((e) =>
  !(e.textContent.trim() || e.getAttribute('aria-label') || (e.labels && e.labels.length))).map((e) => e.outerHTML)"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Page]:
    with browser() as page:
        yield page


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the served copy lies, as `orders`."""
    return copied(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with server(folder) as address:
        yield address


@pytest.fixture
def page(chromium: Page, address: str) -> Page:
    """The start page of somebody who has shown the token, on a wide light screen."""
    chromium.look(width=1280)
    chromium.go(f"{address}/enter?token={TOKEN}")
    chromium.complaints.clear()
    return chromium


@pytest.fixture(scope="module")
def run(chromium: Page, address: str) -> str:
    """The path of a review that has ended."""
    chromium.look(width=1280)
    chromium.go(f"{address}/enter?token={TOKEN}")
    return reviewed(chromium)


def reviewed(page: Page) -> str:
    page.click("button.primary")
    page.wait("document.querySelector('.grades') !== null", 120)
    return page.run("location.pathname")


def keep(page: Page, name: str) -> None:
    """Keep a picture for the docs, where they are wanted."""
    if PICTURES:
        page.run("(document.querySelector('#map') || document.body).scrollIntoView()")
        Path(PICTURES, f"{name}.png").write_bytes(page.screenshot())


def test_a_review_from_the_button_to_its_grades_with_its_progress(page: Page, address: str):
    page.click("button.primary")
    page.wait("location.pathname.startsWith('/runs/')")
    seen = set()
    end = time.monotonic() + 120
    while time.monotonic() < end:
        seen.add(page.run("(document.querySelector('[data-now]') || {}).textContent || ''"))
        if page.run("document.readyState === 'complete' && document.querySelector('.grades') !== null"):
            break
    assert any(words and words not in ("Starting", "Waiting for another run to end") for words in seen), seen
    assert page.run("document.querySelectorAll('.grade').length") == 4
    assert page.run("document.querySelectorAll('.plan > li').length") == 10
    assert page.complaints == []
    keep(page, "serve-review")
    page.look(width=390, dark=True)
    keep(page, "serve-review-narrow")


def test_a_run_is_cancelled_by_its_button(page: Page, address: str):
    # A proof of many rows, which does not end before the button is found.
    page.go(address + "/migrations")
    page.type_in("[name=sql]", "CREATE INDEX orders_total ON orders (total);\n")
    page.type_in("[name=schema]", "CREATE TABLE orders (id int PRIMARY KEY, total numeric NOT NULL);\n")
    page.type_in("[name=rows]", "2000000")
    page.click("[value=prove]")
    page.wait("document.readyState === 'complete' && document.querySelector('[data-events]') !== null")
    page.click(".progress button")
    page.wait("document.readyState === 'complete' && document.body.innerText.includes('It was cancelled.')")
    assert page.complaints == []


def pages(run: str) -> list[tuple[str, str]]:
    return [("home", "/"), ("review", run), ("plan", f"{run}/plan"), ("findings", f"{run}/findings"), ("finding", f"{run}/findings/2"),
            ("map", f"{run}/map"), ("changes", f"{run}/changes"), ("history", "/history"), ("design", "/design"), ("migrations", "/migrations"),
            ("performance", "/performance"), ("rules", "/rules"),
            ("rule", "/rules/missing-owner-check"), ("nothing", "/nothing"), ("enter", "/enter")]


@pytest.mark.parametrize(("width", "dark"), LOOKS, ids=lambda each: str(each))
def test_every_page_fits_can_be_read_and_loads_nothing_from_elsewhere(chromium: Page, address: str, run: str, width: int, dark: bool):
    chromium.look(width=width, dark=dark)
    chromium.complaints.clear()
    for name, path in pages(run):
        chromium.go(address + path)
        chromium.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        assert chromium.run("document.scrollingElement.scrollWidth") <= width, name
        assert chromium.run(CONTRAST) == [], name
        assert chromium.run(UNNAMED) == [], name
        assert chromium.run("document.querySelectorAll('h1').length") == 1, name
        foreign = [url for url in chromium.loads if not url.startswith((address, "about:", "data:"))]
        assert foreign == [], name
        page_is_there = [each for each in chromium.complaints if "404" not in each]
        assert page_is_there == [], name
        assert len(chromium.screenshot()) > 5_000, name


def test_the_keyboard_reaches_and_starts_everything(page: Page, address: str, run: str):
    page.go(address + "/")
    page.press("Tab")
    assert page.run("document.activeElement.textContent") == "Skip to the content"
    page.press("Enter")
    assert page.run("location.hash") == "#content"
    seen = []
    for _ in range(20):
        page.press("Tab")
        seen.append(page.run("document.activeElement.textContent.trim()"))
        if seen[-1] in ("Start the review",):
            break
    assert seen[-1] == "Start the review"
    outline = page.run("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.go(f"{address}{run}/findings")
    page.run("document.querySelector('.list a').focus()")
    page.press("Enter")
    page.wait("/findings\\/0$/.test(location.pathname)")


def test_a_filter_that_is_chosen_is_asked_for_at_once(page: Page, address: str, run: str):
    page.go(f"{address}{run}/findings")
    assert page.run("document.querySelectorAll('.list li').length") == findings_of_the_example()
    page.run("""(() => { const s = document.querySelector('[name=severity]'); s.value = 'high';
        s.dispatchEvent(new Event('change', {bubbles: true})); })()""")
    page.wait("location.search === '?severity=high' && document.querySelectorAll('.list li').length === 7")
    assert page.complaints == []


def test_a_finding_leads_to_its_element_of_the_map_and_back(page: Page, address: str, run: str):
    page.go(f"{address}{run}/findings/2")
    assert page.run("document.querySelectorAll('.copy').length") >= 1
    keep(page, "serve-finding")
    page.click(".more a:nth-of-type(2)")
    page.wait("document.querySelector('.node.chosen') !== null")
    assert page.run("document.querySelector('.node.chosen').getAttribute('aria-label')").startswith("route GET /reports/customers")
    assert page.run("""(() => { const n = document.querySelector('.node.chosen').getBoundingClientRect();
        const c = document.querySelector('#map-canvas').getBoundingClientRect(); return n.top > c.top && n.bottom < c.bottom; })()""")
    keep(page, "serve-map")
    href = page.run("document.querySelector('#map-panel a').getAttribute('href')")
    assert href == f"{run}/findings/2"
    assert page.complaints == []


def test_the_map_is_searched(page: Page, address: str, run: str):
    page.go(f"{address}{run}/map")
    page.type_in("#map-text", "reports")
    assert page.run("document.querySelectorAll('.node[aria-label^=route]').length") == 2


def test_a_design_decides_again_while_facts_are_changed(page: Page, address: str):
    page.go(address + "/design")
    page.type_in("textarea", "A shop where people browse a catalogue, put things into a cart and pay by card. 200,000 users.")
    page.click("button.primary")
    page.wait("document.readyState === 'complete' && document.querySelector('[data-outcome] .plan') !== null")
    page.run("""(() => { const s = document.querySelector('[name=add]'); s.focus(); s.value = 'strong_isolation';
        s.dispatchEvent(new Event('change', {bubbles: true})); })()""")
    page.wait("document.querySelector('.turned') !== null")
    assert "a database per tenant" in page.run("document.querySelector('.turned').innerText")
    assert page.run("document.activeElement.name") == "add"
    keep(page, "serve-design")
    for width, dark in LOOKS:
        page.look(width=width, dark=dark)
        page.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        assert page.run("document.scrollingElement.scrollWidth") <= width
        assert page.run(CONTRAST) == []
        assert page.run(UNNAMED) == []
    page.run("""(() => { const s = document.querySelector('[name="fact.strong_isolation"]'); s.value = '';
        s.dispatchEvent(new Event('change', {bubbles: true})); })()""")
    page.wait("document.querySelector('.turned') === null")
    assert page.complaints == []


def test_a_migration_is_proven_and_its_chart_can_be_read(page: Page, address: str):
    page.go(address + "/migrations")
    page.type_in("[name=sql]", "ALTER TABLE orders ADD COLUMN note text;\nCREATE INDEX orders_total ON orders (total);\n")
    page.type_in("[name=schema]", "CREATE TABLE orders (id int PRIMARY KEY, total numeric NOT NULL);\n")
    page.click("[value=prove]")
    page.wait("document.querySelector('.stalls') !== null", 120)
    keep(page, "serve-proof")
    for width, dark in LOOKS:
        page.look(width=width, dark=dark)
        page.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        assert page.run("document.scrollingElement.scrollWidth") <= width
        assert page.run(CONTRAST) == []
    assert page.complaints == []


def test_a_diagnosis_shows_plans_before_and_after(page: Page, address: str, folder: Path, shop: str):
    with DatabaseGate(shop) as gate:
        (folder / "orders" / "stats.sql").write_text(written(read_planner_statistics(gate)), encoding="utf-8")
    page.go(address + "/performance")
    page.type_in("[name=stats_file]", "stats.sql")
    page.type_in("[name=workload]", WORKLOAD)
    page.click("button.primary")
    page.wait("document.readyState === 'complete' && document.querySelector('.plan-picture') !== null", 120)
    keep(page, "serve-performance")
    for width, dark in LOOKS:
        page.look(width=width, dark=dark)
        page.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        assert page.run("document.scrollingElement.scrollWidth") <= width
        assert page.run(CONTRAST) == []
    assert page.complaints == []


def test_with_scripts_off_a_review_runs_and_everything_can_be_read(page: Page, address: str, run: str):
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        for path in ("/", run, f"{run}/findings", f"{run}/findings/2", f"{run}/map", "/history"):
            page.go(address + path)
            root = page.call("DOM.getDocument")["root"]["nodeId"]
            assert page.call("DOM.querySelectorAll", nodeId=root, selector="main h1")["nodeIds"], path
        page.go(f"{address}{run}/map")
        root = page.call("DOM.getDocument")["root"]["nodeId"]
        assert len(page.call("DOM.querySelectorAll", nodeId=root, selector="#endpoints tbody tr")["nodeIds"]) == 40
    finally:
        page.call("Emulation.setScriptExecutionDisabled", value=False)


def test_nothing_that_is_put_into_a_page_runs(page: Page, address: str, run: str):
    page.go(f"{address}{run}")
    # What the policy is for: were there a hole in a page, what came in through it would not run.
    page.run("""(() => { const s = document.createElement('script'); s.textContent = 'window.broken = 1'; document.body.append(s);
        document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.broken = 1">'); })()""")
    assert page.run("window.broken") is None
    assert any("Content Security Policy" in each for each in page.complaints), json.dumps(page.complaints)
