"""The note beside an exported form: what to do with it, what it cannot say, what was tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.instrument.export.name_map import NAME_MAP_FILE
from pipeline.instrument.export.platform import Exporter, PlatformFiles
from pipeline.instrument.export.questionnaire import Questionnaire

SETUP_FILE = "SETUP.md"
WHAT_THE_MAP_IS_FOR = {
    "respondent": "write it as `name_map` beside the export in the configuration of the study.",
    "site": "with it, write the answers about each site into the list of sites: a row a site, a "
    "column a question. Answers in people's own words stay with you.",
}


def setup_note(questionnaire: Questionnaire, exporter: Exporter, made: PlatformFiles) -> bytes:
    """The note as Markdown."""
    lines = [
        f"# {questionnaire.title}: {questionnaire.form_title}, for {exporter.title}",
        "",
        "\n>\n".join(f"> {remark}" for remark in questionnaire.remarks),
        "",
        f"Version {questionnaire.version}, language {questionnaire.language}, "
        f"{len(questionnaire.columns)} answer columns on {len(questionnaire.pages)} pages.",
        "",
        "## Files",
        "",
        *(f"- `{name}`" for name in sorted(made.files)),
        f"- `{NAME_MAP_FILE}`: under which heading and code each answer comes back. Keep it; "
        f"{WHAT_THE_MAP_IS_FOR[questionnaire.answered_by]}",
        "",
        *_part("What to do", exporter.steps, numbered=True),
        *_part("What this file cannot say, and you have to set up yourself", exporter.by_hand),
        *_part("What was tried", exporter.tested),
        *_part("What was not tried", exporter.untested),
        "## Credit",
        "",
        questionnaire.citation,
    ]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _part(title: str, points: Sequence[str], numbered: bool = False) -> Iterator[str]:
    if points:
        yield from (f"## {title}", "")
        marks = (f"{n}." if numbered else "-" for n in range(1, len(points) + 1))
        yield from (f"{mark} {point}" for mark, point in zip(marks, points, strict=True))
        yield ""
