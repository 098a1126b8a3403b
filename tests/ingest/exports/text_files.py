"""The same people written as Qualtrics, REDCap, LimeSurvey and formr write their exports."""

import csv
import io

from .people import cell

START, END = "2026-03-01 10:00:00", "2026-03-01 10:20:00"


def write_rows(path, rows, delimiter=",", encoding="utf-8", quoting=csv.QUOTE_MINIMAL, end="\n"):
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    return path


def write_qualtrics(path, columns, people, labels=False):
    """Three rows of headings; what was seen and left is -99 in the export of numbers."""
    before = [
        *("StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)"),
        *("Finished", "RecordedDate", "ResponseId", "RecipientLastName", "RecipientFirstName"),
        *("RecipientEmail", "ExternalReference", "LocationLatitude", "LocationLongitude"),
        *("DistributionChannel", "UserLanguage"),
    ]
    headings = [*before, *(column.heading for column in columns)]
    ids = [f'{{"ImportId":"QID{n}","timeZone":"Europe/London"}}' for n in range(len(headings))]
    rows = [headings, [f"Text,\nof {heading}" for heading in headings], ids]
    for person in people:
        status = (
            "IP Address" if labels else "0",
            "True" if labels else "1",
            "False" if labels else "0",
        )
        record = [START, END, status[0], "192.0.2.7", "100" if person.finished else "60", "1200"]
        record += [status[1] if person.finished else status[2], END, f"R_{person.number:015d}"]
        record += ["", "", "", "", "51.5", "-0.1", "anonymous", "EN"]
        rows.append([*record, *_qualtrics_cells(columns, person, labels)])
    return write_rows(path, rows)


def _qualtrics_cells(columns, person, labels):
    for place, column in enumerate(columns):
        value = person.answers[column.name]
        if column.kind == "tick" and value == 0:
            yield ""
        elif value is None and place < person.reached and not labels:
            yield "-99"
        else:
            yield cell(column, value, labels)


def write_limesurvey(path, columns, people, labels=False):
    """Every cell in quotes; with full answers a box that was never seen is 'No' too."""
    before = ["id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"]
    rows = [[*before, "notes", *(column.heading for column in columns)]]
    for person in people:
        ended = END if person.finished else ""
        record = [str(person.number + 1), ended, "7", "en", "123456789", START, END, ""]
        rows.append([*record, *(_limesurvey_cell(c, person, labels) for c in columns)])
    return write_rows(path, rows, ";", "utf-8-sig", csv.QUOTE_ALL, "\r\n")


def _limesurvey_cell(column, person, labels):
    value = person.answers[column.name]
    if column.kind == "tick" and labels:
        return "Yes" if value else "No"
    if column.kind == "number" and labels and value is not None:
        return f"{value}.0000000000"
    return cell(column, value, labels)


def write_redcap(path, columns, people, dictionary):
    """The fields of the dictionary, form by form, with the status of each form."""
    by_field = {}
    for column in columns:
        by_field.setdefault(column.heading.split("___")[0], []).append(column)
    fields = list(csv.DictReader(io.StringIO(dictionary.decode("utf-8"))))
    forms = {}
    for field in fields[1:]:
        if field["Field Type"] != "descriptive":
            forms.setdefault(field["Form Name"], []).append(field["Variable / Field Name"])
    rows = [["record_id", "redcap_survey_identifier"]]
    for form, names in forms.items():
        own = [c.heading for name in names for c in by_field.get(name, ())]
        totals = [name for name in names if name not in by_field]
        rows[0] += [f"{form}_timestamp", *own, *totals, f"{form}_complete"]
    for person in people:
        row = [str(person.number + 1), ""]
        for names in forms.values():
            own = [column for name in names for column in by_field.get(name, ())]
            totals = [name for name in names if name not in by_field]
            row += _redcap_form(own, totals, columns, person)
        rows.append(row)
    return write_rows(path, rows)


def _redcap_form(own, totals, columns, person):
    """A form that was never opened has no time, and 0 in every box."""
    places = [columns.index(column) for column in own]
    opened, done = min(places) < person.reached, max(places) < person.reached
    time = END if done else "[not completed]" if opened else ""
    cells = [
        str(person.answers[c.name] or 0) if c.kind == "tick" else cell(c, person.answers[c.name])
        for c in own
    ]
    return [time, *cells, *("10" for _ in totals), "2" if done else "0"]


def write_formr(path, columns, people):
    """One cell for all ticks of a question, joined by a comma and a space."""
    headings = list(dict.fromkeys(column.heading for column in columns))
    rows = [["session", "created", "modified", "ended", "expired", *headings]]
    for person in people:
        ended = END if person.finished else ""
        row = [f"session{person.number:03d}xyz", START, END, ended, "" if ended else END]
        for heading in headings:
            own = [column for column in columns if column.heading == heading]
            row.append(_formr_cell(own, person))
        rows.append(row)
    return write_rows(path, rows)


def _formr_cell(own, person):
    if own[0].kind == "tick":
        return ", ".join(column.codes[1] for column in own if person.answers[column.name])
    return cell(own[0], person.answers[own[0].name])
