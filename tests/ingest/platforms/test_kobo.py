"""Exports of KoBoToolbox: one small survey in every way in which it can be exported."""

import csv

import pytest
import xlsxwriter

from pipeline.ingest.detect import platform_of
from pipeline.ingest.platforms import PLATFORMS
from pipeline.ingest.platforms.kobo import KOBO
from pipeline.ingest.read_file import read_sheet
from pipeline.ingest.source import ExportSource
from pipeline.problems import InputError
from tests.ingest.layouts import INSTRUMENT, ITEMS, LABELS, SUMS, TICKS
from tests.ingest.test_form_platforms import SENT_IN, expected, kobo_rows, read_answers

from .test_xlsform import write_form

LANGUAGES = ("English (en)", "Svenska (sv)")
GROUPS = {"about": ("About you", "Om dig"), "inner": ("Work/life", "Arbete/liv")}
QUESTIONS = {
    "role": ((), "select_one roles", ("What is your role?", "Vilken roll har du?")),
    "age": (("about",), "integer", ("How old are you?", "Hur gammal \u00e4r du?")),
    "tools": (
        ("about", "inner"),
        "select_multiple tools",
        ("Which tools and/or methods?", "Vilka verktyg och/eller metoder?"),
    ),
    "more": (("about", "inner"), "text", ("Anything else?", "N\u00e5got mer?")),
}
CHOICES = {
    "roles": {"user": ("Service user", "Brukare"), "staff": ("Staff", "Personal")},
    "tools": {
        "map": ("A map", "En karta"),
        "list": ("A list: paid/unpaid", "En lista: betald/obetald"),
        "none": ("(none)", "(inget)"),
    },
}
PEOPLE = (
    {"role": "user", "age": "41", "tools": ("map", "list"), "more": "Thanks"},
    {"role": "staff", "age": "37", "tools": None, "more": ""},
    {"role": "user", "age": "", "tools": ("none",), "more": ""},
)
AFTER = ["_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status"]
AFTER += ["_submitted_by", "__version__", "_tags", "_index"]
ASKED = [
    *(("role", None), ("age", None), ("tools", None)),
    *(("tools", "map"), ("tools", "list"), ("tools", "none"), ("more", None)),
]
"""Question and choice of each column, with the ticks in both ways."""


def submission(number, status=""):
    time = f"2026-03-0{number}T09:05:01"
    after = [str(number), f"u-{number}", time, status, "", "submitted_via_web", "ada", "v1"]
    return [*after, "", str(number)]


def export(language=None, separator="/", grouped=True, ticks="both"):
    """Rows as KoBoToolbox writes them: in names, or in the labels of one language."""

    def worded(name, texts):
        return name if language is None else texts[LANGUAGES.index(language)]

    headings, columns = ["start", "end"], []
    for name, (groups, kind, texts) in QUESTIONS.items():
        above = [worded(group, GROUPS[group]) for group in groups] if grouped else []
        whole = separator.join([*above, worded(name, texts)])
        if not kind.startswith("select_multiple") or ticks != "details":
            headings.append(whole)
            columns.append((name, None))
        if kind.startswith("select_multiple") and ticks != "summary":
            for choice, labels in CHOICES[kind.split()[1]].items():
                headings.append(f"{whole}{separator}{worded(choice, labels)}")
                columns.append((name, choice))
    rows = [[*headings, *AFTER]]
    for number, person in enumerate(PEOPLE, start=1):
        start, end = "2026-03-01T10:00:00.000+01:00", "2026-03-01T09:05:00.000Z"
        cells = [cell(person, name, choice, worded) for name, choice in columns]
        rows.append([start, end, *cells, *submission(number)])
    return rows


def cell(person, name, choice, worded):
    told, kind = person[name], QUESTIONS[name][1]
    if choice is not None:
        return "" if told is None else str(int(choice in told))
    if not kind.startswith("select") or not told:
        return told or ""
    labels = CHOICES[kind.split()[1]]
    ticked = told if isinstance(told, tuple) else (told,)
    return " ".join(worded(one, labels[one]) for one in ticked)


def form_path(folder):
    labels = [f"label::{language}" for language in LANGUAGES]
    survey = [("type", "name", *labels), ("start", "start"), ("end", "end")]
    opened = ()
    for name, (groups, kind, texts) in QUESTIONS.items():
        survey += [("begin_group", group, *GROUPS[group]) for group in groups[len(opened) :]]
        survey.append((kind, name, *texts))
        opened = groups
    survey += [("end_group", "")] * len(opened)
    choices = [("list_name", "name", *labels)]
    choices += [(at, name, *texts) for at, of in CHOICES.items() for name, texts in of.items()]
    return write_form(folder / "form.xlsx", survey=survey, choices=choices)


def write_export(path, rows, delimiter=";"):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    return path


def read(folder, rows, definition=None, delimiter=";"):
    path = write_export(folder / "export.csv", rows, delimiter)
    return KOBO.read(read_sheet(path), ExportSource(path, None, definition=definition))


def refusal(folder, rows):
    with pytest.raises(InputError) as caught:
        read(folder, rows)
    return str(caught.value)


def codes(raw):
    return [(column.code, column.subcode) for column in raw.questions]


def by_heading(raw):
    return {column.heading: column for column in raw.columns}


def asked(ticks):
    if ticks == "summary":
        return [pair for pair in ASKED if pair[1] is None]
    return [pair for pair in ASKED if ticks == "both" or pair != ("tools", None)]


# ----------------------------------------------------------------------------- names and labels


WAYS = [(grouped, ticks) for grouped in (True, False) for ticks in ("both", "summary", "details")]
"""With the names of groups or without, and how several answers are written."""

BESIDE = [
    (sign, grouped, "both") for sign in (" > ", " | ", "::", ", ") for grouped in (True, False)
]
"""An unusual sign is told by the columns of choices beside their question."""


@pytest.mark.parametrize(
    ("separator", "grouped", "ticks"),
    [*((sign, *way) for sign in ("/", ".", ":", "|") for way in WAYS), *BESIDE],
)
def test_names_are_known_whatever_stands_between_them(separator, grouped, ticks, tmp_path):
    raw = read(tmp_path, export(separator=separator, grouped=grouped, ticks=ticks))
    assert codes(raw) == asked(ticks)
    assert raw.layout.startswith("XML names as headings, ")
    assert ("groups joined by" in raw.layout) == grouped


@pytest.mark.parametrize(
    ("separator", "grouped", "ticks"), [*(("/", *way) for way in WAYS), *BESIDE]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_are_cut_into_question_and_choice(language, separator, grouped, ticks, tmp_path):
    raw = read(tmp_path, export(language, separator, grouped, ticks))
    place = LANGUAGES.index(language)
    told = [
        (QUESTIONS[name][2][place], () if choice is None else (CHOICES["tools"][choice][place],))
        for name, choice in asked(ticks)
    ]
    assert [(column.question[0], column.part) for column in raw.questions] == told
    assert raw.layout.startswith("labels as headings")


def test_a_slash_inside_a_label_parts_nothing(tmp_path):
    raw = read(tmp_path, export("English (en)", grouped=False))
    question = "Which tools and/or methods?"
    told = {column.part: column.question for column in raw.questions if "tools" in column.heading}
    assert told[()][0] == question
    assert told[("A list: paid/unpaid",)][0] == question


@pytest.mark.parametrize(
    ("language", "separator", "grouped", "ticks"),
    [
        *((None, sign, *way) for sign in ("/", ".") for way in WAYS),
        *((language, sign, *way) for language in LANGUAGES for sign in "/.;-" for way in WAYS),
        *((None, *beside) for beside in BESIDE),
    ],
)
def test_the_form_gives_every_heading_its_name(language, separator, grouped, ticks, tmp_path):
    raw = read(tmp_path, export(language, separator, grouped, ticks), form_path(tmp_path))
    assert codes(raw) == asked(ticks)
    assert {q.question for q in raw.questions} == {texts for _, _, texts in QUESTIONS.values()}


def test_the_form_tells_what_cells_stand_for_in_every_language(tmp_path):
    raw = read(tmp_path, export("Svenska (sv)"), form_path(tmp_path))
    role = raw.questions[0]
    assert role.labels["Brukare"] == role.labels["user"] == ("Service user", "Brukare")
    tools = next(column for column in raw.questions if column.code == "tools")
    assert tools.labels["map"] == ("A map", "En karta")
    ticked = next(column for column in raw.questions if column.subcode == "map")
    assert (ticked.part, dict(ticked.labels)) == (("A map", "En karta"), {})


def test_the_form_names_a_column_as_a_map_of_names_does(tmp_path):
    raw = read(tmp_path, export("English (en)"), form_path(tmp_path))
    ticked = next(column for column in raw.questions if column.subcode == "map")
    assert {"about/inner/tools/map", "inner/tools/map", "tools/map"} <= set(ticked.names)


def form_with_a_shared_label(folder):
    survey = [("type", "name", "label"), ("integer", "first", "First?")]
    for name in ("a", "b"):
        survey += [("begin_group", name, f"Group {name}"), ("integer", f"{name}1", "How many?")]
        survey += [("end_group", "")]
    survey.append(("integer", "last", "Last?"))
    return write_form(folder / "f.xlsx", survey=survey, choices=[("list_name", "name", "label")])


@pytest.mark.parametrize(
    "headings",
    [
        ["First?", "Group a/How many?", "Group b/How many?", "Last?"],
        ["First?", "How many?", "How many?", "Last?"],
        ["How many?", "How many?"],
    ],
)
def test_a_label_that_two_questions_share_is_known_by_its_group_or_its_order(headings, tmp_path):
    rows = [[*headings, *AFTER], [*"1234"[: len(headings)], *submission(1)]]
    raw = read(tmp_path, rows, form_with_a_shared_label(tmp_path))
    told = {"First?": ["first"], "Last?": ["last"]}
    expected_codes = [*told.get(headings[0], []), "a1", "b1", *told.get(headings[-1], [])]
    assert [column.code for column in raw.questions] == expected_codes
    assert raw.notes == ()


@pytest.mark.parametrize(
    "headings",
    [
        ["First?", "How many?", "Last?"],
        ["Last?", "How many?", "How many?", "First?"],
        ["How many?", "Last?", "How many?"],
    ],
)
def test_a_label_that_two_questions_share_is_not_guessed(headings, tmp_path):
    rows = [[*headings, *AFTER], [*"1234"[: len(headings)], *submission(1)]]
    raw = read(tmp_path, rows, form_with_a_shared_label(tmp_path))
    assert not {"a1", "b1"} & {column.code for column in raw.questions}
    assert "such as 'How many?'; they are known by their heading only" in raw.notes[0]


def test_headings_that_stand_above_several_columns_are_told_where_no_form_is_given(tmp_path):
    raw = read(tmp_path, [["How many?", "How many?", *AFTER], ["1", "2", *submission(1)]])
    assert raw.notes == (
        "1 headings stand above several columns, such as 'How many?'; give the XLSForm as the "
        "definition, or export with XML names or with group names.",
    )


def test_a_group_with_some_answers_of_0_and_1_is_not_taken_for_choices(tmp_path):
    rows = [["g/a", "g/b", "g/c", *AFTER], ["10", "0", "", *submission(1)]]
    assert codes(read(tmp_path, rows)) == [("a", None), ("b", None), ("c", None)]


def test_one_question_that_goes_on_like_another_tells_no_sign(tmp_path):
    headings = ["About you/Age", "About you/Age, in months", "About you/Your role", ""]
    raw = read(tmp_path, [[*headings, *AFTER], ["41", "", "Staff", "1", *submission(1)]])
    told = [column.question[0] for column in raw.questions]
    assert told == ["Age", "Age, in months", "Your role", ""]


def test_what_may_be_a_choice_or_a_question_has_both_names(tmp_path):
    raw = read(tmp_path, [["p/g/a", "p/g/b", *AFTER], ["1", "0", *submission(1)]])
    assert codes(raw) == [("g", "a"), ("g", "b")]
    assert raw.columns[0].other_names == ("p/g/a", "g/a", "a")


def test_a_workbook_is_read_like_text(tmp_path):
    rows = export()
    book = xlsxwriter.Workbook(tmp_path / "export.xlsx")
    for name, table in {"survey": rows, "pets": [["name", "_parent_index"], ["Bo", "1"]]}.items():
        sheet = book.add_worksheet(name)
        for place, row in enumerate(table):
            sheet.write_row(place, 0, [int(text) if text.isdigit() else text for text in row])
    book.close()
    path = tmp_path / "export.xlsx"
    raw = KOBO.read(read_sheet(path), ExportSource(path, None))
    text = read(tmp_path, rows)
    assert raw.columns == text.columns
    assert raw.cells.astype(str).equals(text.cells.astype(str))


def test_a_row_of_tags_below_the_headings_holds_no_answers(tmp_path):
    rows = export("English (en)")
    tags = ["", "", "#role", "#age", *[""] * (len(rows[0]) - 4)]
    raw = read(tmp_path, [rows[0], tags, *rows[1:]])
    assert len(raw.cells) == len(PEOPLE)
    assert raw.layout.endswith("a row of tags below the headings")


# ----------------------------------------------------------------------------- answers


def label(text):
    return text.by_language["en"]


def asked_in_groups():
    """Name, group and label of every question of the instrument, in the order of the people."""
    for name in ITEMS:
        yield name, f"Statements {name[0]}", label(INSTRUMENT.items[name].text)
    for name, (allocation, part) in INSTRUMENT.allocation_columns.items():
        yield name, label(allocation.prompt), label(part.title)
    for question in INSTRUMENT.person_questions:
        if question.id in ("bgmain", "fnhere"):
            yield question.id, "About you", label(question.text)


def listed(name):
    """Name and label of the choices of a question; none where a number is written."""
    if name in ITEMS:
        return {str(number): text for number, text in LABELS.items()}
    question = next((q for q in INSTRUMENT.person_questions if q.id == name), None)
    options = {} if question is None else {str(o.value): label(o.label) for o in question.options}
    return options | {str(n): text for n, text in LABELS.items() if n > 90 and name == "bgmain"}


def labelled_rows(separator):
    """The people of all platforms as an export with labels and groups has them."""
    ticks = {name[-1]: text for name, text in zip(TICKS, listed("fnhere").values(), strict=True)}
    rows = [["start", "end", "Which site?"]]
    for name, group, text in asked_in_groups():
        rows[0].append(f"{group}{separator}{text}")
        rows[0] += [f"{rows[0][-1]}{separator}{t}" for t in ticks.values() if name == "fnhere"]
    rows[0] += AFTER
    for number, one in enumerate(SENT_IN, start=1):
        row = ["2026-03-01T10:00:00.000+01:00", "2026-03-01T09:05:00.000Z", one.site]
        for name in [*ITEMS, *SUMS, "bgmain"]:
            row.append(listed(name).get(one.answers[name], one.answers[name]))
        ticked = [name[-1] for name in TICKS if one.answers[name] == "1"]
        row.append(" ".join(ticks[box] for box in ticked))
        row += [str(int(box in ticked)) if ticked else "" for box in ticks]
        rows.append([*row, *submission(number)])
    return rows


def form_of_all(folder):
    survey = [("type", "name", "label"), ("text", "site", "Which site?")]
    choices = [("list_name", "name", "label")]
    for name, group, text in asked_in_groups():
        choices += [(f"l_{name}", *choice) for choice in listed(name).items()]
        kind = "select_multiple" if name == "fnhere" else "select_one"
        typed = f"{kind} l_{name}" if listed(name) else "integer"
        survey += [("begin_group", f"g_{name}", group), (typed, name, text), ("end_group", "")]
    return write_form(folder / "form.xlsx", survey=survey, choices=choices)


@pytest.mark.parametrize("separator", ["/", " - ", "."])
def test_answers_in_labels_are_read_with_the_form(separator, folder, ingest):
    path = write_export(folder / "export.csv", labelled_rows(separator))
    source = ExportSource(path, "site", definition=form_of_all(folder))
    assert read_answers(ingest(source)) == expected(SENT_IN)


def test_a_question_that_was_skipped_is_blank_and_one_with_no_tick_is_not(tmp_path):
    raw = read(tmp_path, export())
    ticks = [column.position for column in raw.questions if column.subcode]
    assert raw.cells[ticks].iloc[1].tolist() == ["", "", ""]
    assert raw.cells[ticks].iloc[2].tolist() == ["0", "0", "1"]
    assert raw.tick_separator == " "


def test_the_older_server_writes_words_into_boxes_and_empty_cells(tmp_path):
    rows = export()
    rows[0] += ["_duration", "_xform_id"]
    for row in rows[1:]:
        row += ["12", "77"]
    turned = {"1": "True", "0": "False", "": "n/a"}
    boxes = range(5, 8)
    for row in rows[1:]:
        row[:] = [turned[text] if place in boxes else text for place, text in enumerate(row)]
    raw = read(tmp_path, rows, delimiter=",")
    assert codes(raw) == ASKED
    assert raw.blank_texts == {"n/a"}


# ----------------------------------------------------------------------------- versions


def versions(second):
    """Two submissions of version one, and one of version two that fills other columns."""
    rows = [["group_a/q", "group_b/q", "r", *AFTER]]
    for number, (one, other) in enumerate([("1", ""), ("2", ""), second], start=1):
        row = [one, other, "9", *submission(number)]
        row[-3] = "v1" if number < 3 else "v2"
        rows.append(row)
    return rows


def test_a_question_moved_in_a_later_version_is_one_question(tmp_path):
    raw = read(tmp_path, versions(("", "3")))
    assert codes(raw) == [("q", None), (None, None), ("r", None)]
    assert raw.cells[1].tolist() == ["1", "2", "3"]
    assert raw.cells[2].tolist() == ["", "", "3"]
    assert raw.notes == (
        "2 versions of the form are in this export.",
        "Column 2 ('group_b/q') asks again what column 1 asks, in another version of the form; "
        "its answers are read together with those.",
    )


def test_two_questions_of_one_version_stay_two(tmp_path):
    raw = read(tmp_path, versions(("3", "4")))
    assert codes(raw) == [("q", None), ("q", None), ("r", None)]
    assert raw.cells[1].tolist() == ["1", "2", "3"]


def test_two_columns_of_one_name_stay_two_where_no_version_is_told(tmp_path):
    rows = versions(("", "3"))
    place = rows[0].index("__version__")
    raw = read(tmp_path, [[*row[:place], *row[place + 1 :]] for row in rows])
    assert codes(raw) == [("q", None), ("q", None), ("r", None)]


def test_every_column_that_tells_the_version_is_about_the_submission(tmp_path):
    rows = [["q", "__version__", "_version_", "_version__001", "_version__001_001", *AFTER[:3]]]
    raw = read(tmp_path, [*rows, ["1", "a", "b", "c", "d", "1", "u", "2026-03-01T09:05:01"]])
    assert codes(raw) == [("q", None)]


# ----------------------------------------------------------------------------- the submission


def test_what_is_about_the_submission_is_no_question(tmp_path):
    raw = read(tmp_path, export())
    records = {column.heading for column in raw.columns if column.is_record}
    assert records == {"start", "end", *AFTER}
    personal = {column.heading for column in raw.columns if column.is_personal}
    assert personal == {"_notes", "_submitted_by", "_tags"}
    assert raw.record["response_id"].tolist() == ["u-1", "u-2", "u-3"]
    assert raw.record["seconds"].tolist() == [300, 300, 300]
    assert raw.record["day"].tolist() == ["2026-03-01", "2026-03-02", "2026-03-03"]
    assert raw.record["finished"].all()


def test_newer_exports_without_notes_and_tags_are_recognised(tmp_path):
    after = [*AFTER[:4], "_status", "_submitted_by", "__version__", "meta/rootUuid", "_index"]
    row = ["1", "1", "u-1", "2026-03-01T09:05:01", "", "sent", "ada", "v1", "uuid:u-1", "1"]
    raw = read(tmp_path, [["q", *after], row])
    assert codes(raw) == [("q", None)]
    sheet = read_sheet(tmp_path / "export.csv")
    assert KOBO.signature(sheet).points == 5


@pytest.mark.parametrize(
    "kept", [["_uuid", "_submission_time"], ["_id", "_uuid", "_index"], ["_id", "_submission_time"]]
)
def test_an_export_of_chosen_columns_is_recognised(kept, tmp_path):
    path = write_export(tmp_path / "e.csv", [["q", *kept], ["1", *"123"[: len(kept)]]])
    sheet = read_sheet(path)
    assert platform_of(sheet, ExportSource(path, None)).name == "kobo"
    others = [p for p in PLATFORMS.values() if p.name != "kobo"]
    assert {p.signature(sheet).points for p in others} == {0}


def test_places_devices_and_recordings_are_personal(tmp_path):
    headings = ["deviceid", "g/where", "g/_where_latitude", "g/_where_longitude"]
    headings += ["g/_where_altitude", "g/_where_precision", "photo", "photo_URL", "q", "q_other"]
    headings += ["meta/instanceID", "meta/instanceName", "formhub/uuid"]
    values = ["d-1", "1 2 3 4", "1", "2", "3", "4", "a.jpg", "x", "other", "Mine", "i", "Ada", "f"]
    raw = read(tmp_path, [[*headings, *AFTER], [*values, *submission(1)]])
    columns = by_heading(raw)
    personal = {h for h in headings if columns[h].is_personal}
    assert personal == {*headings} - {"q", "meta/instanceID", "formhub/uuid"}
    assert [c.heading for c in raw.questions] == ["photo", "q", "q_other"]


def test_places_are_known_by_their_labels_as_well(tmp_path):
    headings = ["Where are you?", "_Where are you?_latitude", "How are you?"]
    raw = read(tmp_path, [[*headings, *AFTER], ["1 2", "1", "Well", *submission(1)]])
    assert [c.heading for c in raw.questions] == ["How are you?"]


def test_the_form_tells_notes_recordings_and_renamed_moments(tmp_path):
    survey = [
        ("type", "name", "label"),
        ("start", "began"),
        ("end", "ended"),
        ("note", "hi", "Hello"),
    ]
    survey += [
        ("image", "pic", "A picture"),
        ("calculate", "sum", ""),
        ("geopoint", "gps", "Where?"),
    ]
    survey += [("begin_repeat", "pets", "Pets"), ("text", "pet", "Its name"), ("end_repeat", "")]
    survey += [("select_one yn or_other", "q", "Well?")]
    choices = [("list_name", "name", "label"), ("yn", "y", "Yes")]
    form = write_form(tmp_path / "f.xlsx", survey=survey, choices=choices)
    headings = ["began", "ended", "Hello", "A picture", "sum", "Where?", "Well?", "q_other"]
    values = ["2026-03-01T09:00:00Z", "2026-03-01T09:01:00Z", "", "a.jpg", "3", "1 2", "Yes", "No"]
    raw = read(tmp_path, [[*headings, *AFTER], [*values, *submission(1)]], form)
    assert [(c.heading, c.code) for c in raw.questions] == [
        *(("A picture", None), ("sum", "sum"), ("Well?", "q"), ("q_other", "q_other")),
    ]
    assert {c.heading for c in raw.questions if c.is_personal} == {"A picture", "q_other"}
    assert raw.record["seconds"].tolist() == [60]
    assert raw.notes == ("The group 'pets' is asked several times; its answers are not read.",)


@pytest.mark.parametrize(
    ("status", "excluded"),
    [
        *(("Not approved", True), ("Not Approved", True), ("validation_status_not_approved", True)),
        *(("Non approuv\u00e9", True), ("No aprobado", True)),
        *(
            ("Approved", False),
            ("On Hold", False),
            ("validation_status_approved", False),
            ("", False),
        ),
    ],
)
def test_a_submission_that_was_not_approved_is_rejected(status, excluded, tmp_path):
    raw = read(tmp_path, [["q", *AFTER], ["1", *submission(1, status)]])
    assert raw.record["excluded"].eq("REJECTED").fillna(False).tolist() == [excluded]
    assert raw.notes == ()


def test_a_status_that_is_not_known_is_told(tmp_path):
    raw = read(tmp_path, [["q", *AFTER], ["1", *submission(1, "Hyv\u00e4ksytty")]])
    assert raw.record["excluded"].isna().all()
    assert "1 rows have a validation status that is not known; they are kept" in raw.notes[0]


def test_columns_asked_several_times_hold_no_answer(tmp_path):
    rows = [["q", "pets[1]/q", "pets[2]/q", *AFTER], ["1", "2", "3", *submission(1)]]
    raw = read(tmp_path, rows)
    assert codes(raw) == [("q", None), (None, None), (None, None)]
    assert "2 columns belong to groups that are asked several times" in raw.notes[0]


# ----------------------------------------------------------------------------- what is refused


def test_the_table_of_a_repeated_group_is_refused(tmp_path):
    headings = ["pet", "_index", "_parent_table_name", "_parent_index", "_submission__id"]
    rows = [[*headings, "_submission__uuid"], ["Bo", "1", "survey", "1", "1", "u-1"]]
    assert "holds the answers of a repeated group" in refusal(tmp_path, rows)
    assert platform_of(read_sheet(tmp_path / "export.csv"), ExportSource(tmp_path, None)) is KOBO


def test_the_labels_for_spss_are_refused(tmp_path):
    path = tmp_path / "labels.sps"
    path.write_text("VARIABLE LABELS\n q 'What?'\n .\nVALUE LABELS\n q\n '1' 'Yes'\n .\n", "utf-8")
    source = ExportSource(path, None)
    sheet = read_sheet(path)
    with pytest.raises(InputError, match="holds labels for SPSS and no answers; export again"):
        platform_of(sheet, source).read(sheet, source)


def test_an_export_without_submissions_is_refused(tmp_path):
    assert "has headings but no rows of answers" in refusal(tmp_path, [["q", *AFTER]])


def test_a_definition_that_is_no_form_is_refused(tmp_path):
    wrong = write_form(tmp_path / "answers.xlsx", data=kobo_rows())
    with pytest.raises(InputError, match=r"answers\.xlsx: is not an XLSForm"):
        read(tmp_path, export(), wrong)
