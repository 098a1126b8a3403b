"""The same people as KoBoToolbox, ODK Central and the sheet for printed forms hold them."""

import csv
import io

import python_calamine
import xlsxwriter

from .people import cell
from .text_files import write_rows


def paths_of(form):
    """The groups in which each question of an XLSForm stands, and the question itself."""
    rows = sheet_rows(form, "survey")
    kind, name = rows[0].index("type"), rows[0].index("name")
    groups, paths = [], {}
    for row in rows[1:]:
        if row[kind] == "begin_group":
            groups.append(row[name])
        elif row[kind] == "end_group":
            groups.pop()
        elif row[kind]:
            paths[row[name]] = [*groups, row[name]]
    return paths


def sheet_rows(workbook, sheet):
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    return book.get_sheet_by_name(sheet).to_python()


def questions(columns, form):
    """Name of each question of the form and its columns; notes and sums have none."""
    by_question = {}
    for column in columns:
        by_question.setdefault(column.heading.partition("/")[0], []).append(column)
    return {name: by_question.get(name, []) for name in paths_of(form)}


def write_kobo(path, columns, people, form, grouped=False, split=True):
    """XML names, every cell in quotes; a question that was left is empty in all its columns."""
    paths, asked = paths_of(form), questions(columns, form)
    after = ["_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status"]
    after += ["_submitted_by", "__version__", "_tags", "_index"]
    rows = [[]]
    for name, own in asked.items():
        heading = "/".join(paths[name]) if grouped else name
        rows[0] += [
            heading,
            *(f"{heading}/{c.heading.split('/')[1]}" for c in _boxes(own) if split),
        ]
    rows[0] += after
    for person in people:
        row = []
        for own in asked.values():
            row += _selected(own, person, empty="") if split else _selected(own, person, "")[:1]
        number = str(person.number + 1)
        row += [number, f"uuid-{number}", "2026-03-01T10:20:00", "", "", "submitted_via_web"]
        rows.append([*row, "ada", "vX1", "", number])
    return write_rows(path, rows, ";", quoting=csv.QUOTE_ALL)


def write_odk(path, columns, people, form, grouped=True, split=True):
    """Groups joined by hyphens; boxes to tick are 0 even where nobody was asked."""
    paths, asked = paths_of(form), questions(columns, form)
    rows = [["SubmissionDate"]]
    for name, own in asked.items():
        heading = "-".join(paths[name]) if grouped else name
        rows[0] += [
            heading,
            *(f"{heading}/{c.heading.split('/')[1]}" for c in _boxes(own) if split),
        ]
    rows[0] += ["meta-instanceID", "KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent"]
    rows[0] += ["AttachmentsExpected", "Status", "ReviewState", "DeviceID", "Edits", "FormVersion"]
    for person in people:
        row = ["2026-03-01T10:20:00.000Z"]
        for own in asked.values():
            row += _selected(own, person, empty="0") if split else _selected(own, person, "0")[:1]
        key = f"uuid:{person.number:04d}"
        rows.append([*row, key, key, "17", "Ada", "0", "0", "", "", "device-1", "0", "0.1.0-long"])
    return write_rows(path, rows)


def _boxes(own):
    return [column for column in own if column.kind == "tick"]


def _selected(own, person, empty):
    """The cells of a question: one, or the ticked names and then a cell for each box."""
    if not own:
        return ["11"]
    if not _boxes(own):
        return [cell(own[0], person.answers[own[0].name])]
    ticked = [column.heading.split("/")[1] for column in own if person.answers[column.name]]
    boxes = [str(person.answers[column.name]) if ticked else empty for column in own]
    return [" ".join(ticked), *boxes]


def write_paper(path, columns, people, sheet):
    """The data-entry workbook of the form, filled in, with its sheet of codes."""
    by_name = {column.name: column for column in columns}
    headings = sheet_rows(sheet, "answers")[0]
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    answers = book.add_worksheet("answers")
    answers.write_row(0, 0, headings)
    for row, person in enumerate(people, start=1):
        answers.write_string(row, 0, f"P{person.number:03d}")
        for place, heading in enumerate(headings[1:], start=1):
            column, value = by_name[heading], person.answers[heading]
            if column.kind == "text" and value is not None:
                answers.write_string(row, place, value)
            elif value is not None and not (column.kind == "tick" and value == 0):
                answers.write_number(row, place, value)
    book.add_worksheet("codes").write_row(0, 0, ["column", "question"])
    book.close()
    return path


def paper_order(columns, sheet):
    """The columns in the order of the data-entry sheet."""
    by_name = {column.name: column for column in columns}
    return [by_name[heading] for heading in sheet_rows(sheet, "answers")[0][1:]]
