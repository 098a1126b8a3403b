"""The sites of a study, and the many ways in which their names are written."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import pandas as pd

from pipeline.ingest.codebook import ANSWERED, question_codebook
from pipeline.ingest.raw import translate
from pipeline.ingest.read_file import read_sheet
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.wording import did_you_mean, one_line, wording_key
from pipeline.instrument import Instrument, Question
from pipeline.problems import Problem, refuse_if_any

MOST_PROBLEMS = 5
LONGEST_SLUG = 60
FIXED_COLUMNS = ("site", "label", "other_spellings", "invited")
INVITED_OF_GROUP = "invited_"
"""A column with this and the id of a respondent group tells how many of the group were invited."""
_NOT_ON_WINDOWS = frozenset(
    {"con", "prn", "aux", "nul", "index"}
    | {f"{name}{number}" for name in ("com", "lpt") for number in range(10)}
)
_WHOLE_NUMBER = re.compile(r"[0-9]{1,7}")
_BELOW_ZERO = re.compile(r"[-\u2212][0-9]+")


@dataclass(frozen=True, slots=True)
class Site:
    """One site: its id, the name people read, the name of its files, how else it is written.

    `invited` is how many people were asked, `invited_of_group` how many of each respondent group
    by its id, in the order of the questionnaire; only what the list says.
    """

    id: str
    label: str
    slug: str
    invited: int | None = None
    other_spellings: tuple[str, ...] = ()
    invited_of_group: tuple[tuple[str, int], ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Everything that stands for this site."""
        return (self.id, self.label, *self.other_spellings)


@dataclass(frozen=True, slots=True)
class SiteList:
    """The sites of a study.

    Attributes
    ----------
    file : str
        Where the list was read; empty when the sites were taken from the exports.
    sites : tuple of Site
        In the order of their ids.
    facts : tuple of (site id, question id, value)
        Answers of the site form.
    """

    file: str
    sites: tuple[Site, ...]
    facts: tuple[tuple[str, str, int], ...] = ()

    def ids_by_key(self) -> dict[str, str]:
        """Id of the site for the key of each spelling."""
        return {wording_key(name): site.id for site in self.sites for name in site.spellings}


def read_site_list(path: Path, instrument: Instrument) -> SiteList:
    """The site list of a study.

    Columns are ``site`` (id) and ``label``; optional ``other_spellings`` (separated by ``;``),
    ``invited``, ``invited_`` with the id of a respondent group for the people invited of it, and
    the context questions of the instrument by their id.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    sheet = read_sheet(path)
    refuse_if_any(list(_heading_problems(sheet, instrument)))
    rows = list(_rows_by_heading(sheet))
    if not rows:
        refuse_if_any([Problem(sheet.file, "names no site; write one row a site")])
    facts: list[tuple[str, str, int]] = []
    of_groups = invited_columns(instrument)
    problems = [
        *_row_problems(sheet.file, rows),
        *_invited_problems(sheet.file, rows, of_groups),
        *_spelling_problems(sheet.file, rows),
        *_collect_facts(sheet.file, rows, instrument, facts),
    ]
    refuse_if_any(problems)
    sites = _sites_of_rows([cells for _, cells in rows], of_groups)
    return SiteList(sheet.file, sites, tuple(sorted(facts)))


def sites_from_spellings(spellings: Iterable[str]) -> SiteList:
    """A list made of the names in the exports: spellings with one key are one site."""
    by_key: dict[str, set[str]] = defaultdict(set)
    for spelling in spellings:
        by_key[wording_key(spelling)].add(one_line(spelling))
    names = {key: sorted(variants) for key, variants in by_key.items()}
    slugs = slugs_of({key: variants[0] for key, variants in names.items()})
    sites = (
        Site(slugs[key], variants[0], slugs[key], other_spellings=tuple(variants))
        for key, variants in names.items()
    )
    return SiteList("", tuple(sorted(sites, key=lambda site: site.id)))


def resolve_sites(
    texts: pd.Series, site_list: SiteList, file: str, column: str | None
) -> tuple[pd.Series, list[Problem]]:
    """Id of the site of each row, missing where the cell is empty, and what is not in the list."""
    ids = site_list.ids_by_key()
    told = texts.dropna()
    resolved = translate(told, lambda text: ids.get(wording_key(text), pd.NA), "string")
    unlisted = told[resolved.isna()]
    return (
        resolved.reindex(texts.index),
        list(_unlisted_problems(unlisted, site_list, file, column)),
    )


def sites_frame(site_list: SiteList) -> pd.DataFrame:
    """The sites as a table."""
    return pd.DataFrame(
        [(site.id, site.label, site.slug, site.invited) for site in site_list.sites],
        columns=["site", "label", "slug", "invited"],
    )


def invited_columns(instrument: Instrument) -> dict[str, str]:
    """Respondent group by the heading, in small letters, of the column with its people invited."""
    groups = instrument.grouping.groups if instrument.grouping else ()
    return {f"{INVITED_OF_GROUP}{group.id}".casefold(): group.id for group in groups}


def invited_frame(site_list: SiteList) -> pd.DataFrame:
    """How many people were invited, a row a site and respondent group; no group is everyone."""
    told = [
        (site.id, group, count)
        for site in site_list.sites
        for group, count in ((None, site.invited), *site.invited_of_group)
        if count is not None
    ]
    return pd.DataFrame(told, columns=["site", "group", "invited"])


def site_context_frame(site_list: SiteList) -> pd.DataFrame:
    """The answers of the site form as a table, a row a fact."""
    return pd.DataFrame(list(site_list.facts), columns=["site", "question", "value"])


def slugs_of(names: Mapping[str, str]) -> dict[str, str]:
    """A file name for each name: ``[a-z0-9-]``, unique, and safe on every system.

    A name that would share its slug, or leaves nothing in these letters, gets a short digest of
    its key added; so a slug does not depend on which other names come before it.
    """
    plain = {key: _slug(name) for key, name in names.items()}
    shared = Counter(plain.values())
    slugs = {
        key: _with_digest(slug, key, 6) if not slug or shared[slug] > 1 else slug
        for key, slug in plain.items()
    }
    clashes = Counter(slugs.values())
    return {
        key: slug if clashes[slug] == 1 else _with_digest(plain[key], key, 32)
        for key, slug in slugs.items()
    }


def _slug(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(char for char in decomposed if not unicodedata.combining(char))
    slug = re.sub(r"[^a-z0-9]+", "-", kept.replace("'", "").replace("\u2019", "")).strip("-")
    if len(slug) > LONGEST_SLUG:
        slug = _with_digest(slug[: LONGEST_SLUG - 7].strip("-"), name, 6)
    return f"site-{slug}" if slug in _NOT_ON_WINDOWS else slug


def _with_digest(slug: str, key: str, length: int) -> str:
    digest = blake2b(key.encode("utf-8"), digest_size=16).hexdigest()
    return f"{slug or 'site'}-{digest[:length]}"


def _rows_by_heading(sheet: Sheet) -> Iterator[tuple[int, dict[str, str]]]:
    headings = [heading.casefold() for heading in sheet.headings]
    for number, cells in zip(sheet.numbers[1:], list(sheet.rows())[1:], strict=True):
        yield number, dict(zip(headings, map(one_line, cells), strict=True))


def _heading_problems(sheet: Sheet, instrument: Instrument) -> Iterator[Problem]:
    headings = [heading.casefold() for heading in sheet.headings]
    counted = [q.id for q in instrument.context_questions if q.kind != "text"]
    in_words = {q.id for q in instrument.context_questions if q.kind == "text"}
    of_groups = invited_columns(instrument)
    known = [*FIXED_COLUMNS, *of_groups, *counted]
    for name in ("site", "label"):
        if name not in headings:
            yield Problem(sheet.file, "this column is missing; add it", column=name)
    for heading, times in Counter(headings).items():
        if heading in in_words:
            cure = "answers in one's own words are not read from this list; take the column out"
            yield Problem(sheet.file, cure, column=heading)
        elif heading.startswith(INVITED_OF_GROUP) and heading not in known:
            cure = _no_such_group(heading, of_groups)
            yield Problem(sheet.file, cure, column=heading[:LONGEST_SLUG])
        elif heading not in known:
            hint = did_you_mean(heading, known)
            cure = f"this column is not known{hint or '; take it out'}"
            yield Problem(sheet.file, cure, column=heading[:LONGEST_SLUG])
        if times > 1:
            cure = f"{times} columns have this heading; keep one"
            yield Problem(sheet.file, cure, column=heading)


def _no_such_group(heading: str, known: Collection[str]) -> str:
    name = heading.removeprefix(INVITED_OF_GROUP)[:LONGEST_SLUG]
    if not known:
        return "the questionnaire has no respondent groups; take this column out"
    return f"there is no respondent group '{name}'; such columns can be {', '.join(known)}"


def _row_problems(file: str, rows: Sequence[tuple[int, Mapping[str, str]]]) -> Iterator[Problem]:
    for number, cells in rows:
        if not cells["site"]:
            yield Problem(file, "the id of the site is empty; fill it in", number, "site")


def _invited_problems(
    file: str, rows: Sequence[tuple[int, Mapping[str, str]]], of_groups: Collection[str]
) -> Iterator[Problem]:
    """Numbers of people invited that cannot be, and groups that are more people than everyone."""
    for number, cells in rows:
        wrong = [name for name in ("invited", *of_groups) if _is_no_count(cells.get(name, ""))]
        for name in wrong:
            below = _BELOW_ZERO.fullmatch(cells[name]) is not None
            what = "is below zero" if below else "is not a whole number"
            yield Problem(file, f"{what}; write how many people, or leave it empty", number, name)
        if wrong or not cells.get("invited"):
            continue
        together, everyone = sum(int(cells.get(n) or 0) for n in of_groups), int(cells["invited"])
        if together > everyone:
            cure = f"the groups add up to {together}, more than the {everyone} invited; correct one"
            yield Problem(file, cure, number, "invited")


def _is_no_count(text: str) -> bool:
    return bool(text) and _WHOLE_NUMBER.fullmatch(text) is None


def _spelling_problems(
    file: str, rows: Sequence[tuple[int, Mapping[str, str]]]
) -> Iterator[Problem]:
    """Rows that share an id, or any way of writing a site."""
    first_row: dict[str, int] = {}
    for number, cells in rows:
        names = (cells["site"], cells["label"], *_other_spellings(cells))
        for key in sorted({wording_key(name) for name in names if name}):
            if key in first_row:
                cure = f"shares a name or spelling with row {first_row[key]}; make them differ"
                yield Problem(file, cure, number, "site")
            first_row.setdefault(key, number)


def _other_spellings(cells: Mapping[str, str]) -> tuple[str, ...]:
    parts = (part.strip() for part in cells.get("other_spellings", "").split(";"))
    return tuple(part for part in parts if part)


def _collect_facts(
    file: str,
    rows: Sequence[tuple[int, Mapping[str, str]]],
    instrument: Instrument,
    facts: list[tuple[str, str, int]],
) -> Iterator[Problem]:
    """Add the answers of the site form to `facts`; yields those that are none."""
    for question in instrument.context_questions:
        if question.kind == "number":
            yield from _collect_numbers(file, rows, question, facts)
            continue
        book = question_codebook(question, instrument)
        for number, cells in rows:
            text = cells.get(question.id.casefold(), "")
            parts = text.split(";") if question.kind == "multiple" else [text]
            readings = [book.read(part) for part in map(str.strip, parts) if part]
            if any(reading.outcome < ANSWERED for reading in readings):
                cure = f"is not an answer to this question: allowed are {book.allowed}"
                yield Problem(file, cure, number, question.id)
            values = {int(r.value) for r in readings if r.outcome == ANSWERED}
            facts.extend((cells["site"], question.id, value) for value in sorted(values))


def _collect_numbers(
    file: str,
    rows: Sequence[tuple[int, Mapping[str, str]]],
    question: Question,
    facts: list[tuple[str, str, int]],
) -> Iterator[Problem]:
    """Add what was counted to `facts`; yields what is no whole number within the range."""
    lowest = 0 if question.lowest is None else question.lowest
    for number, cells in rows:
        text = cells.get(question.id.casefold(), "")
        if not text:
            continue
        count = int(text) if _WHOLE_NUMBER.fullmatch(text) else None
        if count is None or count < lowest or count > (question.highest or count):
            upper = "" if question.highest is None else f" to {question.highest}"
            cure = f"is not a whole number from {lowest}{upper}; correct it, or leave it empty"
            yield Problem(file, cure, number, question.id)
        else:
            facts.append((cells["site"], question.id, count))


def _sites_of_rows(
    rows: Sequence[Mapping[str, str]], of_groups: Mapping[str, str]
) -> tuple[Site, ...]:
    slugs = slugs_of({cells["site"]: cells["site"] for cells in rows})
    sites = (
        Site(
            id=cells["site"],
            label=cells["label"] or cells["site"],
            slug=slugs[cells["site"]],
            invited=int(cells["invited"]) if cells.get("invited") else None,
            other_spellings=_other_spellings(cells),
            invited_of_group=tuple(
                (group, int(cells[column]))
                for column, group in of_groups.items()
                if cells.get(column)
            ),
        )
        for cells in rows
    )
    return tuple(sorted(sites, key=lambda site: site.id))


def _unlisted_problems(
    texts: pd.Series, site_list: SiteList, file: str, column: str | None
) -> Iterator[Problem]:
    """A spelling is shown only where it is close to a site, so that no other text is printed."""
    names = [name for site in site_list.sites for name in site.spellings]
    firsts = texts[~texts.map(wording_key).duplicated()]
    for row, text in list(firsts.items())[:MOST_PROBLEMS]:
        hint = did_you_mean(str(text), names)
        what = f"'{one_line(str(text))}'" if hint else "this site"
        advice = "add it there as a site, or among other_spellings"
        cure = f"{what} is not in {site_list.file}{hint}"
        cure += f" Otherwise {advice}" if hint else f"; {advice}"
        yield Problem(file, cure, row=int(str(row)), column=column)
    if len(firsts) > MOST_PROBLEMS:
        more = len(firsts) - MOST_PROBLEMS
        yield Problem(file, f"{more} more sites are not in {site_list.file}", column=column)
