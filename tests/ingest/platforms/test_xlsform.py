"""The form of a survey on KoBoToolbox or ODK, in every way in which such forms are written."""

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from pipeline.ingest.platforms.xlsform import read_xlsform
from pipeline.instrument import load_instrument
from pipeline.instrument.export import export_form
from pipeline.problems import InputError

FOLDER = Path(__file__).parents[3] / "instrument"


def write_form(path, **sheets):
    """A workbook with a sheet for each name; numbers stay numbers."""
    book = xlsxwriter.Workbook(path)
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, ["" if cell is None else cell for cell in row])
    book.close()
    return path


def form_of(folder, survey, choices=(("list_name", "name", "label"),)):
    return read_xlsform(write_form(folder / "form.xlsx", survey=survey, choices=choices))


def refusal(path):
    with pytest.raises(InputError) as caught:
        read_xlsform(path)
    return str(caught.value).replace(path.as_posix(), path.name)


def named(form):
    return {question.name: question for question in form.questions}


YES_NO = [("list_name", "name", "label"), ("yn", "y", "Yes"), ("yn", "n", "No")]


def test_questions_have_their_groups_labels_and_choices(tmp_path):
    form = form_of(
        tmp_path,
        [
            ("type", "name", "label"),
            ("begin_group", "outer", "Outer"),
            ("begin_group", "inner", "Inner"),
            ("select_one yn", "agree", "Do you agree?"),
            ("end_group", None, None),
            ("integer", "age", "How old are you?"),
            ("end_group", None, None),
        ],
        YES_NO,
    )
    agree, age = form.questions
    assert [group.name for group in agree.groups] == ["outer", "inner"]
    assert agree.groups[1].labels == (("", "Inner"),)
    assert [(c.name, c.labels) for c in agree.choices] == [
        ("y", (("", "Yes"),)),
        ("n", (("", "No"),)),
    ]
    assert [group.name for group in age.groups] == ["outer"]
    assert (age.kind, age.labels) == ("integer", (("", "How old are you?"),))


@pytest.mark.parametrize(
    ("heading", "language"),
    [
        *(("label", ""), ("Label", ""), ("caption", ""), ("label::English (en)", "English (en)")),
        *(
            ("label:English", "English"),
            ("label::en", "en"),
            ("Label :: Svenska (sv)", "Svenska (sv)"),
        ),
        ("LABEL::English", "English"),
    ],
)
def test_labels_are_known_in_every_dialect_of_their_heading(heading, language, tmp_path):
    form = form_of(tmp_path, [("type", "name", heading), ("text", "q", "What?")])
    assert form.questions[0].labels == ((language, "What?"),)
    assert form.languages == (language,)


@pytest.mark.parametrize("heading", ["hint", "media::image::English", "constraint_message::en"])
def test_other_texts_of_a_question_are_no_labels(heading, tmp_path):
    form = form_of(tmp_path, [("type", "name", heading), ("text", "q", "What?")])
    assert form.questions[0].labels == ()


@pytest.mark.parametrize(
    ("kind", "read", "has_other"),
    [
        *(("select_one yn", "select_one", False), ("select one yn", "select_one", False)),
        *(("Select_One yn", "select_one", False), ("select1 yn", "select_one", False)),
        *(
            ("select one from yn", "select_one", False),
            ("select_multiple yn", "select_multiple", False),
        ),
        ("select all that apply from yn", "select_multiple", False),
        ("select all that apply yn", "select_multiple", False),
        ("select_one yn or_other", "select_one", True),
        ("select_multiple yn or other", "select_multiple", True),
        ("select multiple yn or specify other", "select_multiple", True),
        ("rank yn", "rank", False),
    ],
)
def test_types_of_questions_with_choices_are_known_in_every_dialect(
    kind, read, has_other, tmp_path
):
    question = form_of(tmp_path, [("type", "name"), (kind, "q")], YES_NO).questions[0]
    assert (question.kind, question.has_other) == (read, has_other)
    assert [choice.name for choice in question.choices] == ["y", "n"]


@pytest.mark.parametrize(
    "kind", ["select_one_from_file places.csv", "select_one ${people}", "select_one_external towns"]
)
def test_choices_kept_outside_the_form_are_not_missed(kind, tmp_path):
    assert form_of(tmp_path, [("type", "name"), (kind, "q")]).questions[0].choices == ()


@pytest.mark.parametrize(
    ("opened", "closed"),
    [
        *(("begin_group", "end_group"), ("begin group", "end group"), ("Begin Group", "End Group")),
        *(("begin_repeat", "end_repeat"), ("begin repeat", "end repeat")),
    ],
)
def test_groups_and_repeats_are_known_in_every_dialect(opened, closed, tmp_path):
    rows = [("type", "name"), (opened, "g"), ("text", "q"), (closed, None), ("end", "end")]
    inside, after = form_of(tmp_path, rows).questions
    assert [group.name for group in inside.groups] == ["g"]
    assert inside.is_repeated == ("repeat" in opened)
    assert (after.name, after.kind, after.groups) == ("end", "end", ())


@pytest.mark.parametrize(
    "headings", [("list name", "name"), ("list_name", "value"), ("List Name", "Name")]
)
def test_lists_of_choices_are_known_in_every_dialect(headings, tmp_path):
    choices = [(*headings, "label"), ("yn", "y", "Yes")]
    form = form_of(tmp_path, [("type", "name"), ("select_one yn", "q")], choices)
    assert [choice.name for choice in form.questions[0].choices] == ["y"]


def test_names_that_are_numbers_stay_whole(tmp_path):
    choices = [("list_name", "name", "label"), ("scale", 1, "Never"), ("scale", -99, "No answer")]
    form = form_of(tmp_path, [("type", "name"), ("select_one scale", "q")], choices)
    assert [choice.name for choice in form.questions[0].choices] == ["1", "-99"]


def test_a_choice_that_stands_twice_has_all_its_labels(tmp_path):
    choices = [*YES_NO, ("yn", "y", "Yes, always")]
    form = form_of(tmp_path, [("type", "name"), ("select_one yn", "q")], choices)
    assert form.questions[0].choices[0].labels == (("", "Yes"), ("", "Yes, always"))


def test_disabled_and_empty_rows_are_left_out(tmp_path):
    rows = [
        ("type", "name", "disabled"),
        ("text", "a", "yes"),
        (None, None, None),
        ("text", "b", ""),
    ]
    assert list(named(form_of(tmp_path, rows))) == ["b"]


def test_our_own_form_is_read(tmp_path):
    made = export_form(load_instrument(FOLDER), "xlsform", "short", "en", {}, ())
    name, content = next((n, c) for n, c in made.items() if n.endswith(".xlsx"))
    path = tmp_path / name
    path.write_bytes(content)
    form = read_xlsform(path)
    items = load_instrument(FOLDER, "short").items
    asked = named(form)
    assert set(items) <= set(asked)
    for item in items.values():
        wording = item.text.by_language["en"]
        assert "{" in wording or asked[item.id].labels == (("", wording),)
        assert asked[item.id].kind == "select_one"
        assert {"1", "5"} <= {choice.name for choice in asked[item.id].choices}


# ----------------------------------------------------------------------------- what is refused


def test_another_workbook_is_no_form(tmp_path):
    path = write_form(tmp_path / "book.xlsx", Sheet1=[("a", "b"), ("1", "2")])
    assert "book.xlsx: is not an XLSForm, which is a workbook with a sheet 'survey'" in refusal(
        path
    )


@pytest.mark.parametrize(
    "content", [b"type,name,label\ntext,q,What?\n", b"PK\x03\x04 damaged", b"\x00"]
)
def test_what_is_no_workbook_is_no_form(content, tmp_path):
    path = tmp_path / "form.xlsx"
    path.write_bytes(content)
    assert "form.xlsx: is " in refusal(path)
    assert "download" in refusal(path)


def test_a_form_that_is_not_there_or_empty_is_told(tmp_path):
    assert "this file does not exist" in refusal(tmp_path / "none.xlsx")
    empty = tmp_path / "empty.xlsx"
    empty.write_bytes(b"")
    assert "is empty" in refusal(empty)


def test_a_form_that_unpacks_to_far_more_is_refused(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(50_000_000))
    assert "unpacks to far more than its size" in refusal(path)


def test_every_fault_of_a_form_is_told_with_its_row(tmp_path):
    path = write_form(
        tmp_path / "form.xlsx",
        survey=[
            ("type", "name"),
            ("select_one yesno", "a"),
            ("end_group", None),
            ("begin_group", "g"),
            ("select_multiple other_list", "b"),
        ],
        choices=[("list_name", "name", "label"), ("yes_no", "y", "Yes")],
    )
    assert refusal(path).splitlines() == [
        "form.xlsx, row 3, column 'type': this group ends but never begins; take the row out or "
        "add where it begins",
        "form.xlsx, row 4, column 'type': the group 'g' never ends; add a row 'end_group'",
        "form.xlsx, row 2, column 'type': the sheet 'choices' has no list 'yesno'; did you mean "
        "'yes_no'?",
        "form.xlsx, row 5, column 'type': the sheet 'choices' has no list 'other_list'; add it",
    ]
