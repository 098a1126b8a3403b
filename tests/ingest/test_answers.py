"""What each text in an answer cell stands for."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.ingest import ExportSource
from pipeline.ingest.codebook import ANSWERED, REFUSED, codebook_of, in_words, outcome_names
from pipeline.ingest.wording import wording_key

from .layouts import (
    INSTRUMENT,
    ITEMS,
    PEOPLE,
    TICKS,
    generic_mapping,
    qualtrics_rows,
    redcap_rows,
    write_csv,
)

NAMES = outcome_names(INSTRUMENT)


def meaning(text, column="aaa101"):
    """The number a text stands for, the name of its reason, or 'refused'."""
    value, outcome = codebook_of(column, INSTRUMENT).read(text)
    if outcome == REFUSED:
        return "refused"
    return int(value) if outcome == ANSWERED else NAMES[outcome]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("1", 1), ("5", 5), (" 5 ", 5), ("5.0", 5), ("5,0", 5), ("05", 5), ("\uff15", 5)),
        *(("98", "DK"), ("97", "NAP"), ("97.0", "NAP"), ("DK", "DK")),
        *(("Agree", 4), ("STRONGLY  agree", 5), ("Strongly\u00a0agree", 5), ("agree ", 4)),
        *(("Stimme völlig zu", 5), ("Stimme vo\u0308llig zu", 5), ("Teils, teils", 3)),
        *(("Don\u2019t know", "DK"), ("don't know", "DK"), ("Weiß nicht", "DK")),
        *(("<b>Agree</b>", 4), ("Strongly&nbsp;agree", 5), ("\ufeffAgree", 4)),
        *(("4 - Agree", 4), ("4. Agree", 4), ("(4) Agree", 4), ("4=Agree", 4), ("4 Agree", 4)),
        *(("98 Don't know", "DK"), ("5 \u2013 Stimme völlig zu", 5)),
        *(("6", "refused"), ("0", "refused"), ("-1", "refused"), ("4.5", "refused")),
        *(("2 - Agree", "refused"), ("Agre", "refused"), ("=4", "refused"), ("99", "refused")),
        *(("4;5", "refused"), ("1e0", "refused"), ("nan", "refused"), ("True", "refused")),
    ],
)
def test_item_answers(text, expected):
    assert meaning(text) == expected


def test_a_special_code_the_item_does_not_offer_is_accepted_all_the_same():
    assert INSTRUMENT.items["bbb101"].special_codes == ()
    assert meaning("98", "bbb101") == "DK"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("1", 1), ("Y", 1), ("Yes", 1), ("checked", 1), ("TRUE", 1), ("Meetings", 1)),
        *(("Treffen", 1), ("0", 0), ("N", 0), ("No", 0), ("Unchecked", 0), ("false", 0)),
        *(("Planning", "refused"), ("2", "refused")),
    ],
)
def test_tick_answers(text, expected):
    assert meaning(text, "fnhere_1") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 0), ("10", 10), ("11", "refused"), ("98", "DK"), ("2.5", "refused")],
)
def test_parts_of_a_constant_sum_go_from_nothing_to_the_total(text, expected):
    assert meaning(text, "modnowind") == expected


def test_a_label_with_a_comma_is_a_single_answer():
    assert meaning("Carer, family", "bgmain") == 2


def test_a_label_of_two_answers_is_refused():
    scale = INSTRUMENT.scales[0]
    options = scale.response_scale.options
    doubled = replace(options[0], label=options[1].label)
    twice = replace(scale.response_scale, options=(doubled, *options[1:]))
    instrument = replace(INSTRUMENT, scales=(replace(scale, response_scale=twice),))
    book = codebook_of("aaa101", instrument)
    assert book.read("Disagree").outcome == REFUSED
    assert book.read("2").value == 2


@pytest.mark.parametrize(
    ("numbers", "words"),
    [([1, 2, 3], "1-3"), ([5, 1, 2, 97, 98], "1-2, 5 and 97-98"), ([0], "0"), ([0, 1], "0-1")],
)
def test_allowed_numbers_in_words(numbers, words):
    assert in_words(numbers) == words


@pytest.mark.parametrize("text", ["---", "!?", "\u2603"])
def test_a_text_without_letters_still_has_a_key(text):
    assert wording_key(text)


# ------------------------------------------------------------------------- blanks of a response


def reasons_of(ingested):
    return ingested.missing.set_index("column")["reason"].to_dict()


def test_the_end_is_unknown_where_no_column_tells_it(exported, ingest, folder):
    source = exported("generic", people=[PEOPLE[2]])
    mapping = folder / "plain.yaml"
    text = generic_mapping().replace('"finished": "done", ', "")
    mapping.write_text(text, encoding="utf-8")
    reasons = reasons_of(ingest(ExportSource(source.file, "place", mapping=mapping)))
    assert reasons["bbb101"] == reasons["fnhere_1"] == "UNKNOWN"


def test_a_blank_before_the_last_answer_is_skipped_even_if_not_finished(exported, ingest):
    stopped = PEOPLE[2].with_answers(aaa104="", bbb102="3")
    reasons = reasons_of(ingest(exported(people=[stopped])))
    assert (reasons["aaa104"], reasons["bbb101"]) == ("SKIPPED", "SKIPPED")
    assert reasons["bbb103"] == "NOT_REACHED"


def test_ticks_before_the_stop_are_zero_and_after_it_missing(exported, ingest):
    stopped = replace(PEOPLE[0].with_answers(fnhere_1="", fnhere_2=""), finished=False)
    assert reasons_of(ingest(exported(people=[stopped])))["fnhere_2"] == "NOT_REACHED"
    ticked = stopped.with_answers(fnhere_2="1")
    read = ingest(exported(people=[ticked])).responses
    assert read[["fnhere_1", "fnhere_2", "fnhere_3"]].iloc[0].tolist() == [0, 1, 0]


def test_absent_columns_that_are_not_items_were_not_asked(folder, ingest):
    rows = qualtrics_rows(PEOPLE)
    absent = {rows[0].index(name) for name in ("bgmain", "modnow_ind", "modnow_jnt", "modnow_oth")}
    kept = [[cell for place, cell in enumerate(row) if place not in absent] for row in rows]
    read = ingest(ExportSource(write_csv(folder / "q.csv", kept), "Site"))
    asked = read.missing[read.missing["reason"] == "NOT_ASKED"]
    assert set(asked["column"]) == {"bgmain", "modnowind", "modnowjnt", "modnowoth"}
    assert len(asked) == 4 * len(PEOPLE)
    assert read.responses["group"].isna().all()


def test_answers_are_stored_as_given_and_not_turned(exported, ingest):
    read = ingest(exported(people=[PEOPLE[0]])).responses
    assert read[ITEMS].iloc[0].tolist() == [1, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5]
    assert np.all(read[ITEMS].dtypes == "Int16")


def test_boxes_that_are_all_blank_were_not_answered_where_empty_ones_are_written_out(
    exported, ingest, folder
):
    rows = redcap_rows(PEOPLE)
    boxes = [place for place, heading in enumerate(rows[0]) if heading.startswith("fnhere___")]
    for place in boxes:
        rows[1][place] = ""
    rows = [[*row, flag] for row, flag in zip(rows, ["fnhere___unk", "1", *"0" * 5], strict=True)]
    read = ingest(ExportSource(write_csv(folder / "r.csv", rows), None))
    reasons = read.missing[read.missing["column"].isin(TICKS)]["reason"].value_counts()
    plain = ingest(exported("redcap")).missing
    before = plain[plain["column"].isin(TICKS)]["reason"].value_counts()
    assert reasons["SKIPPED"] - before.get("SKIPPED", 0) == len(TICKS)
