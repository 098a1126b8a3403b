"""Sites are searched and sorted in the page, by mouse and keyboard, and nothing needs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from pipeline.instrument import load_instrument
from pipeline.report import SiteCluster
from tests.report.fabricated_study import fabricate, with_groups
from tests.report.test_comparative_page import page_of

from .chromium import DESKTOP, PHONE, Heard, Look, looking, measure

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "data" / "example" / "leadership_climate" / "instrument"
SMOOTH = """async () => {
  const gaps = [];
  let last = performance.now();
  return await new Promise((done) => {
    const step = () => {
      const now = performance.now();
      gaps.push(now - last);
      last = now;
      scrollBy({ top: 200, behavior: "instant" });
      const end = scrollY + innerHeight >= document.documentElement.scrollHeight - 1;
      if (end || gaps.length > 2000) done(gaps);
      else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Comparative pages of 30 and 1,000 sites; in the first a name has 200 letters."""
    folder = tmp_path_factory.mktemp("tables")
    instrument = with_groups(load_instrument(FOLDER, "full"))
    few, many = fabricate(instrument, n_sites=30), fabricate(instrument, n_sites=1000)
    sites = few.sites.assign(label=[*few.sites["label"][:-1], "Ö" * 200])
    clusters = (SiteCluster("Bergslagen", ("s00", "s01")), SiteCluster("Övre dalen", ("s02",)))
    few = few.with_(sites=sites, study=replace(few.study, clusters=clusters))
    (folder / "few.html").write_text(page_of(few), encoding="utf-8")
    (folder / "many.html").write_text(page_of(many), encoding="utf-8")
    return folder


@pytest.fixture
def few(browser: Browser, folder: Path) -> Iterator[Page]:
    with looking(browser, DESKTOP) as context:
        page, heard = context.new_page(), Heard([], [])
        page.on("console", lambda message: heard.said.append(message.text))
        page.on("pageerror", lambda error: heard.said.append(str(error)))
        page.goto((folder / "few.html").as_uri())
        yield page
        assert not heard.said


def names(page: Page, table: str = "table.heat >> nth=0") -> list[str]:
    found: list[str] = page.locator(f"{table} >> tbody >> nth=-1").evaluate(
        "body => [...body.rows].filter(row => !row.hidden).map(row => row.cells[0].textContent)"
    )
    return found


def head(page: Page, text: str) -> str:
    return f"table.heat >> nth=0 >> th:has-text('{text}')"


def test_a_search_leaves_the_sites_whose_name_or_cluster_has_the_words(few: Page):
    everyone = names(few)
    few.fill("#find", "harbour & HILL 1")
    assert names(few) == ["Harbour & Hill 1"]
    few.fill("#find", "bergs")
    assert names(few) == ["Harbour & Hill 1", "Mill Street 1"]
    few.fill("#find", "ovre")
    assert names(few) == ["Old Orchard 1"]
    few.fill("#find", "")
    assert names(few) == everyone


def test_a_search_is_told_and_holds_in_tables_that_are_opened_later(few: Page):
    few.fill("#find", "bergs")
    assert few.inner_text("output") == "2 of 30 sites are shown."
    few.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    few.wait_for_function(
        "[...document.querySelectorAll('table.of-sites')].every(one => one.dataset.equipped)"
    )
    for place in range(few.locator("table.of-sites").count()):
        assert set(names(few, f"table.of-sites >> nth={place}")) <= {
            "Harbour & Hill 1",
            "Mill Street 1",
        }


def test_the_programme_stays_in_its_place_whatever_is_searched_or_sorted(few: Page):
    few.fill("#find", "no such site")
    few.click(f"{head(few, 'People')} >> button")
    first = few.locator("table.heat >> nth=0 >> tbody >> nth=0 >> tr")
    assert first.is_visible() and "Whole programme" in first.inner_text()
    assert few.inner_text("output") == "0 of 30 sites are shown."


def test_a_heading_sorts_up_and_down_and_says_so(few: Page):
    people = head(few, "People")
    assert few.get_attribute(head(few, "Site"), "aria-sort") == "ascending"
    few.click(f"{people} >> button")
    up = numbers(few, people)
    assert up == sorted(up) and few.get_attribute(people, "aria-sort") == "ascending"
    assert few.get_attribute(head(few, "Site"), "aria-sort") is None
    few.click(f"{people} >> button")
    down = numbers(few, people)
    assert down == sorted(up, reverse=True)
    assert few.get_attribute(people, "aria-sort") == "descending"


def numbers(page: Page, heading: str) -> list[int]:
    place = page.locator(heading).evaluate("one => one.cellIndex")
    told: list[str] = page.locator("table.heat >> nth=0 >> tbody >> nth=-1").evaluate(
        "(body, place) => [...body.rows].map(row => row.cells[place].textContent)", place
    )
    return [int(one) for one in told if one.isdigit()]


def test_a_topic_is_sorted_by_its_marks_and_then_by_name_never_by_the_mean(few: Page):
    topic = "table.heat >> nth=0 >> th[data-sort=side] >> nth=0"
    few.click(f"{topic} >> button")
    place = few.locator(topic).evaluate("one => one.cellIndex")
    rows: list[list[str]] = few.locator("table.heat >> nth=0 >> tbody >> nth=-1").evaluate(
        "(body, place) => [...body.rows].map(row => [row.cells[place].className,"
        " row.cells[0].textContent, row.cells[place].firstChild.textContent])",
        place,
    )
    order = ["higher clear", "higher", "", "lower", "lower clear", "none"]
    keys = [
        (order.index(kind if kind != "apart" else ""), name.casefold()) for kind, name, _ in rows
    ]
    assert keys == sorted(keys)
    assert len({kind for kind, _ in keys}) > 3
    means = [mean for _, _, mean in rows]
    assert means != sorted(means) and means != sorted(means, reverse=True)


def test_headings_and_the_search_are_reached_and_used_by_keyboard(few: Page):
    few.focus("#find")
    few.keyboard.type("street")
    assert len(names(few)) == 6
    for _ in range(12):
        few.keyboard.press("Tab")
        if few.evaluate("document.activeElement.closest('th')?.dataset.sort") == "count":
            break
    few.keyboard.press("Enter")
    assert few.get_attribute(head(few, "People"), "aria-sort") == "ascending"


def test_without_script_every_row_is_there_and_no_control_is_seen(browser: Browser, folder: Path):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / "few.html").as_uri())
    assert not page.locator("#finder").is_visible()
    assert page.locator("th button").count() == 0
    assert page.locator("table.heat >> nth=0 >> tbody >> nth=-1 >> tr").count() == 24
    context.close()


def test_another_script_is_not_run(browser: Browser, folder: Path, tmp_path: Path):
    text = (folder / "few.html").read_text(encoding="utf-8")
    changed = tmp_path / "changed.html"
    changed.write_text(text.replace('"use strict";', '"use strict"; ', 1), encoding="utf-8")
    page = browser.new_page()
    page.goto(changed.as_uri())
    assert not page.locator("#finder").is_visible()
    page.close()


@pytest.mark.parametrize("look", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_name_of_two_hundred_letters_fits(browser: Browser, folder: Path, look: Look):
    with looking(browser, look) as context:
        page = context.new_page()
        page.goto((folder / "few.html").as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert [*measure(page, "wide"), *measure(page, "letters"), *measure(page, "cut")] == []


def test_a_thousand_sites_open_and_scroll_smoothly(browser: Browser, folder: Path):
    """Half of the frames come in time and none keeps a reader waiting for half a second."""
    with looking(browser, DESKTOP) as context:
        page = context.new_page()
        page.goto((folder / "many.html").as_uri())
        gaps = sorted(page.evaluate(SMOOTH))
    assert len(gaps) > 20
    assert gaps[len(gaps) // 2] < 34 and gaps[-1] < 500
