"""Records that span rows, survey rounds, and people seen twice."""

from dataclasses import replace

import pandas as pd
import pytest

from pipeline.ingest import ExportSource, ScreeningRules, ingest_exports

from .layouts import INSTRUMENT, ITEMS, PEOPLE, SUMS, TICKS, redcap_rows, write_csv

KEY = b"a secret of the study"


def ingested(*sources, rule="most_answers"):
    return ingest_exports(sources, INSTRUMENT, None, "spring", ScreeningRules(), rule, KEY)


def longitudinal(people, events, split=()):
    """A row for each event of each record; columns in `split` are asked in the last event only."""
    rows = redcap_rows(people)
    headings = ["record_id", "redcap_event_name", *rows[0][1:]]
    made = [headings]
    for row in rows[1:]:
        for event in events:
            cells = dict(zip(headings, [row[0], event, *row[1:]], strict=True))
            asked_here = split if event == events[-1] else [h for h in headings if h not in split]
            kept = {"record_id", "redcap_event_name", "redcap_data_access_group"}
            made.append(
                [cells[h] if h in kept or not split or h in asked_here else "" for h in headings]
            )
    return made


def answers_of(read, columns=(*ITEMS, *SUMS, "bgmain", *TICKS)):
    return sorted(read.responses[list(columns)].astype(str).to_numpy().tolist())


def test_a_questionnaire_that_is_spread_over_events_becomes_one_response(folder, exported):
    second = [*ITEMS[6:], *SUMS, "bgmain", *(f"fnhere___{n}" for n in (1, 2, 3))]
    rows = longitudinal(PEOPLE, ("first_arm_1", "second_arm_1"), split=second)
    status = rows[0].index("practices_complete")
    for row in rows[2::2]:
        row[status] = "2"
    read = ingested(ExportSource(write_csv(folder / "r.csv", rows), None))
    plain = ingested(exported("redcap"))
    assert answers_of(read) == answers_of(plain)
    outcomes = read.ledger_rows["outcome"].value_counts()
    assert outcomes.to_dict() == {"analysed": len(PEOPLE), "joined": len(PEOPLE)}
    cells = read.ledger_cells.groupby("outcome")["cells"].sum()
    assert cells.sum() == 2 * len(PEOPLE) * len(INSTRUMENT.answer_columns)
    assert cells["JOINED_ROW"] == len(PEOPLE) * len(INSTRUMENT.answer_columns)


def test_events_that_ask_the_same_again_need_to_be_told_apart(folder, refusal):
    rows = redcap_rows(PEOPLE)
    again = redcap_rows([p.with_answers(**{ITEMS[0]: "5"}) for p in PEOPLE])
    headings = ["record_id", "redcap_event_name", *rows[0][1:]]
    made = [headings]
    for first, second in zip(rows[1:], again[1:], strict=True):
        made += [[first[0], "start_arm_1", *first[1:]], [second[0], "later_arm_1", *second[1:]]]
    path = write_csv(folder / "r.csv", made)
    text = refusal(ExportSource(path, None))
    assert "answered on several occasions of one record (later_arm_1, start_arm_1)" in text
    assert "`occasions: {later_arm_1: ..., start_arm_1: ...}`" in text
    waves = {"start_arm_1": "spring", "later_arm_1": "autumn"}
    read = ingested(ExportSource(path, None, occasions=waves))
    assert read.responses["wave"].value_counts().to_dict() == {"autumn": 6, "spring": 6}
    assert read.responses.loc[read.responses["wave"] == "autumn", ITEMS[0]].tolist() == [5] * 6


def test_an_occasion_that_the_export_does_not_have_is_told(folder, refusal):
    path = write_csv(folder / "r.csv", longitudinal(PEOPLE, ("only_arm_1",)))
    text = refusal(ExportSource(path, None, occasions={"other_arm_1": "autumn"}))
    assert "column 'occasions.other_arm_1': the export has no such occasion" in text


def repeated(n_projects=2):
    """Projects as records: the site on the first row, each respondent in a repetition."""
    rows = redcap_rows(PEOPLE)
    headings = [
        *("record_id", "redcap_repeat_instrument", "redcap_repeat_instance", "place"),
        *rows[0][3:],
    ]
    made = [headings]
    for record in range(1, n_projects + 1):
        blank = [""] * (len(headings) - 4)
        made.append([str(record), "", "", ("North", "South")[record - 1], *blank])
        for number, row in enumerate(rows[1:], start=1):
            made.append([str(record), "practices", str(number), "", *row[3:]])
    return made


def test_repetitions_are_responses_and_take_what_their_record_tells(folder):
    read = ingested(ExportSource(write_csv(folder / "r.csv", repeated()), "place"))
    assert len(read.responses) == 2 * len(PEOPLE)
    assert read.responses["site"].value_counts().to_dict() == {"north": 6, "south": 6}
    assert (read.ledger_rows["outcome"] == "joined").sum() == 2


def test_a_record_without_an_answer_is_left_out_and_not_joined_away(folder):
    rows = repeated(1)
    rows.append(["2", "", "", "South", *[""] * (len(rows[0]) - 4)])
    read = ingested(ExportSource(write_csv(folder / "r.csv", rows), "place"))
    last = read.ledger_rows.set_index("row").loc[len(rows)]
    assert (last["outcome"], last["reason"]) == ("excluded", "TOO_FEW_ANSWERS")


def test_a_base_row_that_says_otherwise_than_its_repetition_is_told(folder, refusal):
    rows = repeated(1)
    role = rows[0].index("bgmain")
    rows[1][role] = "4"
    text = refusal(ExportSource(write_csv(folder / "r.csv", rows), "place"))
    assert "column 'bgmain': rows 2 and 3 of one record hold different answers" in text


# ------------------------------------------------------------- survey rounds and persons


def keyed(folder, name, keys, people=PEOPLE):
    from .layouts import qualtrics_rows

    rows = qualtrics_rows([replace(p, id=f"{p.id}{name}") for p in people])
    for row, key in zip(rows, ["Study key", "Study key", "Study key", *keys], strict=True):
        row.append(key)
    return write_csv(folder / f"{name}.csv", rows)


KEYS = ["AB 1", "ab-2", "AB3", "AB4", "AB5", ""]


def test_people_are_linked_over_survey_rounds_by_a_hashed_key(folder):
    first = keyed(folder, "first", KEYS)
    second = keyed(folder, "second", [key.lower().replace(" ", "") for key in KEYS])
    read = ingested(
        ExportSource(first, "Site", person_column="Study key"),
        ExportSource(second, "Site", person_column="study key", wave="autumn"),
    )
    people = read.responses.dropna(subset="person").groupby("person")["wave"].agg(sorted)
    assert people.tolist() == [["autumn", "spring"]] * 5
    assert read.responses["person"].isna().sum() == 2
    assert not read.responses["person"].str.contains("ab", na=False).all()
    uses = read.ledger_columns.set_index("heading")["use"]
    assert set(uses["Study key"]) == {"person"}


def test_another_secret_gives_other_keys(folder):
    source = ExportSource(keyed(folder, "first", KEYS), "Site", person_column="Study key")
    others = ingest_exports(
        [source], INSTRUMENT, None, "spring", ScreeningRules(), "first", b"x" * 16
    )
    mine = set(ingested(source).responses["person"].dropna())
    assert not mine & set(others.responses["person"].dropna())


@pytest.mark.parametrize(
    ("rule", "kept"), [("most_answers", "more"), ("first", "fewer"), ("last", "more")]
)
def test_of_one_person_in_a_round_and_site_one_response_counts(rule, kept, folder):
    fewer = replace(PEOPLE[0].with_answers(**{ITEMS[0]: ""}), id="R_0other0other0oth")
    people = [fewer, *PEOPLE]
    read = ingested(
        ExportSource(
            keyed(folder, "one", ["AB1", *KEYS], people), "Site", person_column="Study key"
        ),
        rule=rule,
    )
    reasons = read.ledger_rows["reason"].value_counts().to_dict()
    assert reasons == {"SAME_PERSON": 1}
    aside = read.ledger_rows.loc[read.ledger_rows["reason"].notna(), "row"].item()
    assert aside == {"more": 4, "fewer": 5}[kept]


def test_one_response_in_two_overlapping_exports_counts_once(folder):
    from .layouts import qualtrics_rows

    early = write_csv(folder / "early.csv", qualtrics_rows(PEOPLE[:4]))
    late = write_csv(folder / "late.csv", qualtrics_rows(PEOPLE))
    read = ingested(ExportSource(early, "Site"), ExportSource(late, "Site"))
    assert len(read.responses) == len(PEOPLE)
    assert read.ledger_rows["reason"].value_counts().to_dict() == {"SAME_RESPONSE": 4}


def test_ids_that_only_one_survey_gives_out_are_no_sign_of_the_same_person(folder):
    from .layouts import limesurvey_rows

    one, two = (write_csv(folder / f"{n}.csv", limesurvey_rows(PEOPLE)) for n in ("a", "b"))
    read = ingested(ExportSource(one, "site"), ExportSource(two, "site"))
    assert len(read.responses) == 2 * len(PEOPLE)


def test_a_column_of_persons_that_is_not_there_is_told(folder, refusal):
    text = refusal(ExportSource(keyed(folder, "first", KEYS), "Site", person_column="Study kez"))
    assert "there is no such column with the key of the person; did you mean 'Study key'?" in text


def test_keys_of_persons_are_in_no_table(folder):
    keys = [f"canary{number}" for number in range(6)]
    source = ExportSource(keyed(folder, "first", keys), "Site", person_column="Study key")
    read = ingested(source)
    for name in read.__slots__:
        assert "canary" not in getattr(read, name).to_csv()


def test_an_export_may_ask_another_form_than_the_study(exported, folder, ingest):
    from .layouts import qualtrics_rows

    rows = qualtrics_rows(PEOPLE)
    lost = [place for place, h in enumerate(rows[0]) if h.endswith(ITEMS[-1])]
    kept = [[cell for place, cell in enumerate(row) if place not in lost] for row in rows]
    asked = frozenset(INSTRUMENT.answer_columns) - {ITEMS[-1]}
    source = ExportSource(write_csv(folder / "short.csv", kept), "Site", asked=asked)
    read = ingest(source)
    reasons = read.missing[read.missing["column"] == ITEMS[-1]]["reason"]
    assert reasons.tolist() == ["NOT_ASKED"] * len(PEOPLE)
    assert pd.isna(read.responses[ITEMS[-1]]).all()
