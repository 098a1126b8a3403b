"""The site list, and names written in many ways."""

import re
from dataclasses import replace

import pytest

from pipeline.ingest import ExportSource, read_site_list
from pipeline.ingest.sites import sites_from_spellings, slugs_of
from pipeline.problems import InputError

from .layouts import INSTRUMENT, PEOPLE, Person, qualtrics_rows, write_csv

HOSTILE = [
    *("con", "NUL", "aux.", "com1", "lpt9", "..", ".", "../../etc/passwd", "a/b", "a\\b", "a:b"),
    *("x" * 300, "x" * 299 + "y", "trailing.", "trailing", "Ünïcode", "Unicode", "UNICODE!"),
    *("Straße", "Strasse", "東京", "京都", "<script>alert(1)</script>", "=cmd", "a\tb", "a\u202eb"),
    *("\ufb01re", "fire station", "Fire  Station", "CAFE\u0301", "café", "--", "!!", "index"),
]


def site_list(folder, *rows, headings=("site", "label")):
    path = write_csv(folder / "sites.csv", [headings, *rows])
    return read_site_list(path, INSTRUMENT)


def refusal(folder, *rows, headings=("site", "label")):
    with pytest.raises(InputError) as caught:
        site_list(folder, *rows, headings=headings)
    return str(caught.value)


def people_at(*sites):
    return [
        Person(f"R_{number}", PEOPLE[0].answers, site=site) for number, site in enumerate(sites)
    ]


def test_spellings_that_differ_in_case_space_and_punctuation_are_one_site(exported, ingest):
    people = people_at("St. Mary's", "st mary\u2019s ", "ST  MARYS", "St.Marys", "Other")
    read = ingest(exported(people=people))
    assert read.sites["site"].tolist() == ["other", "st-marys"]
    assert read.responses["site"].tolist().count("st-marys") == 4


def test_without_a_list_the_order_of_rows_does_not_change_the_sites():
    spellings = ["north", "North", "NORTH!", "South"]
    assert sites_from_spellings(spellings) == sites_from_spellings(spellings[::-1])
    assert [site.id for site in sites_from_spellings(spellings).sites] == ["north", "south"]


def test_hostile_names_become_safe_and_different_file_names():
    sites = sites_from_spellings(HOSTILE).sites
    slugs = [site.slug for site in sites]
    assert len(set(slugs)) == len(slugs)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) and len(slug) < 100 for slug in slugs)
    assert not {"con", "nul", "aux", "com1", "lpt9"} & set(slugs)


def test_a_slug_does_not_depend_on_names_that_come_before_it():
    few = slugs_of({"b": "東京"})
    many = slugs_of({"a": "京都", "b": "東京", "c": "North"})
    assert few["b"] == many["b"]


def test_the_list_tells_label_invited_and_facts(folder):
    read = site_list(
        folder,
        ["n1", "North End", "North; the north", "12", "Small", "1;Housing"],
        ["s1", "South", "", "", "2", ""],
        headings=("site", "label", "other_spellings", "invited", "ctsize", "ctwhat"),
    )
    assert [(site.id, site.invited) for site in read.sites] == [("n1", 12), ("s1", None)]
    assert read.facts == (
        ("n1", "ctsize", 1),
        ("n1", "ctwhat", 1),
        ("n1", "ctwhat", 2),
        ("s1", "ctsize", 2),
    )


INVITED = ("site", "label", "invited", "invited_lived", "Invited_Staff")


def test_the_list_tells_how_many_of_each_group_were_invited(folder, exported, ingest):
    known = site_list(
        folder,
        ["north", "North", "12", "7", "5"],
        ["south", "South", "", "4", ""],
        ["west", "West", "9", "", "0"],
        ["east", "East", "", "", ""],
        headings=INVITED,
    )
    table = ingest(exported(people=people_at("North", "South")), site_list=known).invited
    rows = table.astype(object).where(table.notna(), None).to_numpy().tolist()
    assert rows == [
        ["north", None, 12],
        ["north", "lived", 7],
        ["north", "staff", 5],
        ["south", "lived", 4],
        ["west", None, 9],
        ["west", "staff", 0],
    ]


def test_a_list_that_says_nothing_about_invited_people_leaves_them_open(folder, exported, ingest):
    known = site_list(folder, ["n1", "North"])
    assert ingest(exported(people=people_at("North")), site_list=known).invited.empty


def test_every_wrong_number_of_invited_people_is_told_with_its_row_and_column(folder):
    text = refusal(
        folder,
        ["n1", "North", "12", "7", "6"],
        ["s1", "South", "9", "-4", "2.5"],
        headings=INVITED,
    )
    assert (
        "sites.csv, row 2, column 'invited': the groups add up to 13, more than the 12 invited"
    ) in text
    assert "row 3, column 'invited_lived': is below zero" in text
    assert "row 3, column 'invited_staff': is not a whole number" in text


def test_people_invited_who_are_of_no_group_need_no_column(folder):
    read = site_list(folder, ["n1", "North", "12", "7", "2"], headings=INVITED)
    assert read.sites[0].invited_of_group == (("lived", 7), ("staff", 2))


def test_a_group_that_the_questionnaire_lacks_is_told_with_those_it_has(folder):
    text = refusal(folder, ["n1", "North", "3"], headings=("site", "label", "invited_manager"))
    assert "column 'invited_manager': there is no respondent group 'manager'" in text
    assert "such columns can be invited_lived, invited_staff" in text


def test_without_groups_in_the_questionnaire_none_can_be_invited(folder):
    path = write_csv(folder / "sites.csv", [("site", "label", "invited_lived"), ("n", "N", "3")])
    with pytest.raises(InputError, match="has no respondent groups; take this column out"):
        read_site_list(path, replace(INSTRUMENT, grouping=None))


def test_rows_are_matched_to_the_list_by_any_spelling(folder, exported, ingest):
    known = site_list(
        folder,
        ["n1", "North End", "the north"],
        ["s1", "South", ""],
        ["w1", "West", ""],
        headings=("site", "label", "other_spellings"),
    )
    people = people_at("N1", "north  END", "The North", "south")
    read = ingest(exported(people=people), site_list=known)
    assert sorted(read.responses["site"]) == ["n1", "n1", "n1", "s1"]
    assert read.sites["site"].tolist() == ["n1", "s1", "w1"]


def test_a_spelling_that_is_not_listed_is_told_with_the_closest_one(folder, exported, refusal):
    known = site_list(folder, ["n1", "North End"], ["s1", "South"])
    text = refusal(exported(people=people_at("North End", "Nort End")), site_list=known)
    assert text.startswith("qualtrics.csv, row 5, column 'Site': 'Nort End' is not in sites.csv")
    assert "did you mean 'North End'?" in text


def test_a_text_unlike_any_site_is_not_printed(folder, exported, refusal):
    known = site_list(folder, ["n1", "North End"])
    text = refusal(exported(people=people_at("Ada Lovelace")), site_list=known)
    assert "row 4, column 'Site': this site is not in sites.csv; add it there" in text
    assert "Ada" not in text


def test_an_unlisted_site_of_a_preview_row_does_not_matter(folder, ingest):
    known = site_list(folder, ["North", "North"], ["South", "South"])
    rows = qualtrics_rows(PEOPLE)
    rows[3][2], rows[3][10] = "1", "Nowhere"
    source = ExportSource(write_csv(folder / "q.csv", rows), "Site")
    assert len(ingest(source, site_list=known).responses) == len(PEOPLE) - 1


@pytest.mark.parametrize(
    ("headings", "row", "told"),
    [
        (("site",), ["n"], "sites.csv, column 'label': this column is missing"),
        (("site", "label", "invted"), ["n", "N", "1"], "did you mean 'invited'?"),
        (("site", "label", "invited"), ["n", "N", "ten"], "row 2, column 'invited'"),
        (("site", "label", "ctsize"), ["n", "N", "7"], "row 2, column 'ctsize'"),
        (("site", "label"), ["", "N"], "row 2, column 'site': the id of the site is empty"),
    ],
)
def test_a_bad_site_list_is_told(headings, row, told, folder):
    assert told in refusal(folder, row, headings=headings)


def test_two_sites_with_one_spelling_are_told(folder):
    text = refusal(folder, ["n1", "North"], ["n2", "NORTH."])
    assert "sites.csv, row 3, column 'site': shares a name or spelling with row 2" in text


def test_a_list_without_sites_is_told(folder):
    assert "names no site" in refusal(folder)


def test_without_a_site_column_the_file_is_one_site(exported, ingest):
    read = ingest(ExportSource(exported().file, None))
    assert read.sites["site"].tolist() == ["qualtrics"]
