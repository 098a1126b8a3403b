"""Files that are no exports but go with one: what they are, and with which export they go."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from pipeline.ingest.map_rows import NEEDED
from pipeline.ingest.mapping import read_mapping
from pipeline.ingest.platforms.formr_definition import read_item_sheet
from pipeline.ingest.platforms.jisc_key import read_key
from pipeline.ingest.platforms.limesurvey_definition import read_definition
from pipeline.ingest.platforms.limesurvey_syntax import is_syntax
from pipeline.ingest.platforms.qualtrics_definition import read_survey
from pipeline.ingest.platforms.redcap_dictionary import dictionary_places
from pipeline.ingest.platforms.xlsform import read_xlsform
from pipeline.ingest.raw import folded_set
from pipeline.ingest.read_file import read_sheet, read_text
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.sites import FIXED_COLUMNS, invited_columns
from pipeline.ingest.wording import wording_key
from pipeline.ingest.workbook import ZIP_MARK
from pipeline.instrument import Instrument
from pipeline.problems import InputError

Role = Literal["definition", "name_map", "mapping", "sites"]
SURVEY_SHEET = "survey"
PLATFORM = "platform"
MADE_FOR: Mapping[str, tuple[str, ...]] = {"xlsform": ("kobo", "odk")}
"""Platforms whose forms are written under another name than theirs."""
LONGEST_MAPPING = 1024**2
LONGEST_FIRST_LINE = 2000
WEIGHT_OF_REFUSED = 0.001
_STRUCTURE_HEADINGS = frozenset({"class", "type/scale", "name"})
_MAPPING = re.compile(r"^columns\s*:", re.MULTILINE)
_QSF = re.compile(r'\s*\{.{0,5000}?"(SurveyEntry|SurveyElements)"', re.DOTALL)
_LSS = re.compile(r"\s*(<\?xml[^>]*\?>\s*)?<document>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Companion:
    """A file that goes with an export.

    Attributes
    ----------
    file : Path
        The file.
    role : str
        Key of the configuration under which it is named.
    what : str
        What it is, in words.
    platforms : frozenset of str
        Platforms it can belong to; empty where it can be any.
    names : frozenset of str
        What it calls the columns of its export and says that they ask, without case.
    """

    file: Path
    role: Role
    what: str
    platforms: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pairs:
    """Which companions go with which export.

    Attributes
    ----------
    of_export : mapping
        Companions by export.
    unclear : tuple of (Companion, tuple of Path)
        Those that fit no export, or several exports equally well.
    """

    of_export: Mapping[Path, tuple[Companion, ...]]
    unclear: tuple[tuple[Companion, tuple[Path, ...]], ...]


class Worded(Protocol):
    """A column of which a file tells what it asks."""

    @property
    def question(self) -> tuple[str, ...]:
        """Wordings of the question."""

    @property
    def part(self) -> tuple[str, ...]:
        """Wordings of the row or choice within it."""


def wordings_of(columns: Iterable[Worded]) -> frozenset[str]:
    """What some columns ask, in the spelling in which wordings are compared."""
    texts = {text for column in columns for text in (*column.question, *column.part)}
    return frozenset(map(wording_key, texts)) - {""}


def companion_in(file: Path, instrument: Instrument) -> Companion | None:
    """What a file is by its content; None for an export and for whatever is not known.

    Raises
    ------
    InputError
        If it is clearly a companion but cannot be read.
    """
    start = file.read_bytes()[: len(ZIP_MARK)]
    if start == ZIP_MARK:
        return _form_in_workbook(file) or _companion_in_sheet(file, instrument)
    try:
        text = read_text(file)
    except InputError:
        return None
    return _companion_in_text(file, text) or _companion_in_sheet(file, instrument)


def _form_in_workbook(file: Path) -> Companion | None:
    """An XLSForm, or the item sheet of formr."""
    if SURVEY_SHEET not in _sheet_names(file):
        return None
    readings = (
        ("an XLSForm", ("kobo", "odk"), _names_in_xlsform),
        ("an item sheet of formr", ("formr",), _names_in_item_sheet),
    )
    kinds: list[str] = []
    platforms: set[str] = set()
    names: set[str] = set()
    for what, of_platforms, names_in in readings:
        try:
            names |= names_in(file)
        except InputError:
            continue
        kinds.append(what)
        platforms |= set(of_platforms)
    if not kinds:
        return None
    what = " or ".join(kinds)
    return Companion(file, "definition", what, frozenset(platforms), frozenset(names))


def _names_in_xlsform(file: Path) -> frozenset[str]:
    return folded_set(question.name for question in read_xlsform(file).questions)


def _names_in_item_sheet(file: Path) -> frozenset[str]:
    return folded_set(name for column in read_item_sheet(file).columns for name in column.names)


def _sheet_names(file: Path) -> set[str]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, XmlError, ZipError

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(file.read_bytes()))
    except (CalamineError, PasswordError, XmlError, ZipError):
        return set()
    return set(folded_set(workbook.sheet_names))


def _companion_in_text(file: Path, text: str) -> Companion | None:
    if _QSF.match(text):
        survey = read_survey(file)
        asked = [column for columns in survey.by_id.values() for column in columns]
        names = folded_set([*survey.by_id, *survey.by_recode, *survey.tags.values()])
        names |= wordings_of(asked)
        qualtrics = frozenset({"qualtrics"})
        return Companion(file, "definition", "a QSF of Qualtrics", qualtrics, names)
    if is_syntax(text) or _LSS.match(text) or _is_structure(text):
        columns = read_definition(file).definition.columns
        named = folded_set(name for column in columns for name in column.names)
        named |= wordings_of(columns)
        limesurvey = frozenset({"limesurvey"})
        return Companion(file, "definition", "a LimeSurvey definition", limesurvey, named)
    if len(text) < LONGEST_MAPPING and _MAPPING.search(text):
        headings = folded_set(read_mapping(file)["columns"].values())
        return Companion(file, "mapping", "a mapping file", names=headings)
    return None


def _is_structure(text: str) -> bool:
    first = text[:LONGEST_FIRST_LINE].partition("\n")[0].casefold()
    return {cell.strip('"\r\ufeff ') for cell in first.split("\t")} >= _STRUCTURE_HEADINGS


def _companion_in_sheet(file: Path, instrument: Instrument) -> Companion | None:
    try:
        sheet = read_sheet(file)
    except InputError:
        return None
    headings = [heading.casefold() for heading in sheet.headings]
    if set(NEEDED) <= set(headings):
        return _map_of_names(file, sheet, headings)
    questions = {question.id.casefold() for question in instrument.context_questions}
    site_headings = {*FIXED_COLUMNS, *invited_columns(instrument), *questions}
    if {"site", "label"} <= set(headings) <= site_headings:
        return Companion(file, "sites", "a list of sites")
    if (places := dictionary_places(sheet)) is not None:
        names = folded_set(sheet.texts_below(places["name"]))
        what = "a data dictionary of REDCap"
        return Companion(file, "definition", what, frozenset({"redcap"}), names)
    return _jisc_key(file, sheet)


def _map_of_names(file: Path, sheet: Sheet, headings: Sequence[str]) -> Companion:
    named = folded_set(sheet.texts_below(headings.index("platform_column")))
    told = sheet.texts_below(headings.index(PLATFORM)) if PLATFORM in headings else set()
    platforms = {name for text in folded_set(told) - {""} for name in MADE_FOR.get(text, (text,))}
    return Companion(file, "name_map", "a map of names", frozenset(platforms), named - {""})


def _jisc_key(file: Path, sheet: Sheet) -> Companion | None:
    if len(sheet.columns) != 2:
        return None
    try:
        columns = read_key(file).columns
    except InputError:
        return None
    names = folded_set(name for column in columns for name in column.names)
    return Companion(file, "definition", "a key of Jisc Online Surveys", frozenset({"jisc"}), names)


def pair(
    companions: Sequence[Companion],
    names: Mapping[Path, frozenset[str]],
    platforms: Mapping[Path, str | None],
    refused: Collection[tuple[Path, Path]] = (),
) -> Pairs:
    """The export of each companion: each is the one that is most like the other.

    Parameters
    ----------
    companions : sequence of Companion
        Definitions, maps of names and mapping files.
    names : mapping
        What the columns of each export are called and what they ask, without case.
    platforms : mapping
        Platform of each export; None where it is not known.
    refused : collection of (Path, Path)
        Companions and exports that cannot be read together; such a pair comes after all others.

    Returns
    -------
    Pairs
        The likeness is Dice's coefficient of the names of both.
    """
    alike = {
        (companion.file, export): _likeness(companion, names[export], platforms[export])
        * (WEIGHT_OF_REFUSED if (companion.file, export) in refused else 1)
        for companion in companions
        for export in names
    }
    of_export: dict[Path, list[Companion]] = defaultdict(list)
    unclear: list[tuple[Companion, tuple[Path, ...]]] = []
    for companion in companions:
        best = _best({export: alike[companion.file, export] for export in names})
        rivals = [other.file for other in companions if other.role == companion.role]
        preferred = [_best({file: alike[file, export] for file in rivals}) for export in best]
        if preferred == [(companion.file,)]:
            of_export[best[0]].append(companion)
        else:
            unclear.append((companion, best))
    return Pairs({export: tuple(found) for export, found in of_export.items()}, tuple(unclear))


def _best(alike: Mapping[Path, float]) -> tuple[Path, ...]:
    """The files that are most alike, where any are."""
    most = max(alike.values(), default=0.0)
    return tuple(file for file, likeness in alike.items() if likeness == most > 0)


def _likeness(companion: Companion, names: frozenset[str], platform: str | None) -> float:
    """Dice's coefficient of the names of both; 0 where the two cannot belong together."""
    of_other = companion.platforms and platform is not None and platform not in companion.platforms
    needs_platform = companion.role == "definition" and platform is None
    if of_other or needs_platform or (companion.role == "mapping" and platform is not None):
        return 0.0
    return 2 * len(companion.names & names) / ((len(companion.names) + len(names)) or 1)
