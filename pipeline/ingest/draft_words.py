"""What was found out about the files of a new study, in lines that can be read aloud."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.ingest.draft import ExportDraft, StudyFound
from pipeline.ingest.draft_sites import similar_sites
from pipeline.ingest.findings import ExportCheck
from pipeline.ingest.raw import ExportColumn
from pipeline.ingest.showing import shown_heading
from pipeline.ingest.sites import Site
from pipeline.ingest.wording import may_identify, one_line

MOST_PAIRS = 10
MOST_PROBLEMS = 20


def platform_words(export: ExportDraft) -> str:
    """Where an export comes from, and by which that can be seen."""
    if export.guesses:
        return f"platform: not told; it could be {' or '.join(export.guesses)}"
    if export.platform is None:
        how = "its columns are found by their codes and wordings"
        if "mapping" in export.companions:
            how = "its mapping file says what its columns are"
        elif "name_map" in export.companions:
            how = "its map of names says what its columns are"
        return f"platform: not known; {how}"
    layout = f", {export.layout}" if export.layout else ""
    return f"platform: {export.platform}{layout} ({', '.join(export.reasons)})"


def form_words(export: ExportDraft) -> str:
    """The form an export asked, and how that was found."""
    if not export.is_read:
        return "form: not found out"
    added = f" with {' and '.join(export.sections)}" if export.sections else ""
    return f"form: {export.form}{added}, {export.n_found} of its {export.n_items} items found"


def site_words(export: ExportDraft) -> str:
    """The column of the site, and how that was found."""
    if export.site is not None:
        others = ", ".join(map(_shown, export.site.others))
        more = f"; it could also be {others}" if others else ""
        return f"site: column '{_shown(export.site.heading)}', found by {export.site.why}{more}"
    if export.is_one_site:
        return "site: told by no column, so the file counts as one site"
    if not export.is_read:
        return "site: not found out"
    return (
        "site: told by a column that may be personal or has too many different texts; "
        "write `site_column` if it is another one"
    )


def companion_words(export: ExportDraft) -> Iterator[str]:
    """The files that go with an export."""
    for role, file in export.companions.items():
        yield f"{role}: {file.as_posix()}, by the names of its columns"


def describe_export(export: ExportDraft) -> str:
    """What was found out about one export, a fact a line."""
    lines = [platform_words(export), *companion_words(export), form_words(export)]
    lines.append(site_words(export))
    if export.person_heading is not None:
        lines.append(f"key of the person: perhaps column '{_shown(export.person_heading)}'")
    if export.n_occasions > 1:
        lines.append(
            f"occasions: {export.n_occasions}; if they are survey rounds, write `occasions`"
        )
    if export.mapping is not None:
        n_missing = len(export.mapping.missing)
        lines.append(
            f"mapping: {len(export.mapping.columns)} answer columns found, {n_missing} not found"
        )
    return "\n".join([export.file.as_posix(), *(f"  {one_line(line)}" for line in lines)])


def describe_readiness(check: ExportCheck) -> Iterator[str]:
    """What has to be mended in an export before a run, and whether it is ready."""
    yield from (f"to mend: {problem}" for problem in check.problems[:MOST_PROBLEMS])
    if len(check.problems) > MOST_PROBLEMS:
        yield f"to mend: {len(check.problems) - MOST_PROBLEMS} more; see `python -m pipeline check`"
    yield "ready" if check.is_ready else "not ready"


def describe_unclear(found: StudyFound) -> Iterator[str]:
    """Companions that fit no export, or several; and names of sites that may be one."""
    for companion, exports in found.unclear:
        fits = "fits no export here"
        if companion.role == "sites":
            fits = "is not the only list of sites; name one of them as `sites`"
        elif len(exports) > 1:
            named = " and ".join(file.as_posix() for file in exports)
            fits = f"fits {named} equally well, so it is commented out under each"
        elif exports:
            named = exports[0].as_posix()
            fits = f"goes with {named}, but so does another file; it is commented out"
        yield f"{companion.file.as_posix()}: {companion.what}; {fits}"
    yield from _pair_lines(found.sites)


def _pair_lines(sites: Sequence[Site]) -> Iterator[str]:
    shown = [pair for pair in similar_sites(sites) if not any(map(may_identify, pair))]
    for first, second in shown[:MOST_PAIRS]:
        yield (
            f"sites '{first}' and '{second}' may be one; if so, put one among the other_spellings "
            "of the other"
        )
    if len(shown) > MOST_PAIRS:
        yield f"{len(shown) - MOST_PAIRS} more pairs of sites have names that are much alike"


def _shown(heading: str) -> str:
    return shown_heading(ExportColumn(0, heading))
