"""The HTML report as a file: one piece, a strict policy, everything escaped, colours that can be read."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

import hostile
import samples
from backend_lead.report._format import View
from backend_lead.report.html import _resource, render
from backend_lead.report.html.markup import Html, join, tag
from backend_lead.report.html.picture import picture

PAGE = render(samples.report(), View())


class Elements(HTMLParser):
    """The elements of a page, with their attributes, and whether each one is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag not in ("meta", "link", "input", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def elements(page, name=None):
    return [attributes for tag, attributes in Elements(page).found if name in (None, tag)]


@pytest.mark.parametrize("job", ["audit", "map", "review"])
@pytest.mark.parametrize("report", [samples.report, hostile.report], ids=["plain", "hostile"])
def test_every_element_is_closed_and_nothing_is_named_that_could_be_loaded(job, report):
    parsed = Elements(render(report(job), View()))
    assert parsed.open == []
    for name, attributes in parsed.found:
        assert not {"src", "action", "style", "srcset", "data"} & set(attributes), (name, attributes)
        assert not [key for key in attributes if key.startswith("on")], (name, attributes)
        if "href" in attributes:
            assert re.match(r"#[\w-]+$|data:,$", attributes["href"]), attributes
    assert "@import" not in PAGE
    assert "url(" not in PAGE


def test_the_policy_names_exactly_the_style_and_the_script_of_the_page():
    policy = next(each["content"] for each in elements(PAGE, "meta") if each.get("http-equiv"))
    style = re.search(r"<style>(.*?)</style>", PAGE, re.DOTALL)[1]
    script = re.search(r"<script>(.*?)</script>", PAGE, re.DOTALL)[1]

    def digest(text):
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    assert policy == (f"default-src 'none'; style-src 'sha256-{digest(style)}'; script-src 'sha256-{digest(script)}'; "
                      "img-src data:; base-uri 'none'; form-action 'none'")


def test_every_link_inside_the_page_leads_somewhere():
    ids = {each["id"] for each in elements(PAGE) if each.get("id")}
    assert len(ids) == len([each for each in elements(PAGE) if each.get("id")])
    for link in elements(PAGE, "a"):
        assert link["href"][1:] in ids


def test_every_field_has_a_name_for_those_who_do_not_see_it():
    for name in ("input", "select"):
        for each in elements(PAGE, name):
            assert each.get("aria-label") or each["id"] == "map-faulty"


def test_text_is_escaped_unless_it_is_html_already():
    assert tag("p", "a < b & \"c\"", Html("<b>d</b>"), None, ["e", ["f"]]) == (
        "<p>a &lt; b &amp; &quot;c&quot;<b>d</b>ef</p>")
    assert tag("a", href="\"><script>", hidden=True, title=None, data_x="y") == (
        '<a href="&quot;&gt;&lt;script&gt;" hidden data-x="y"></a>')
    assert join("\x1b[31m<") == "[31m&lt;"
    assert tag("meta", name="x") == '<meta name="x">'


def test_the_data_of_the_map_cannot_end_its_element():
    page = render(hostile.report(), View())
    data = re.search(r'<script type="application/json" id="map-data">(.*?)</script>', page, re.DOTALL)[1]
    assert "<" not in data
    assert hostile.SCRIPT in json.loads(data)["sources"][samples.ORDERS][0][1]


def test_the_picture_has_each_element_once_and_its_faults_on_it():
    drawn = picture(samples.report())
    nodes = {node.key: node for node in drawn.nodes}
    assert len(nodes) == len(drawn.nodes)
    assert nodes["route:GET /orders/{order_id}"].severity == "critical"
    assert nodes["route:GET /health"].severity == ""
    assert nodes["table:orders"].severity == "medium"
    missing = nodes["index:orders.missing user_id"]
    assert (missing.missing, missing.severity, missing.detail) == (True, "medium", "orders (user_id)")
    assert nodes["index:products.ix_products_name"].severity == "low"
    assert nodes["guard:app.auth.current_user+app.auth.require_admin"].label == "current_user + require_admin"
    ways = {drawn.nodes[way.route].key: way for way in drawn.ways}
    way = ways["route:GET /orders"]
    assert drawn.nodes[way.guard].label == "current_user"
    assert [[drawn.nodes[number].label for number in (query, *(each for pair in reached for each in pair if each))]
            for query, reached in way.queries] == [
        ["select users", "users", "primary key"], ["select orders", "orders", "no index"],
        ["select order_items", "order_items", "ix_order_items_order_id"]]


def test_a_page_of_many_findings_is_cut_and_says_so():
    findings = tuple(replace(samples.FINDINGS[6], message=f"Number {number}.") for number in range(5_010))
    page = render(replace(samples.report(), findings=findings, plan=()), View())
    assert len([each for each in elements(page, "details") if each.get("class") == "finding"]) == 5_000
    assert "…and 10 more: see the JSON report." in page


def luminance(colour):
    parts = [int(colour[number:number + 2], 16) / 255 for number in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_text_has_the_contrast_of_wcag_aa(theme):
    blocks = re.findall(r":root \{(.*?)\}", _resource("style.css"), re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", blocks[theme]))
    for ground in ("page", "surface", "sunken"):
        for text in ("text", "muted", "accent"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for name in ("critical", "high", "medium", "low", "good"):
        for ground in (f"{name}-soft", "surface"):
            assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
        if name != "good":
            assert contrast(colours["text"], colours[f"{name}-soft"]) >= 4.5, name
            assert contrast(colours["muted"], colours[f"{name}-soft"]) >= 4.5, name
    assert contrast(colours["on-accent"], colours["accent"]) >= 4.5
    assert contrast(colours["accent"], colours["surface"]) >= 3
