"""What must hold on every page, whatever the study."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from pipeline.report.inline_script import inline_script

from .fabricated_study import WAVE, Fabricated, render_all
from .reading_html import Element, read, words_of

FORBIDDEN = (
    "worse", "worst", "bad", "poor", "best", "better", "good", "top", "bottom", "rank", "ranks",
    "ranked", "ranking", "league", "winner", "loser", "fail", "failed", "failing", "excellent",
    "underperform", "red", "green", "amber",
)  # fmt: skip

HOSTILE = (
    "<img src=x onerror=1>",
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "<style>*{display:none}</style>",
    '"><svg onload=alert(1)>',
    "'><svg/onload=alert(1)>",
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "<iframe src=javascript:alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "javascript:alert(1)",
    "<!-- comment",
    "--><b>bold</b>",
    "<![CDATA[<b>x</b>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "{{ 7 * 7 }}",
    "{% for x in y %}",
    "{title} {0} {__class__}",
    "%s %(x)s ${x} `x`",
    "<math><mtext><table><mglyph><style><img src=x>",
    "\u202eevil\u202c <b>",
)


def lang(page: str) -> str:
    return read(page).all("html")[0].attributes["lang"]


def test_every_page_is_well_formed(pages):
    for page in pages.values():
        read(page)


def test_no_page_holds_an_event_handler_and_none_but_one_a_script(pages):
    for address, page in pages.items():
        root = read(page)
        assert not root.all("iframe", "object", "embed", "form", "link", "base")
        assert len(root.all("script")) == address.endswith("/comparative.html")
        for element in everything(root):
            assert not any(name.startswith("on") for name in element.attributes)


def everything(element: Element) -> list[Element]:
    return [element, *(one for child in element.children for one in everything(child))]


def test_no_page_asks_for_anything_over_the_network(pages):
    for page in pages.values():
        assert "://" not in page
        assert "url(" not in page
        assert "@import" not in page
        for element in everything(read(page)):
            assert "src" not in element.attributes


def test_every_page_has_a_content_security_policy_before_its_style(pages):
    for address, page in pages.items():
        head = read(page).all("head")[0]
        policies = [
            meta.attributes["content"]
            for meta in head.all("meta")
            if meta.attributes.get("http-equiv") == "Content-Security-Policy"
        ]
        policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        if address.endswith("/comparative.html"):
            policy += f"; script-src {inline_script('site_tables.js').source}"
        assert policies == [policy]
        assert page.index("Content-Security-Policy") < page.index("<style>")


def test_every_page_says_that_the_data_are_synthetic_and_how_far_the_questionnaire_is(
    studies, pages
):
    for address, page in pages.items():
        instrument = studies[address.split("/")[0]].instrument
        assert "Synthetic demonstration data: no real people or places." in words_of(page)
        assert " ".join(str(instrument.status_note).split()) in words_of(page)


def test_real_data_are_not_called_synthetic(study: Fabricated):
    from dataclasses import replace

    real = study.with_(study=replace(study.study, synthetic=False))
    for page in render_all(real).values():
        assert "ynthetic" not in words_of(page)


def test_the_reason_for_loosened_privacy_rules_comes_first_on_every_page(study: Fabricated):
    from dataclasses import replace

    loosened = replace(study.study, override_reason="All people at the sites agreed to it.")
    for page in render_all(study.with_(study=loosened)).values():
        first = read(page).all("aside")[0].all("li")[0]
        assert "All people at the sites agreed to it." in first.text


def test_headings_go_down_one_level_at_a_time_from_a_single_first_one(pages):
    for page in pages.values():
        body = read(page).all("body")[0]
        levels = [int(heading.tag[1]) for heading in body.all("h1", "h2", "h3", "h4", "h5", "h6")]
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_page_has_landmarks_a_skip_link_and_a_language(pages):
    for page in pages.values():
        root = read(page)
        body = root.all("body")[0]
        assert lang(page) == "en"
        assert [len(body.all(tag)) for tag in ("main", "header", "footer")] == [1, 1, 1]
        assert body.children[0].attributes == {"class": "skip", "href": "#main"}
        assert root.all("title")[0].text


def test_ids_are_unique_and_every_reference_finds_its_target(pages):
    for page in pages.values():
        elements = everything(read(page))
        ids = [one.attributes["id"] for one in elements if "id" in one.attributes]
        assert len(ids) == len(set(ids))
        for one in elements:
            targets = one.attributes.get("aria-labelledby", "").split()
            if one.attributes.get("href", "").startswith("#"):
                targets.append(one.attributes["href"][1:])
            assert set(targets) <= set(ids)


def test_links_lead_to_pages_that_exist(pages):
    for address, page in pages.items():
        study_name, *rest = address.split("/")
        folder = "/".join([study_name, *rest[:-1]])
        for link in read(page).all("a"):
            target = link.attributes["href"].split("#")[0]
            if target and "download" not in link.attributes:
                path = f"{folder}/{target}".replace("sites/../", "")
                on_screen = re.sub(r"\.pdf$", ".html", path)
                assert on_screen in pages


def test_every_table_has_a_caption_and_every_heading_a_scope(pages):
    for page in pages.values():
        for table in read(page).all("table"):
            assert table.all("caption")[0].text
            assert all(th.attributes.get("scope") in ("col", "row") for th in table.all("th"))
            assert all(row.all("th") for row in table.all("tr"))


def test_every_chart_has_a_title_a_description_and_a_table(pages):
    for page in pages.values():
        for svg in read(page).all("svg"):
            if svg.attributes.get("aria-hidden") == "true":
                assert not svg.all("text")
                continue
            assert svg.attributes["role"] == "img"
            assert svg.all("title")[0].text and svg.all("desc")[0].text
            assert within(svg, "figure", "table").all("table") or within(svg, "section").all(
                "table"
            )


def within(element: Element, *tags: str) -> Element:
    """The nearest element around one that has one of the tags."""
    while element.tag not in tags:
        assert element.parent is not None
        element = element.parent
    return element


def test_no_cell_of_a_table_is_blank_but_those_to_fill_in(pages):
    for address, page in pages.items():
        for table in read(page).all("table"):
            if table.attributes.get("class") != "plan":
                assert all(cell.text for cell in table.all("td")), address


def test_words_are_neutral(studies, pages):
    for address, page in pages.items():
        words = set(re.findall(r"[a-z]+", words_of(page).casefold()))
        own = instrument_words(studies[address.split("/")[0]])
        assert not (words - own) & set(FORBIDDEN), address


def instrument_words(made: Fabricated) -> set[str]:
    instrument = made.instrument
    texts = [
        *(str(item.text) for item in instrument.items.values()),
        *(f"{scale.definition} {scale.title}" for scale in instrument.scales),
        *(str(text) for scale in instrument.scales for text in scale.reflective_questions),
        *(str(o.label) for question in instrument.context_questions for o in question.options),
        *made.sites["label"].tolist(),
    ]
    return set(re.findall(r"[a-z]+", " ".join(texts).casefold()))


def test_no_page_shows_an_undefined_or_missing_value(pages):
    for page in pages.values():
        shown = words_of(page)
        assert not re.search(r"\bnan\b|<NA>|Undefined|\{\w+\}", shown)
        assert ">None<" not in page


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text_stays_text(study: Fabricated, payload: str):
    from dataclasses import replace

    sites = study.sites.assign(label=payload)
    plain = replace(
        study.study, title=payload, source_note=payload, override_reason=payload, wave=WAVE,
        product_version=payload,
    )  # fmt: skip
    psychometrics = {
        name: frame.assign(method=payload) for name, frame in study.psychometrics.items()
    }
    models = {
        "models": study.models["models"].assign(
            title=payload, reason=payload, note=payload, verdict=payload
        ),
        "model_estimates": study.models["model_estimates"].assign(method=payload),
        "invariance": study.models["invariance"].assign(groups=payload, free=payload),
        "gates": study.models["gates"].assign(reason=payload, criterion=payload, needs=payload),
    }
    made = study.with_(sites=sites, study=plain, psychometrics=psychometrics, models=models)
    for page in render_all(made).values():
        root = read(page)
        assert not root.all("iframe", "img", "math", "b")
        assert len(root.all("style")) == 1
        scripts = [script.pieces for script in root.all("script")]
        assert all(pieces == [inline_script("site_tables.js").text] for pieces in scripts)
        assert " ".join(payload.split()) in words_of(page)


def test_the_same_study_gives_the_same_bytes(study: Fabricated):
    assert render_all(study) == render_all(study)


def test_the_order_of_rows_does_not_matter(studies):
    for made in studies.values():
        frames = {
            name: getattr(made, name).sample(frac=1, random_state=3)
            for name in (
                "released", "withheld", "sites", "site_context", "ledger_rows", "ledger_cells",
                "ledger_columns",
            )
        }  # fmt: skip
        psychometrics, screening, models, compared = (
            {name: frame.sample(frac=1, random_state=4) for name, frame in tables.items()}
            for tables in (made.psychometrics, made.screening, made.models, made.compared)
        )
        shuffled = made.with_(
            **frames,
            psychometrics=psychometrics,
            screening=screening,
            models=models,
            compared=compared,
        )
        assert render_all(shuffled) == render_all(made)


def test_another_survey_round_in_the_tables_changes_nothing(study: Fabricated):
    import pandas as pd

    older = study.released.assign(wave="2025", estimate=0.987)
    both = study.with_(released=pd.concat([older, study.released], ignore_index=True))
    assert render_all(both) == render_all(study)


def test_names_of_files_and_headings_and_respondents_stay_inside(studies, pages):
    for page in pages.values():
        for secret in ("private file name", "e-mail of the person", "secret-"):
            assert secret not in page
