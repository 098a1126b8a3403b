"""What a look at an export found, in lines that can be read aloud."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from pipeline.ingest.findings import (
    ColumnsFound,
    ExportCheck,
    FormFit,
    OutsideScale,
    RowsFound,
    SitesFound,
)
from pipeline.ingest.wording import one_line

MOST_NAMES = 10
MOST_LINES = 10
MOST_PROBLEMS = 20
REASONS = (
    ("previews and tests", ("PREVIEW", "TEST")),
    ("spam", ("SPAM",)),
    ("rejected on the platform", ("REJECTED",)),
    ("repeated", ("DUPLICATE_ROW",)),
    ("without a site", ("NO_SITE",)),
    ("of a response or person seen before", ("SAME_RESPONSE", "SAME_PERSON")),
    ("with too few answers", ("TOO_FEW_ANSWERS",)),
    ("careless by the usual rules", ("CARELESS",)),
)
"""How reasons for which rows are left out are told, in order."""
ALWAYS_TOLD = ("PREVIEW", "SPAM", "DUPLICATE_ROW", "NO_SITE")


def describe_check(check: ExportCheck) -> str:
    """A short report on one export, a fact a line; the last line says whether it is ready."""
    lines = [
        *_platform_lines(check),
        *_lines_of_rows(check.rows),
        *_lines_of_columns(check.columns),
        *_lines_of_answers(check.outside),
        *_lines_of_sites(check),
        *_lines_of_problems(check),
        _verdict(check),
    ]
    return "\n".join([one_line(check.file), *(f"  {one_line(line)}" for line in lines)])


def _platform_lines(check: ExportCheck) -> Iterator[str]:
    if check.platform is not None:
        signs = ", ".join(check.signs) or "no sign of it"
        layout = f", {check.layout}" if check.layout else ""
        yield f"platform: {check.platform}{layout} ({signs})"
    yield from (f"note: {note}" for note in check.notes)
    if check.version:
        form = f"{check.form}, " if check.form else ""
        other = "" if check.version == check.read_with else f", read with version {check.read_with}"
        yield f"form: {form}version {check.version} of the questionnaire{other}"


def _lines_of_rows(rows: RowsFound | None) -> Iterator[str]:
    if rows is None:
        return
    languages = ", ".join(f"{code} {n}" for code, n in rows.languages.items())
    yield f"languages: {languages or 'not told by the platform'}"
    yield from _counts(rows)
    if rows.n_shared_ids:
        yield f"duplicates: {rows.n_shared_ids} response ids in rows with different answers"
    if rows.n_equal_without_id:
        yield (
            f"duplicates: {rows.n_equal_without_id} rows equal to an earlier one in every cell, "
            "without an id that tells them apart; all are kept"
        )
    dates = "not told by the platform" if rows.days is None else " to ".join(rows.days)
    yield f"dates: {dates}"


def _counts(rows: RowsFound) -> Iterator[str]:
    analysed = "" if rows.n_analysed is None else f", {rows.n_analysed} would be analysed"
    yield f"rows: {rows.n_rows} in the file{analysed}"
    counts = [
        (words, sum(rows.reasons.get(r, 0) for r in names), names) for words, names in REASONS
    ]
    told = [f"{n} {words}" for words, n, names in counts if n or names[0] in ALWAYS_TOLD]
    if rows.n_joined:
        yield f"rows joined to another row of the same record: {rows.n_joined}"
    yield f"rows left out: {', '.join(told)}"
    partial = "not told by the platform" if rows.n_unfinished is None else rows.n_unfinished
    yield f"other rows that were not finished: {partial}"


def _lines_of_columns(columns: ColumnsFound | None) -> Iterator[str]:
    if columns is None:
        return
    yield f"question columns in the file: {columns.n_questions}"
    yield f"item columns: {columns.n_items - len(columns.missing)} found of {columns.n_items}"
    if columns.missing:
        yield f"item columns missing: {_first(columns.missing)}"
    if columns.n_worded:
        yield f"answer columns found by the wording of their question: {columns.n_worded}"
    if columns.n_not_mapped:
        yield f"items that the map of names does not name, so not asked: {columns.n_not_mapped}"
    if columns.n_other_form:
        yield f"columns that only other forms or sections ask, not used: {columns.n_other_form}"
    if columns.forms:
        yield f"forms that fit best: {'; '.join(map(_fit, columns.forms))}"
    if columns.n_open:
        yield f"columns in people's own words, kept apart: {columns.n_open}"
    yield from _lines_of_other_columns(columns)


def _lines_of_other_columns(columns: ColumnsFound) -> Iterator[str]:
    if columns.unknown is None or columns.personal is None:
        yield (
            "columns not known: all; their headings are not shown, because a first row without a "
            "known heading may hold answers"
        )
        return
    if columns.unknown:
        yield f"columns not known, not used: {_listed(columns.unknown)}"
    if columns.n_like_text:
        yield f"columns not known that may be personal, will be dropped: {columns.n_like_text}"
    if columns.personal:
        yield f"personal columns, will be dropped: {_listed(columns.personal)}"


def _fit(fit: FormFit) -> str:
    added = f" with {' and '.join(fit.sections)}" if fit.sections else ""
    return f"{fit.form}{added}, {fit.n_found} of {fit.n_items}"


def _lines_of_answers(faults: Sequence[OutsideScale]) -> Iterator[str]:
    for fault in faults[:MOST_LINES]:
        columns = _first([f"{name} {n}" for name, n in fault.columns])
        examples = ", ".join(f"'{example}'" for example in fault.examples)
        such = f", such as {examples}" if examples else "; they are not shown here"
        yield f"answers outside the scale ({fault.allowed}): {columns}{such}"
    if len(faults) > MOST_LINES:
        n = sum(len(fault.columns) for fault in faults[MOST_LINES:])
        yield f"answers outside the scale: {n} more columns"


def _lines_of_sites(check: ExportCheck) -> Iterator[str]:
    sites = check.sites
    if sites is None:
        return
    if sites.heading is None:
        yield "sites: no column tells them, so the file is one site"
    elif not sites.sizes:
        yield f"sites: none in the rows that count, in column '{sites.heading}'"
    else:
        yield (
            f"sites: {len(sites.sizes)} in column '{sites.heading}', with {sites.sizes[0]} to "
            f"{sites.sizes[-1]} rows each, median {median(sites.sizes):g}"
        )
        yield _spellings(sites)


def _spellings(sites: SitesFound) -> str:
    if not sites.spellings:
        return (
            "sites are written: not shown, because they may be names of people; is this the "
            "column of the site?"
        )
    hidden = f"; {sites.n_hidden} not shown, may be personal" if sites.n_hidden else ""
    return f"sites are written: {_first(sites.spellings)}{hidden}"


def _lines_of_problems(check: ExportCheck) -> Iterator[str]:
    for problem in check.problems[:MOST_PROBLEMS]:
        yield f"to mend: {problem}"
    if len(check.problems) > MOST_PROBLEMS:
        yield f"to mend: {len(check.problems) - MOST_PROBLEMS} more"


def _verdict(check: ExportCheck) -> str:
    n = len(check.problems)
    if n:
        return f"not ready: {n} {'thing' if n == 1 else 'things'} to mend"
    analysed = 0 if check.rows is None else check.rows.n_analysed
    return f"ready: {analysed} {'row' if analysed == 1 else 'rows'} would be analysed"


def _listed(names: Sequence[str]) -> str:
    return f"{len(names)} ({_first(names)})"


def _first(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
