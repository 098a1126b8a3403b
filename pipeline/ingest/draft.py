"""What the configuration of a new study should say about each of its files, found out from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from pipeline.ingest.companions import Companion, Pairs, companion_in, pair, wordings_of
from pipeline.ingest.detect import LEAST_POINTS, platform_of
from pipeline.ingest.draft_columns import SiteColumn, choose_site_column, find_person_column
from pipeline.ingest.draft_mapping import MappingDraft, draft_mapping
from pipeline.ingest.draft_sites import sites_in
from pipeline.ingest.forms import (
    added_sections,
    asks_all_of,
    fitting_forms,
    form_of_all,
    optional_among,
)
from pipeline.ingest.match import Matching, find_columns
from pipeline.ingest.name_map import NameMap, read_name_map
from pipeline.ingest.opening import opened
from pipeline.ingest.platforms import PLATFORMS
from pipeline.ingest.raw import Platform, RawExport, folded_set
from pipeline.ingest.read_file import read_sheet
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.sites import Site, slugs_of
from pipeline.ingest.source import ExportSource
from pipeline.ingest.wording import without_invisible
from pipeline.instrument import Instrument
from pipeline.problems import InputError, Problem, refuse_if_any

GENERIC = "generic"
ROUND = "1"
SEASONS = ("winter", "spring", "summer", "autumn")


@dataclass(frozen=True, slots=True)
class ExportDraft:
    """What was found out about one export.

    Attributes
    ----------
    file : Path
        The export.
    platform : str, optional
        Its platform; None where it is not known, so that it needs a mapping file.
    reasons : tuple of str
        By which the platform can be seen.
    layout : str
        Which of the platform's ways of writing an export it is.
    companions : mapping
        Files that go with it, by their key of the configuration.
    guesses : tuple of str
        Two platforms between which nothing decides.
    is_read : bool
        Its columns could be told.
    answers : frozenset of str
        Answer columns that it has.
    form : str, optional
        Form it asked: that of the study, or a part of it; None where no item tells.
    sections : tuple of str
        Optional sections of the form that were asked as well.
    n_found, n_items : int
        Items of the form that it has, and that there are.
    site : SiteColumn, optional
        Column that tells the site.
    is_one_site : bool
        No column tells the site, so that the file counts as one.
    site_names : tuple of str
        Name of the site of each row that counts; empty where they are not to be listed.
    days : tuple of str
        Day of each row that counts and tells one.
    person_heading : str, optional
        Column that may hold a key of the person.
    n_occasions : int
        Occasions that the platform notes.
    mapping : MappingDraft, optional
        Draft of a mapping file, where the platform is not known and none was given.
    """

    file: Path
    platform: str | None
    reasons: tuple[str, ...] = ()
    layout: str = ""
    companions: Mapping[str, Path] = field(default_factory=dict)
    guesses: tuple[str, ...] = ()
    is_read: bool = False
    answers: frozenset[str] = frozenset()
    form: str | None = None
    sections: tuple[str, ...] = ()
    n_found: int = 0
    n_items: int = 0
    site: SiteColumn | None = None
    is_one_site: bool = False
    site_names: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    person_heading: str | None = None
    n_occasions: int = 0
    mapping: MappingDraft | None = None


@dataclass(frozen=True, slots=True)
class StudyFound:
    """What was found out about all files of a study.

    Attributes
    ----------
    form : str
        The form that asks everything that the exports asked.
    sections : tuple of str
        Optional sections of it that were asked as well.
    exports : tuple of ExportDraft
        Every export there is.
    unclear : tuple of (Companion, tuple of Path)
        Files that go with an export, but with none here or with several equally well.
    site_list : Path, optional
        The list of sites, where one was given.
    sites : tuple of Site
        The sites that the exports name; empty where a list was given or they are not to be told.
    wave : str, optional
        Survey round told by the dates of the responses.
    problems : tuple of Problem
        Files that are not used, and what could not be found out.
    """

    form: str
    sections: tuple[str, ...]
    exports: tuple[ExportDraft, ...]
    unclear: tuple[tuple[Companion, tuple[Path, ...]], ...]
    site_list: Path | None
    sites: tuple[Site, ...]
    wave: str | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Looked:
    """A file whose platform was looked for; `platform` is None where it is not known.

    `guesses` are two platforms between which nothing decides. `has_answers` tells for an unknown
    platform whether codes or wordings of the questionnaire were found.
    """

    file: Path
    sheet: Sheet
    platform: Platform | None
    reasons: tuple[str, ...]
    names: frozenset[str]
    guesses: tuple[str, ...] = ()
    has_answers: bool = False


@dataclass(frozen=True, slots=True)
class _Read:
    """The rows of an export, and what its columns are."""

    raw: RawExport
    matching: Matching


def draft_study(
    files: Sequence[Path],
    whole: Instrument,
    form: str | None = None,
    sections: Sequence[str] = (),
) -> StudyFound:
    """What the configuration of a study should say about its files.

    Parameters
    ----------
    files : sequence of Path
        Exports and whatever goes with them, in any order.
    whole : Instrument
        The questionnaire with all its forms.
    form : str, optional
        Form of the study; found out where it is not given.
    sections : sequence of str
        Optional sections that were asked as well; found out where none is given.

    Raises
    ------
    InputError
        If no file is an export that can be recognised.
    """
    problems: list[Problem] = []
    companions, others = _sorted(files, whole, problems)
    looked = list(_looked_at(others, whole, problems))
    lists = [companion for companion in companions if companion.role == "sites"]
    pairs = pair(
        [companion for companion in companions if companion.role != "sites"],
        {one.file: one.names for one in looked},
        {one.file: None if one.platform is None else one.platform.name for one in looked},
        set(_not_read_together(companions, looked)),
    )
    recognised = list(_recognised(looked, pairs, problems))
    refuse_if_any([] if recognised else [*problems, *_nothing_found(companions)])
    drafted = [_drafted(one, pairs, whole) for one in recognised]
    chosen = form or _form_of([export for export, _ in drafted], whole)
    added = tuple(sections) or _sections_of([export for export, _ in drafted], chosen, whole)
    exports = [_in_study(export, read, chosen, added, whole) for export, read in drafted]
    told = len(lists) != 1 and all(export.site_names for export in exports)
    return StudyFound(
        form=chosen,
        sections=added,
        exports=tuple(exports),
        unclear=(*pairs.unclear, *((one, ()) for one in lists if len(lists) > 1)),
        site_list=lists[0].file if len(lists) == 1 else None,
        sites=sites_in(name for e in exports for name in e.site_names) if told else (),
        wave=_wave([day for export in exports for day in export.days]),
        problems=tuple(problems),
    )


def source_of(
    export: ExportDraft, found: StudyFound, whole: Instrument, mapping: Path | None = None
) -> ExportSource:
    """The export as a run would read it.

    Parameters
    ----------
    mapping : Path, optional
        Where the draft of the mapping file is, if it has one.
    """
    companions = export.companions
    asked = None
    if is_of_other_form(export, found):
        form = str(export.form)
        sections = optional_among(found.sections, form, whole)
        asked = frozenset(whole.form(form, sections).answer_columns)
    return ExportSource(
        file=export.file,
        site_column=None if export.site is None else export.site.heading,
        platform=written_platform(export),
        definition=companions.get("definition"),
        mapping=companions.get("mapping", mapping),
        name_map=companions.get("name_map"),
        asked=asked,
    )


def is_of_other_form(export: ExportDraft, found: StudyFound) -> bool:
    """Whether an export asked another form than the study."""
    return export.form is not None and export.form != found.form


def written_platform(export: ExportDraft) -> str | None:
    """The platform where the configuration has to name it: nothing else tells how to read it."""
    has_mapping = export.mapping is not None or "mapping" in export.companions
    is_open = export.platform is None and not export.guesses
    return GENERIC if is_open and not has_mapping else None


def mapping_names(exports: Sequence[ExportDraft]) -> dict[Path, str]:
    """A short name, safe for a file, of each export that gets a draft of a mapping file."""
    drafted = [export.file for export in exports if export.mapping is not None]
    slugs = slugs_of({file.as_posix(): file.stem for file in drafted})
    return {file: slugs[file.as_posix()] for file in drafted}


# ------------------------------------------------------------------------- what each file is


def _sorted(
    files: Sequence[Path], whole: Instrument, problems: list[Problem]
) -> tuple[list[Companion], list[Path]]:
    """Companions and other files; adds the problems of companions that cannot be read."""
    companions: list[Companion] = []
    others: list[Path] = []
    for file in files:
        try:
            companion = companion_in(file, whole)
        except InputError as error:
            problems.extend(error.problems)
            continue
        if companion is None:
            others.append(file)
        else:
            companions.append(companion)
    return companions, others


def _looked_at(
    files: Sequence[Path], whole: Instrument, problems: list[Problem]
) -> Iterator[_Looked]:
    """Every file that is an export; adds the problems of the others."""
    for file in files:
        try:
            sheet = read_sheet(file)
            yield _looked(file, sheet, whole)
        except InputError as error:
            problems.extend(error.problems)


def _looked(file: Path, sheet: Sheet, whole: Instrument) -> _Looked:
    source = ExportSource(file, None)
    headings = folded_set(sheet.headings)
    points = {name: platform.signature(sheet).points for name, platform in PLATFORMS.items()}
    if max(points.values()) < LEAST_POINTS:
        matching, _ = find_columns(PLATFORMS[GENERIC].read(sheet, source), whole, source)
        return _Looked(file, sheet, None, (), headings, has_answers=bool(matching.answers))
    try:
        platform = platform_of(sheet, source)
    except InputError:
        first, second = sorted(points, key=lambda name: (-points[name], name))[:2]
        return _Looked(file, sheet, None, (), headings, guesses=(first, second))
    reasons = platform.signature(sheet).reasons
    try:
        raw = platform.read(sheet, source)
    except InputError:
        return _Looked(file, sheet, platform, reasons, headings)
    return _Looked(
        file, sheet, platform, reasons, frozenset(_names_of(raw)) | wordings_of(raw.questions)
    )


def _recognised(
    looked: Sequence[_Looked], pairs: Pairs, problems: list[Problem]
) -> Iterator[_Looked]:
    """The files of which something tells what they are; adds a problem for each other one."""
    for one in looked:
        if one.platform or one.guesses or one.has_answers or one.file in pairs.of_export:
            yield one
        else:
            problems.append(_unrecognised(one.sheet))


def _not_read_together(
    companions: Sequence[Companion], looked: Sequence[_Looked]
) -> Iterator[tuple[Path, Path]]:
    """Definitions with which an export of their platform is refused."""
    for companion in companions:
        for one in looked:
            if one.platform is None or one.platform.name not in companion.platforms:
                continue
            if companion.role == "definition":
                source = ExportSource(one.file, None, definition=companion.file)
                try:
                    one.platform.read(one.sheet, source)
                except InputError:
                    yield companion.file, one.file


def _names_of(raw: RawExport) -> Iterator[str]:
    """What the columns are called, without case; also codes with those of their parts."""
    for column in raw.questions:
        names = {*column.names, *filter(None, [column.code])}
        if column.code is not None and column.subcode is not None:
            names |= {f"{column.code}_{column.subcode}", f"{column.code}[{column.subcode}]"}
        yield from (without_invisible(name).casefold() for name in names)


def _unrecognised(sheet: Sheet) -> Problem:
    cure = (
        "is left out: it looks like no survey platform, and none of its headings is a code or a "
        "question of the questionnaire; export it again with headings, or write a mapping file"
    )
    return Problem(sheet.file, cure)


def _nothing_found(companions: Sequence[Companion]) -> Iterator[Problem]:
    for companion in companions:
        cure = f"is {companion.what}, and there is no export here that it goes with"
        yield Problem(companion.file.as_posix(), cure)


# ----------------------------------------------------------------------- what each export holds


def _drafted(looked: _Looked, pairs: Pairs, whole: Instrument) -> tuple[ExportDraft, _Read | None]:
    """What an export tells by itself; no columns where it cannot be read."""
    companions = {one.role: one.file for one in pairs.of_export.get(looked.file, ())}
    export = ExportDraft(
        file=looked.file,
        platform=None if looked.platform is None else looked.platform.name,
        reasons=looked.reasons,
        companions=dict(sorted(companions.items())),
        guesses=looked.guesses,
    )
    if looked.guesses:
        return export, None
    source = ExportSource(
        file=looked.file,
        site_column=None,
        definition=companions.get("definition"),
        mapping=companions.get("mapping"),
        name_map=companions.get("name_map"),
    )
    reader = PLATFORMS[GENERIC] if looked.platform is None else looked.platform
    try:
        raw = reader.read(looked.sheet, source)
        names = None if source.name_map is None else read_name_map(source.name_map, whole)
    except InputError:
        return export, None
    return _with_columns(export, reader, raw, names, source, whole)


def _with_columns(
    export: ExportDraft,
    reader: Platform,
    raw: RawExport,
    names: NameMap | None,
    source: ExportSource,
    whole: Instrument,
) -> tuple[ExportDraft, _Read]:
    matching, _ = find_columns(raw, whole, source, names)
    plain = opened(reader, raw, names, matching, source, ROUND)
    counted = plain.reasons.index[plain.reasons.isna() | (plain.reasons == "NO_SITE")]
    site = choose_site_column(plain.raw, matching, names, counted)
    if site is not None:
        source = replace(source, site_column=site.heading)
        matching, _ = find_columns(raw, whole, source, names)
    rows = opened(reader, raw, names, matching, source, ROUND)
    analysed = rows.reasons.index[rows.reasons.isna()]
    is_told = site is not None or matching.site is None
    draft = replace(
        export,
        is_read=True,
        layout=raw.layout,
        answers=frozenset(matching.answers),
        form=_form_asked(matching, names, whole),
        site=site,
        is_one_site=matching.site is None,
        site_names=tuple(rows.site_names.loc[analysed].dropna()) if is_told else (),
        days=tuple(rows.raw.record["day"].loc[analysed].dropna()),
        person_heading=find_person_column(raw, matching),
        n_occasions=int(raw.record["occasion"].dropna().nunique()),
    )
    return draft, _Read(raw, matching)


def _form_asked(matching: Matching, names: NameMap | None, whole: Instrument) -> str | None:
    """The form that the map of names tells, or the one whose items the export has."""
    if names is not None and names.form in {form.id for form in whole.forms}:
        return names.form
    fits = fitting_forms(matching.answers, whole)
    return fits[0].form if fits else None


# ------------------------------------------------------------------------- the study as a whole


def _form_of(exports: Sequence[ExportDraft], whole: Instrument) -> str:
    """The form that asks all the exports asked; that of most exports where there is none."""
    told = [export.form for export in exports if export.form is not None]
    if not told:
        return next(form.id for form in whole.forms if form.answered_by == "respondent")
    common = Counter(told).most_common(1)[0][0]
    return form_of_all(told, whole) or common


def _sections_of(exports: Sequence[ExportDraft], form: str, whole: Instrument) -> tuple[str, ...]:
    """The optional sections of a form that some export has."""
    asked = {section for one in exports for section in added_sections(one.answers, form, whole)}
    return optional_among([s.id for s in whole.sections if s.id in asked], form, whole)


def _in_study(
    export: ExportDraft, read: _Read | None, form: str, sections: Sequence[str], whole: Instrument
) -> ExportDraft:
    """The export with its own form where the form of the study has all of it, else with that."""
    is_part = export.form is not None and asks_all_of(form, sections, export.form, whole)
    own = str(export.form) if is_part else form
    added = optional_among(sections, own, whole)
    instrument = whole.form(own, added)
    needs_mapping = export.platform is None and not {"mapping", "name_map"} & set(export.companions)
    mapping = None
    if read is not None and needs_mapping:
        mapping = draft_mapping(read.raw, read.matching, instrument)
    return replace(
        export,
        form=own,
        sections=added,
        n_found=len(export.answers & set(instrument.items)),
        n_items=len(instrument.items),
        mapping=mapping,
    )


def _wave(days: Sequence[str]) -> str | None:
    """Year and season of the day in the middle, such as 2026 autumn."""
    if not days:
        return None
    middle = pd.Timestamp(sorted(days)[len(days) // 2])
    return f"{middle.year} {SEASONS[middle.month % 12 // 3]}"
