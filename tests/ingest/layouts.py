"""The same invented people written the way each platform writes its exports."""

import csv
import json
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.instrument import load_instrument

INSTRUMENT = load_instrument(Path(__file__).parent / "instrument", "full")
ITEMS = list(INSTRUMENT.items)
SUMS = list(INSTRUMENT.allocation_columns)
TICKS = ["fnhere_1", "fnhere_2", "fnhere_3"]
LABELS = {
    **{option.value: str(option.label) for option in INSTRUMENT.scales[0].response_scale.options},
    **{code.value: str(code.label) for code in INSTRUMENT.special_codes},
}


@dataclass(frozen=True)
class Person:
    """What one respondent did: answers by column, blank where there is none."""

    id: str
    answers: dict
    site: str = "North"
    finished: bool = True
    seconds: int = 300
    language: str = "EN"

    def with_answers(self, **answers):
        return replace(self, answers=self.answers | answers)


def person(number, items, sums="3,3,4", main="1", ticks="1,,", **told):
    answers = dict(zip(ITEMS, items.split(","), strict=True))
    answers |= dict(zip(SUMS, sums.split(","), strict=True))
    answers |= {"bgmain": main}
    answers |= dict(zip(TICKS, ticks.split(","), strict=True))
    return Person(f"R_{number:015d}", answers, **told)


PEOPLE = (
    person(1, "1,1,2,3,4,5,1,2,3,4,5"),
    person(2, "1,2,98,,4,5,1,2,3,4,97", main="3", site="South"),
    person(3, "1,3,2,3,4,5,,,,,", ",,", "", ",,", finished=False),
    person(4, "1,4,2,2,4,5,1,2,3,4,5", ",,10", "4", ",,", site="South"),
    person(5, "1,5,2,3,4,5,1,2,3,4,5", "3,3,3", "2", "1,1,"),
    person(6, "2,1,2,3,4,5,1,2,3,4,5", ",,", "98", ",,1"),
)


def write_csv(path, rows, delimiter=",", encoding="utf-8", quoting=csv.QUOTE_MINIMAL):
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=delimiter, quoting=quoting).writerows(rows)
    return path


def statement(name):
    """Heading of an item in a Qualtrics matrix: question, underscore, statement tag."""
    return f"practices_{name}" if name in ITEMS else name


def qualtrics_rows(people, labels=False, dialect="json", status="0", channel="anonymous"):
    import_id = {"json": '{{"ImportId":"{}"}}', "python": "{{'ImportId': '{}'}}"}[dialect]
    columns = [
        *("StartDate", "EndDate", "Status", "IPAddress", "Duration (in seconds)", "Finished"),
        *("ResponseId", "RecipientEmail", "DistributionChannel", "UserLanguage", "Site"),
        *(statement(name) for name in ITEMS),
        *(f"modnow_{name.removeprefix('modnow')}" for name in SUMS),
        *("bgmain", "bgmain_4_TEXT", *TICKS, "remarks"),
    ]
    rows = [columns, [f"Text of\n{name}" for name in columns], list(map(import_id.format, columns))]
    for one in people:
        answers = {
            name: LABELS[int(value)] if labels and name in ITEMS and value else value
            for name, value in one.answers.items()
        }
        rows.append(
            [
                *("2026-03-01 10:00:00", "2026-03-01 10:05:00", status, "192.0.2.7"),
                *(str(one.seconds), "1" if one.finished else "0", one.id, "a@example.org"),
                *(channel, one.language, one.site),
                *(answers[name] for name in [*ITEMS, *SUMS]),
                *(answers["bgmain"], "", *(answers[name] for name in TICKS), "=1+1"),
            ]
        )
    return rows


def limesurvey_rows(people):
    columns = [
        *("id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"),
        *("ipaddr", "site", *(f"prac[{name}]" for name in ITEMS)),
        *(f"modnow[{name.removeprefix('modnow')}]" for name in SUMS),
        *("bgmain", "bgmain[other]", *(f"fnhere[{number}]" for number in (1, 2, 3)), "remarks"),
    ]
    rows = [columns]
    for number, one in enumerate(people, start=1):
        start, end = "2026-03-01 10:00:00", f"2026-03-01 10:{one.seconds // 60:02}:00"
        rows.append(
            [
                *(str(number), end if one.finished else "", "2", one.language.lower(), "7"),
                *(start, end, "192.0.2.7", one.site),
                *(one.answers[name] for name in [*ITEMS, *SUMS]),
                *(one.answers["bgmain"], ""),
                *("Y" if one.answers[name] == "1" else "" for name in TICKS),
                "one line\nand another",
            ]
        )
    return rows


def redcap_rows(people):
    columns = [
        *("record_id", "redcap_survey_identifier", "redcap_data_access_group"),
        *("practices_timestamp", *ITEMS, *SUMS, "bgmain", "bgtext"),
        *(f"fnhere___{number}" for number in (1, 2, 3)),
        *("practices_complete", "first_name", "office_complete"),
    ]
    rows = [columns]
    for number, one in enumerate(people, start=1):
        rows.append(
            [
                *(str(number), "", one.site),
                "2026-03-01 10:00:00" if one.finished else "[not completed]",
                *(one.answers[name] for name in [*ITEMS, *SUMS]),
                *(one.answers["bgmain"], ""),
                *("1" if one.answers[name] == "1" else "0" for name in TICKS),
                *("2" if one.finished else "0", "Ada", "0"),
            ]
        )
    return rows


def dictionary_rows(codes=None):
    """A data dictionary; `codes` replaces the choices of the first item."""
    headings = [
        *("Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label"),
        *("Choices, Calculations, OR Slider Labels", "Field Note", "Identifier?"),
    ]
    choices = " | ".join(f"{value}, {label}" for value, label in LABELS.items())
    rows = [headings, ["record_id", "practices", "", "text", "Record", "", "", ""]]
    for name in ITEMS:
        given = codes if codes and name == ITEMS[0] else choices
        rows.append([name, "practices", "", "radio", "A statement", given, "", ""])
    rows.append(["bgtext", "practices", "", "notes", "Anything else?", "", "", ""])
    rows.append(["first_name", "office", "", "text", "First name", "", "", "y"])
    return rows


def generic_rows(people, blank="NA"):
    columns = ["who", "done", "took", "place", *(f"Q {name}" for name in INSTRUMENT.answer_columns)]
    rows = [columns]
    for one in people:
        answers = [one.answers[name] or blank for name in INSTRUMENT.answer_columns]
        rows.append([one.id, str(one.finished), str(one.seconds), one.site, *answers])
    return rows


def generic_mapping(**changes):
    columns = {name: f"Q {name}" for name in INSTRUMENT.answer_columns}
    known = {"respondent": "who", "finished": "done", "seconds": "took", "blank": ["", "NA"]}
    return json.dumps({"columns": columns} | known | changes)
