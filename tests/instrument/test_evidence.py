"""Reading what people said about the items, and being told everything that is wrong with it."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.instrument import Grouping, RespondentGroup, Text, load_instrument
from pipeline.instrument.evidence import HEADINGS, Evidence, is_present_wording, read_evidence
from pipeline.problems import InputError

RATINGS, SORTING, INTERVIEWS = HEADINGS
CLIMATE = "data/example/leadership_climate/instrument"


@pytest.fixture(scope="module")
def instrument():
    """A questionnaire with two groups, whose second item has been worded anew."""
    loaded = load_instrument(CLIMATE)
    groups = tuple(RespondentGroup(name, Text({"en": name}), ()) for name in ("one", "two"))
    scale = loaded.by_id["LEAD"]
    facet = scale.facets[0]
    items = tuple(replace(i, version=2) if i.id == "lead02" else i for i in facet.items)
    changed = replace(scale, facets=(replace(facet, items=items), *scale.facets[1:]))
    scales = tuple(changed if one is scale else one for one in loaded.scales)
    return replace(loaded, scales=scales, grouping=Grouping("role", groups))


@pytest.fixture
def write(tmp_path):
    """Write rows below the headings of one of the files, and give the folder."""

    def put(name, *rows, headings=None):
        path = tmp_path / "evidence" / name
        path.parent.mkdir(exist_ok=True)
        lines = [headings or ",".join(HEADINGS[name]), *rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return tmp_path

    return put


def told(folder, instrument):
    with pytest.raises(InputError) as caught:
        read_evidence(folder, instrument)
    return [
        (Path(problem.file).name, problem.row, problem.column, problem.cure)
        for problem in caught.value.problems
    ]


def test_what_is_written_is_read(write, instrument):
    write(RATINGS, "r01,one,lead01,1,4,,fine", "r01,one,lead02,2,3,2,")
    write(SORTING, "s1,other,tsig01,1,LEAD,", "s2,two,tsig01,1,none,")
    folder = write(INTERVIEWS, 'i-1,two,1,lead01,1,"Read twice, slowly",comprehension,watch,Why')
    found = read_evidence(folder, instrument)
    assert [(r.rater, r.group, r.relevance, r.clarity) for r in found.ratings] == [
        ("r01", "one", 4, None),
        ("r01", "one", 3, 2),
    ]
    assert [sort.placed_in for sort in found.sorts] == ["LEAD", "none"]
    assert found.findings[0].finding == "Read twice, slowly"


def test_no_folder_and_files_with_headings_only_are_no_evidence(write, tmp_path, instrument):
    assert read_evidence(tmp_path, instrument) == Evidence()
    for name in HEADINGS:
        write(name)
    assert read_evidence(tmp_path, instrument) == Evidence()


def test_the_files_of_the_questionnaire_hold_their_headings_only():
    for name, headings in HEADINGS.items():
        text = Path("instrument/evidence", name).read_text(encoding="utf-8")
        assert text == ",".join(headings) + "\n"


def test_an_earlier_wording_is_kept_and_told_apart(write, instrument):
    folder = write(RATINGS, "r01,one,lead02,1,4,4,", "r01,one,lead02,2,2,4,")
    found = read_evidence(folder, instrument).ratings
    assert [is_present_wording(rating, instrument) for rating in found] == [False, True]


def test_every_problem_of_every_file_is_told_at_once(write, instrument):
    write(RATINGS, "r01,on,leed01,1,5,4,", "r02,two,lead01,2,x,4,", "Ada Smith,one,lead01,1,4,4,")
    write(SORTING, "s1,one,lead01,1,LED,", "s2,,lead01,one,LEAD,")
    folder = write(INTERVIEWS, "i1,one,0,lead01,1,,slip,rewrite,")
    found = told(folder, instrument)
    assert [problem[:3] for problem in found] == [
        (RATINGS, 2, "rater_group"),
        (RATINGS, 2, "item"),
        (RATINGS, 2, "relevance"),
        (RATINGS, 3, "item_version"),
        (RATINGS, 3, "relevance"),
        (RATINGS, 4, "rater"),
        (SORTING, 2, "placed_in"),
        (SORTING, 3, "sorter_group"),
        (SORTING, 3, "item_version"),
        (INTERVIEWS, 2, "round"),
        (INTERVIEWS, 2, "code"),
        (INTERVIEWS, 2, "decision"),
        (INTERVIEWS, 2, "finding"),
        (INTERVIEWS, 2, "reason"),
    ]
    cures = "\n".join(problem[3] for problem in found)
    assert "'on' is not known, did you mean 'one'?; write one of one, two, other" in cures
    assert "there is no item 'leed01' in the questionnaire, did you mean 'lead01'?" in cures
    assert "'5' is not known; write one of 1, 2, 3, 4, or leave it empty" in cures
    assert "'lead01' has no version after 1" in cures
    assert "write a code such as r01, never a name" in cures
    assert "'LED' is not known, did you mean 'LEAD'?" in cures


@pytest.mark.parametrize("name", [RATINGS, SORTING])
def test_one_person_twice_on_a_wording_is_told_with_the_other_row(write, instrument, name):
    end = "4,4," if name == RATINGS else "LEAD,"
    rows = (f"p1,one,lead02,2,{end}", f"p1,one,lead02,1,{end}", f"p1,one,lead02,2,{end}")
    ((_, row, _, cure),) = told(write(name, *rows), instrument)
    assert row == 4
    assert "'p1' is on this item in row 2 already" in cure


def test_an_interview_may_show_several_things_about_an_item(write, instrument):
    row = "i1,one,1,lead01,1,Something,recall,keep,Fine"
    assert len(read_evidence(write(INTERVIEWS, row, row), instrument).findings) == 2


def test_a_person_in_two_groups_is_told(write, instrument):
    folder = write(RATINGS, "r1,one,lead01,1,4,4,", "r1,two,lead03,1,4,4,")
    ((_, row, column, cure),) = told(folder, instrument)
    assert (row, column) == (3, "rater_group")
    assert "'r1' is in group 'one' in row 2" in cure


def test_columns_that_are_missing_twice_there_or_unknown_are_told(write, instrument):
    headings = "sorter,sorter_group,item,item,item_version,place_in,comment"
    found = told(write(SORTING, headings=headings), instrument)
    assert [(column, row) for _, row, column, _ in found] == [
        ("item", 1),
        ("placed_in", 1),
        ("place_in", 1),
    ]
    assert "did you mean 'placed_in'?" in found[2][3]


def test_a_row_of_another_width_is_told_with_its_row(write, instrument):
    folder = write(SORTING, "", "s1,one,lead01,1,LEAD,clear, and short")
    ((_, row, _, cure),) = told(folder, instrument)
    assert row == 3
    assert "has 7 cells but there are 6 headings" in cure


def test_semicolons_and_the_mark_of_a_spreadsheet_are_read(write, instrument):
    folder = write(SORTING)
    text = "\ufeff" + ";".join(HEADINGS[SORTING]) + "\r\ns1;one;lead01;1;LEAD;yes, at once\r\n"
    (folder / "evidence" / SORTING).write_bytes(text.encode())
    assert read_evidence(folder, instrument).sorts[0].placed_in == "LEAD"


@pytest.mark.parametrize(
    ("content", "cure"),
    [
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (b'sorter,"sorter_group\ns1,one', "a quotation mark that is not closed"),
        (b"", "has no headings"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(write, instrument, content, cure):
    folder = write(SORTING)
    (folder / "evidence" / SORTING).write_bytes(content)
    ((name, _, _, found),) = told(folder, instrument)
    assert name == SORTING
    assert cure in found


def test_a_file_of_another_name_is_told_rather_than_passed_over(write, instrument):
    folder = write(SORTING)
    (folder / "evidence" / "sorting_2.csv").write_text("x\n", encoding="utf-8")
    ((name, _, _, cure),) = told(folder, instrument)
    assert name == "sorting_2.csv"
    assert "sorting.csv" in cure


def test_without_a_grouping_everybody_is_other(write, instrument):
    plain = replace(instrument, grouping=None)
    assert read_evidence(write(SORTING, "s1,other,lead01,1,LEAD,"), plain).sorts
    ((_, _, column, _),) = told(write(SORTING, "s1,one,lead01,1,LEAD,"), plain)
    assert column == "sorter_group"
