"""What the configuration of a new study says about each export, key by key, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.ingest.draft import ExportDraft, StudyFound, is_of_other_form, written_platform
from pipeline.ingest.draft_words import describe_unclear, form_words, platform_words, site_words

NO_DATES = "1"


@dataclass(frozen=True, slots=True)
class Entry:
    """One export in the configuration.

    Attributes
    ----------
    file : str
        Path of the export.
    remarks : tuple of str
        What was found out about it.
    keys, reasons : mapping
        Keys that are written, with their values; why, also of keys that are only offered.
    offered : tuple of (str, str)
        Keys with a value that are commented out.
    """

    file: str
    remarks: tuple[str, ...]
    keys: Mapping[str, str]
    reasons: Mapping[str, str]
    offered: tuple[tuple[str, str], ...]


def entries_of(found: StudyFound, mappings: Mapping[Path, Path]) -> Iterator[Entry]:
    """An entry for each export.

    Parameters
    ----------
    found : StudyFound
        What was found out.
    mappings : mapping
        Where the drafts of mapping files will be, by export.
    """
    for export in found.exports:
        yield Entry(
            file=export.file.as_posix(),
            remarks=(_as_remark(platform_words(export)), _as_remark(form_words(export))),
            keys=dict(_keys(export, found, mappings)),
            reasons=_reasons(export, found),
            offered=tuple(_offered(export, found)),
        )


def _as_remark(fact: str) -> str:
    """A fact in words that nobody takes for a key of the configuration."""
    what, _, rest = fact.partition(": ")
    return f"{what.capitalize()} {rest}"


def _keys(
    export: ExportDraft, found: StudyFound, mappings: Mapping[Path, Path]
) -> Iterator[tuple[str, str]]:
    if export.site is not None:
        yield "site_column", export.site.heading
    if (platform := written_platform(export)) is not None:
        yield "platform", platform
    yield from ((role, file.as_posix()) for role, file in export.companions.items())
    if export.file in mappings:
        yield "mapping", mappings[export.file].as_posix()
    if is_of_other_form(export, found):
        yield "form", str(export.form)


def _reasons(export: ExportDraft, found: StudyFound) -> dict[str, str]:
    reasons = {"site_column": _as_remark(site_words(export))}
    if export.guesses:
        reasons["platform"] = "Nothing in the file decides between these; use one."
    if export.person_heading is not None:
        reasons["person_column"] = (
            "This column may hold a key of the person that is the same in every survey round; to "
            "use it, look at `linkage` below."
        )
    if export.n_occasions > 1:
        reasons["occasions"] = (
            f"The platform notes {export.n_occasions} occasions; if they are survey rounds, name "
            "them as `occasions`."
        )
    if is_of_other_form(export, found):
        reasons["form"] = "The form of this export, which is another one than that of the study."
    for companion, exports in found.unclear:
        if export.file in exports:
            reasons[companion.role] = "This may go with it, but that could not be told."
    return reasons


def _offered(export: ExportDraft, found: StudyFound) -> Iterator[tuple[str, str]]:
    if export.site is not None:
        yield from (("site_column", heading) for heading in export.site.others)
    yield from (("platform", guess) for guess in export.guesses)
    if export.person_heading is not None:
        yield "person_column", export.person_heading
    for companion, exports in found.unclear:
        if export.file in exports:
            yield companion.role, companion.file.as_posix()


def wave_of(found: StudyFound) -> tuple[str, str]:
    """Label of the survey round, and where it comes from."""
    if found.wave is None:
        return NO_DATES, "no export tells a date, so write your own."
    return found.wave, "guessed from the dates of the responses, so look whether it is right."


def sites_reason(found: StudyFound) -> str:
    """Where the list of sites comes from, or why there is none."""
    if found.site_list is not None:
        return "You gave this list."
    if found.sites:
        return "This one was made of the names in the exports; correct the labels, add the invited."
    return (
        "No list was made, because it could not be told for every export which column holds the "
        "site, so sites are taken as they are spelt."
    )


def notes_of(found: StudyFound) -> Iterator[str]:
    """What a person should look at."""
    yield from describe_unclear(found)
    yield from map(str, found.problems)
