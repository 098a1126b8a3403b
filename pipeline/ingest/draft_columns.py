"""What headings and cells tell about columns that hold no answers: site, person, time."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from pipeline.ingest.map_rows import SITE
from pipeline.ingest.match import Matching, looks_personal
from pipeline.ingest.moments import days_of
from pipeline.ingest.name_map import NameMap
from pipeline.ingest.raw import (
    NO_WORDS,
    YES_WORDS,
    ExportColumn,
    RawExport,
    folded_set,
    seconds_in,
    text_or_missing,
    translate,
)
from pipeline.ingest.wording import may_identify, one_line, wording_key

LONGEST_SITE = 60
LONGEST_KEY = 24
MOST_WORDS = 8
ROWS_A_SITE = 2
LEAST_UNIQUE = 0.9

SITE_WORDS = frozenset(
    {
        *("site", "sites", "team", "location", "ward", "clinic", "workplace"),
        *("plats", "arbetsplats", "enhet", "avdelning", "klinik", "mottagning", "verksamhet"),
        *("standort", "abteilung", "einrichtung", "équipe", "equipe", "lieu", "emplacement"),
        *("clinique", "établissement", "sitio", "sede", "equipo", "ubicación", "clínica"),
        *("locatie", "afdeling", "kliniek", "vestiging", "sted", "lokation", "lokasjon"),
        *("avdeling", "klinikk", "enhed", "enhet", "tiimi", "osasto", "klinikka"),
        *("toimipaikka", "toimipiste", "poliklinikka", "yksikkö", "sijainti"),
    }
)
"""What a heading calls a site in English, Swedish, German, French, Spanish, Dutch, Danish,
Norwegian and Finnish."""

VAGUE_SITE_WORDS = frozenset(
    {
        *("place", "group", "collector", "collectornm", "unit", "centre", "center", "ort"),
        *("grupp", "insamlare", "gruppe", "station", "ort", "groupe", "collecteur", "service"),
        *("endroit", "site", "lugar", "grupo", "sala", "centro", "recopilador", "plaats", "plek"),
        *("groep", "hold", "lag", "sted", "paikka", "ryhmä"),
    }
)
"""The same for words that often mean something else, so that they must stand by themselves."""

BESIDE_A_SITE = frozenset(
    {
        *("name", "id", "code", "no", "nr", "number", "nm", "your", "of", "the", "my", "study"),
        *("namn", "kod", "din", "ditt", "er", "kode", "navn", "nom", "du", "de", "la", "le"),
        *("votre", "nombre", "su", "naam", "van", "uw", "je", "jouw", "ihr", "dein", "tunnus"),
        *("nimi", "und", "and", "data", "access", "dag"),
    }
)
"""Words that may stand beside such a word without changing what the heading means."""

PERSON_HEADINGS = frozenset(
    {
        *("study key", "study code", "study id", "study number", "participant code"),
        *("participant id", "participant key", "participant number", "participant", "pseudonym"),
        *("pseudonym code", "personal code", "person key", "person code", "linkage code"),
        *("linkage key", "linking code", "link code", "subject id", "subject code", "panel id"),
        *("your code", "your personal code", "your study key", "studyid", "studykey"),
        *("participantid", "participantcode", "studienyckel", "deltagarkod", "studiekod"),
        *("personlig kod", "kodnyckel", "deltagar id", "teilnehmercode", "studiencode"),
        *("persönlicher code", "code participant", "code personnel", "código de participante"),
        *("código personal", "seudónimo", "pseudoniem", "deelnemerscode", "deltagerkode"),
        *("personlig kode", "deltaker id", "pseudonyymi", "osallistujakoodi", "tutkimustunnus"),
    }
)
"""Headings, as :func:`wording_key` has them, of a key that people keep in every survey round."""

RESPONSE_HEADINGS = frozenset(
    {
        *("id", "response id", "responseid", "respondent id", "respondentid", "respondent"),
        *("record id", "recordid", "response", "submission id", "case id", "caseid", "svars id"),
        *("antwort id", "numéro de réponse", "vastaustunnus"),
    }
)
FINISHED_HEADINGS = frozenset({"finished", "complete", "completed", "is complete", "submitted"})
SECONDS_HEADINGS = frozenset(
    {
        *("seconds", "duration in seconds", "duration seconds", "time in seconds"),
        *("total seconds", "time taken in seconds", "time taken seconds", "seconds taken"),
    }
)
DATE_HEADINGS = frozenset(
    {
        *("date", "day", "timestamp", "submitted at", "submission date", "date submitted"),
        *("end date", "enddate", "completed at", "datum", "dato", "fecha", "päivämäärä"),
    }
)
LANGUAGE_HEADINGS = frozenset(
    {
        *("language", "lang", "språk", "sprache", "langue", "idioma", "taal", "sprog"),
        *("kieli", "user language", "userlanguage"),
    }
)
_LANGUAGE = re.compile(r"[a-z]{2}([-_][a-z]{2,4})?", re.IGNORECASE)
_KEY = re.compile(rf"[\w.\- ]{{1,{LONGEST_KEY}}}")


@dataclass(frozen=True, slots=True)
class SiteColumn:
    """The column that tells the site.

    Attributes
    ----------
    heading : str
        As it stands in the file.
    why : str
        How it was found, in words.
    others : tuple of str
        Headings of other columns that could be it.
    """

    heading: str
    why: str
    others: tuple[str, ...] = ()


def choose_site_column(
    raw: RawExport, matching: Matching, names: NameMap | None, rows: pd.Index
) -> SiteColumn | None:
    """The column that tells the site, and how that was found; None where no column does.

    Parameters
    ----------
    raw : RawExport
        The export.
    matching : Matching
        Its columns as they are found without a word from the study.
    names : NameMap, optional
        The map of names that goes with it.
    rows : Index
        The rows that count.
    """
    found: dict[str, str] = {}
    for heading, reason in _site_candidates(raw, matching, names, rows):
        found.setdefault(heading, reason)
    if not found:
        return None
    (first, why), *others = found.items()
    return SiteColumn(first, why, tuple(heading for heading, _ in others))


def _site_candidates(
    raw: RawExport, matching: Matching, names: NameMap | None, rows: pd.Index
) -> Iterator[tuple[str, str]]:
    headings = [column.heading.casefold() for column in raw.columns]
    answers = {*matching.answers.values(), *matching.open_answers.values()}
    told = None if matching.site is None else raw.columns[matching.site - 1]
    plain: dict[int, list[ExportColumn]] = {0: [], 1: []}
    for column in raw.columns:
        rank = site_rank(column.heading)
        if rank is not None and column.position not in answers:
            plain[rank].append(column)
    listed = [(told, _why(raw, told, names))] if told is not None else []
    why = "its heading"
    for column, reason in [*listed, *((column, why) for column in [*plain[0], *plain[1]])]:
        is_alone = headings.count(column.heading.casefold()) == 1 and column.heading
        may_be_written = is_alone and not may_identify(column.heading)
        if may_be_written and tells_sites(raw.cells[column.position].loc[rows], column.heading):
            yield column.heading, reason


def _why(raw: RawExport, column: ExportColumn, names: NameMap | None) -> str:
    mapped = None if names is None else names.columns.get(SITE)
    if mapped is not None and mapped.heading.casefold() in folded_set(column.names):
        return "the map of names"
    wanted = (raw.site_heading or "").casefold()
    return (
        "the platform's own column"
        if column.heading.casefold() == wanted
        else ("the wording of its question")
    )


def site_rank(heading: str) -> int | None:
    """How well a heading says that its column tells the site; 0 is best, None is not at all."""
    words = wording_key(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading)).split()
    of_site = [word for word in words if word in SITE_WORDS]
    vague = [word for word in words if word in VAGUE_SITE_WORDS]
    if not (of_site or vague) or len(words) > MOST_WORDS:
        return None
    rest = [word for word in words if word not in {*of_site, *vague, *BESIDE_A_SITE}]
    if not rest:
        return 0 if of_site else 1
    left = replace(ExportColumn(1, heading), heading=" ".join(rest + _names_of_people(words)))
    return 1 if of_site and not looks_personal(left) else None


def _names_of_people(words: Collection[str]) -> list[str]:
    return [word for word in words if word in ("name", "names")]


def tells_sites(cells: pd.Series, heading: str) -> bool:
    """Whether cells could be names of sites: some, fewer than half the rows, none personal.

    Long numbers are taken only below a heading that says nothing but site, such as the number of a
    collector.
    """
    texts = {text for text in map(one_line, cells.dropna().astype(str).unique()) if text}
    keys = {wording_key(text) for text in texts}
    if not keys or ROWS_A_SITE * len(keys) >= len(cells):
        return False
    numbers_are_fine = site_rank(heading) is not None
    return not any(
        len(text) > LONGEST_SITE
        or (may_identify(text) and not (numbers_are_fine and text.isdigit()))
        for text in texts
    )


def find_person_column(raw: RawExport, matching: Matching) -> str | None:
    """Heading of a column that may hold a key of the person, the same in every survey round."""
    answers = {*matching.answers.values(), *matching.open_answers.values(), matching.site}
    headings = [column.heading.casefold() for column in raw.columns]
    for column in raw.columns:
        if wording_key(column.heading) not in PERSON_HEADINGS or column.position in answers:
            continue
        keys = translate(raw.cells[column.position], text_or_missing, "string").dropna()
        is_id = keys.equals(raw.record["response_id"].loc[keys.index])
        if headings.count(column.heading.casefold()) == 1 and not is_id and _are_keys(keys):
            return column.heading
    return None


def _are_keys(texts: pd.Series) -> bool:
    short = all(_KEY.fullmatch(text) for text in texts.unique())
    return len(texts) > 1 and short and texts.nunique() >= LEAST_UNIQUE * len(texts)


def find_record_columns(raw: RawExport, taken: Collection[int]) -> dict[str, str]:
    """Heading of each column about the response, by its key in a mapping file; only if certain."""
    tests: Mapping[str, tuple[Collection[str], Callable[[pd.Series], bool]]] = {
        "respondent": (RESPONSE_HEADINGS, _are_ids),
        "finished": (FINISHED_HEADINGS, _are_yes_or_no),
        "seconds": (SECONDS_HEADINGS, _are_seconds),
        "date": (DATE_HEADINGS, _are_days),
        "language": (LANGUAGE_HEADINGS, _are_languages),
    }
    headings = [column.heading for column in raw.columns]
    found: dict[str, str] = {}
    for key, (wanted, fits) in tests.items():
        fitting = [
            column.heading
            for column in raw.columns
            if column.position not in taken
            and wording_key(column.heading) in wanted
            and headings.count(column.heading) == 1
            and fits(raw.cells[column.position])
        ]
        if len(fitting) == 1:
            found[key] = fitting[0]
    return found


def _texts(cells: pd.Series) -> pd.Series:
    return translate(cells, text_or_missing, "string").dropna()


def _are_ids(cells: pd.Series) -> bool:
    texts = _texts(cells)
    return len(texts) == len(cells) and texts.is_unique


def _are_yes_or_no(cells: pd.Series) -> bool:
    texts = _texts(cells)
    keys = {wording_key(text) for text in texts.unique()}
    return len(texts) == len(cells) and keys <= {*YES_WORDS, *NO_WORDS} and bool(keys & YES_WORDS)


def _are_seconds(cells: pd.Series) -> bool:
    texts = _texts(cells)
    return len(texts) > 0 and bool(translate(texts, seconds_in, "Float64").notna().all())


def _are_days(cells: pd.Series) -> bool:
    texts = _texts(cells)
    return len(texts) > 0 and bool(days_of(texts).notna().all())


def _are_languages(cells: pd.Series) -> bool:
    texts = _texts(cells)
    return len(texts) > 0 and all(_LANGUAGE.fullmatch(text) for text in texts.unique())
