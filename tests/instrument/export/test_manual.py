"""The manual says what the questionnaire is and no more; its numbers come from there."""

import re
import shutil
import subprocess
import warnings
from itertools import combinations
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.instrument import load_instrument
from pipeline.instrument.evidence import FOLDER, HEADINGS
from pipeline.instrument.export.manual import form_sizes, manual_data, write_manual
from pipeline.instrument.export.markdown_tree import parse_markdown, plain_text
from pipeline.problems import InputError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import textstat

ROOT = Path(__file__).parents[3]
INSTRUMENT = load_instrument(ROOT / "instrument")
MANUAL = ROOT / "docs" / "manual.md"
TEXT = MANUAL.read_text(encoding="utf-8")
BLOCKS = parse_markdown(TEXT, "docs/manual.md")
ANOTHER = "data/example/leadership_climate/instrument"
needs_pdftotext = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext is not there"
)


def section(title, level=3):
    """The Markdown below a heading, up to the next one of its level or above."""
    found = re.search(
        rf"^#{{{level}}} {re.escape(title)}$\n(.*?)(?=^#{{1,{level}}} |\Z)",
        TEXT,
        flags=re.MULTILINE | re.DOTALL,
    )
    assert found, title
    return found[1]


def cells(table):
    return [[plain_text(cell) for cell in row] for row in (table["head"], *table["rows"])]


def table_after(title):
    at = next(
        place
        for place, block in enumerate(BLOCKS)
        if block["kind"] == "heading" and plain_text(block["inside"]) == title
    )
    return cells(next(block for block in BLOCKS[at:] if block["kind"] == "table"))


def plain(text):
    """Running text without the signs of Markdown."""
    text = re.sub(r"^\|.*$|^#+ .*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^\s*([-*]|\d+\.) |[*`>]", "", text, flags=re.MULTILINE)
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)


def filled(text):
    words = {name: str(own) for name, own in INSTRUMENT.fill_ins.items()}
    words |= {name.capitalize(): own[:1].upper() + own[1:] for name, own in words.items()}
    return " ".join(re.sub(r"\{(\w+)\}", lambda found: words[found[1]], str(text)).split())


def raw_text(pdf, tmp_path):
    path = tmp_path / "manual.pdf"
    path.write_bytes(pdf)
    command = ["pdftotext", "-raw", str(path), "-"]
    read = subprocess.run(command, capture_output=True, text=True, check=True)
    return " ".join(read.stdout.split())


@pytest.fixture(scope="module")
def pdf():
    return write_manual(INSTRUMENT, TEXT, "docs/manual.md")


# ---------------------------------------------------------------- the text


@pytest.mark.parametrize(
    "title",
    [
        "What the questionnaire is for",
        "What it must not be used for",
        "What is measured",
        "Uses and the evidence each would need",
        "Choosing a form",
        "How the booklets work",
        "Who can answer",
        "When to ask",
        "Help with completion",
        "Accessible ways to answer",
        "Languages and what their status means",
        "From answers to scores",
        "Codes",
        "Versions",
        "What is still owed",
        "Limits of the evidence base",
        "Sources and credit",
    ],
)
def test_the_manual_has_every_section_it_needs(title):
    assert len(section(title).split()) > 30


def test_every_gap_and_tension_of_the_sources_is_told_once_among_the_limits():
    told = re.findall(r"\bT\d+\b", section("Limits of the evidence base"))
    assert told == [f"T{number}" for number in range(1, 19)]


def forms_table():
    """The numbers of every form as they ought to stand in the manual."""
    columns = []
    for size in form_sizes(INSTRUMENT):
        usual = [asked for asked in size.asked if not asked.optional]
        columns.append((str(size.form.title), usual, size.minutes))
        if len(usual) < len(size.asked):
            columns.append(("added parts", size.asked, size.minutes_with_optional))
    parts = [part for part in INSTRUMENT.sections if part.scale_ids]
    rows = [
        [str(part.title), *(statements_on(part, asked) for _, asked, _ in columns)]
        for part in parts
    ]
    for title, field in (
        ("All statements", "statements"),
        ("Ten-counter questions", "counters"),
        ("Other questions", "questions"),
    ):
        totals = (sum(getattr(a, field) for a in asked) for _, asked, _ in columns)
        rows.append([title, *totals])
    rows.append(["Minutes", *(minutes for _, _, minutes in columns)])
    return [title for title, _, _ in columns], rows


def statements_on(part, asked):
    return sum(known.statements for known in asked if known.section.id == part.id)


def test_the_numbers_of_the_forms_are_those_of_the_questionnaire():
    titles, wanted = forms_table()
    (_, *heads), *rows = table_after("Choosing a form")
    assert len(heads) == len(titles)
    for head, title in zip(heads, titles, strict=True):
        assert title.lower().endswith(head.lower()) or head.lower().endswith(title.lower())
    numbers = [[row[0], *(0 if n == "-" else int(n) for n in row[1:])] for row in rows]
    in_order = sorted(numbers, key=lambda row: row[0])
    assert in_order == sorted(wanted, key=lambda row: row[0])


def test_what_the_manual_says_about_the_booklets_is_so():
    (size,) = [size for size in form_sizes(INSTRUMENT) if size.form.booklets]
    whole = INSTRUMENT.form(size.form.id)
    booklets = [set(INSTRUMENT.form(name).items) for name in size.form.booklets]
    assert len(booklets) == 3
    (practices, *_) = whole.sections
    items = [item for scale in whole.scales_in(practices) for item in scale.item_ids]
    for pair in combinations(items, 2):
        assert any(set(pair) <= booklet for booklet in booklets), pair
    for part in whole.sections[3:]:
        asked = {item for scale in whole.scales_in(part) for item in scale.item_ids}
        assert all(sum(item in booklet for booklet in booklets) == 2 for item in asked)


def test_the_manual_uses_the_names_of_the_questionnaire():
    for part in INSTRUMENT.sections:
        if part.display in ("scores", "profile"):
            for scale in INSTRUMENT.scales_in(part):
                assert str(scale.title) in " ".join(TEXT.split()), scale.id
    for code in INSTRUMENT.special_codes:
        assert str(code.label) in section("Codes")


def test_the_manual_names_every_code_of_the_questionnaire_rightly():
    known = {*INSTRUMENT.answer_columns, *INSTRUMENT.questions}
    shown = re.findall(r"`([a-z]+[0-9_]+|modnow[a-z]+)`", section("Codes"))
    assert len(shown) >= 5
    assert set(shown) <= known


def test_the_manual_types_no_definition_a_second_time():
    text = " ".join(TEXT.split())
    assert not [scale.id for scale in INSTRUMENT.scales if filled(scale.definition) in text]


def test_the_status_of_every_translation_is_told():
    text = section("Languages and what their status means")
    statuses = [row[0] for row in table_after("Languages and what their status means")[1:]]
    for translation in INSTRUMENT.translations:
        assert translation.status in statuses
        assert re.search(rf"complete {translation.status}", text) or (
            translation.status == "reviewed"
        )
        assert f"--lang {translation.language} " in text


def test_the_manual_calls_the_evidence_empty_exactly_while_it_is():
    text = " ".join(section("What is still owed").split())
    folder = ROOT / "instrument" / FOLDER
    rows = {
        name: (folder / name).read_text(encoding="utf-8").strip().count("\n") for name in HEADINGS
    }
    assert ("headings only" in text) == (sum(rows.values()) == 0)
    assert all(name in text for name in HEADINGS)


def test_the_manual_names_no_evidence_that_does_not_exist():
    for row in table_after("Uses and the evidence each would need")[1:]:
        assert row[-1] == "none yet"
    assert not re.search(r"(?<![\d.:])0?\.\d\d\b", TEXT), "a coefficient without data behind it"
    claims = r"\b(has been validated|is valid|is reliable|was tested with|proved to|shown to be)\b"
    assert not re.search(claims, TEXT)
    assert "Nobody has answered these questions in a real study yet" in " ".join(TEXT.split())


def test_the_manual_credits_the_review_with_licence_link_and_changes():
    credit = section("Sources and credit")
    for words in ("Kjellström", "CC BY 4.0", "creativecommons.org/licenses/by/4.0", "Changed:"):
        assert words in credit


def test_files_that_the_manual_links_to_are_there():
    targets = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert targets
    assert all((MANUAL.parent / target).is_file() for target in targets)


@pytest.mark.parametrize(("part", "grade"), [("Part 1: For everyone", 8), ("Part 2", 9)])
def test_the_parts_for_participants_and_coordinators_are_easy_to_read(part, grade):
    title = next(line[3:] for line in TEXT.splitlines() if line.startswith(f"## {part}"))
    assert textstat.flesch_kincaid_grade(plain(section(title, level=2))) <= grade


# ---------------------------------------------------------------- the PDF


def test_the_same_manual_gives_the_same_bytes_without_a_date(pdf):
    assert write_manual(INSTRUMENT, TEXT, "docs/manual.md") == pdf
    assert pdf.startswith(b"%PDF")
    assert b"CreationDate" not in pdf
    assert b"pdfuaid" in pdf


@needs_pdftotext
def test_the_pdf_holds_every_definition_statement_and_action(pdf, tmp_path):
    text = raw_text(pdf, tmp_path)
    lacking = [scale.id for scale in INSTRUMENT.scales if filled(scale.definition) not in text]
    for item in INSTRUMENT.items.values():
        if filled(item.text) not in text:
            lacking.append(item.id)
    for scale in INSTRUMENT.scales:
        for action in scale.actions:
            if f"{filled(action.text)} ({', '.join(action.source)})" not in text:
                lacking.append(str(action.text))
    assert not lacking


@needs_pdftotext
def test_the_pdf_holds_every_code_and_every_question(pdf, tmp_path):
    text = raw_text(pdf, tmp_path)
    shown = {*INSTRUMENT.items, *INSTRUMENT.questions, *INSTRUMENT.allocation_columns}
    assert not {name for name in shown if name not in text}
    assert not [q.id for q in INSTRUMENT.questions.values() if filled(q.text) not in text]


@needs_pdftotext
def test_the_state_of_the_questionnaire_stands_on_every_page(pdf, tmp_path):
    (tmp_path / "m.pdf").write_bytes(pdf)
    command = ["pdftotext", "-raw", str(tmp_path / "m.pdf"), "-"]
    read = subprocess.run(command, capture_output=True, text=True, check=True)
    pages = read.stdout.split("\f")[:-1]
    assert len(pages) > 20
    assert all(filled(INSTRUMENT.status_note) in " ".join(page.split()) for page in pages)


def test_items_are_shown_with_their_keying_codes_sources_and_forms():
    (practices, *_) = manual_data(INSTRUMENT, None, "instrument")["sections"]
    shown = {
        item["id"]: item
        for scale in practices["scales"]
        for facet in scale["facets"]
        for item in facet["items"]
    }
    scales = INSTRUMENT.scales_in(INSTRUMENT.sections[0])
    assert len(shown) == sum(len(scale.items) for scale in scales)
    for scale in scales:
        for item in scale.items:
            assert shown[item.id]["turned"] == (item.keyed == -1)
            assert shown[item.id]["codes"] == list(item.special_codes)
            assert shown[item.id]["sources"] == list(item.source_lines)
            assert set(shown[item.id]["forms"]) == set(item.forms) & set(practices["forms"])


def test_what_others_did_is_shown_with_its_sources():
    shown = {
        scale["id"]: scale["actions"]
        for part in manual_data(INSTRUMENT, None, "instrument")["sections"]
        for scale in part["scales"]
    }
    for scale in INSTRUMENT.scales:
        assert shown[scale.id] == [
            {"text": filled(action.text), "sources": list(action.source)}
            for action in scale.actions
        ]


def test_the_manual_credits_every_source_of_the_questionnaire():
    (_, *rows) = table_after("Sources and credit")
    assert [row[0] for row in rows] == list(INSTRUMENT.sources)


def test_the_words_of_a_site_are_marked_in_a_statement():
    data = manual_data(INSTRUMENT, None, "instrument")
    own = {
        piece["text"].lower()
        for part in data["sections"]
        for question in part["questions"]
        for piece in question["text"]
        if piece["own"]
    }
    assert own == {str(words) for words in INSTRUMENT.fill_ins.values()}


def test_a_letter_that_cannot_be_drawn_is_refused():
    with pytest.raises(InputError) as error:
        write_manual(INSTRUMENT, "# Title\n\nどう", "manual.md")
    assert "U+3069" in str(error.value)


# ---------------------------------------------------------------- the command


def test_the_command_writes_the_manual(tmp_path, monkeypatch, capsys, pdf):
    monkeypatch.chdir(ROOT)
    assert main(["manual", "--file", str(tmp_path / "made" / "manual.pdf")]) == 0
    assert (tmp_path / "made" / "manual.pdf").read_bytes() == pdf
    assert "manual.pdf" in capsys.readouterr().out


@needs_pdftotext
def test_another_questionnaire_without_a_text_gets_its_annexes(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    path = tmp_path / "annexes.pdf"
    assert main(["manual", "--file", str(path), "--instrument", ANOTHER]) == 0
    text = raw_text(path.read_bytes(), tmp_path)
    another = load_instrument(ANOTHER)
    assert all(str(scale.definition) in text for scale in another.scales)
    assert "For everyone" not in text


def test_a_text_that_is_not_there_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    path = tmp_path / "manual.pdf"
    assert main(["manual", "--file", str(path), "--text", "nowhere.md"]) == 2
    assert "nowhere.md" in capsys.readouterr().err
    assert not path.exists()
