"""The note that goes with every synthetic programme."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

from pipeline.instrument import Instrument
from pipeline.simulate.design import Platform
from pipeline.simulate.dirt import ExportRows, count_dirt
from pipeline.simulate.programme import Programme

TITLE = "# Synthetic example data"
_NOTE = Template(
    """\
$title

**$programme** is an invented programme. No site, person, answer or comment in this folder
is real: everything was drawn at random from the hypothesised measurement model in
`instrument/evidence/hypothesised_model.yaml`. What an analysis finds here are the hypotheses that
were put in, and never evidence about the questionnaire, its scales or co-production.

Questionnaire: $questionnaire, version $version. Sites: $sites. People who answered: $people.
$made

Licence: CC0 1.0. Use the files for anything.

## Files

| File | What it is |
|---|---|
$files
| `sites.csv` | the sites: names, people invited and the site form; `;` between several |

What looks like personal data is there because real exports have it, and holds nothing: network
addresses are from the range kept for documentation (192.0.2.x), names are empty, mail addresses
end in `example.org`.

## What was made wrong on purpose

| In the export | $platforms |
|---|$rules|
$counts

All exports have special codes (such as *don't know*) and items left blank; in Qualtrics, a
question that was seen and left is `-99` and one that was never reached is blank. Straight-liners
chose the same option for every item; $fast of them took less time than reading does. People who
stopped are blank from a point on.

$spellings
"""
)
_FILES = {
    "qualtrics": "Qualtrics CSV, numeric answers, three heading rows; site in `Site`",
    "limesurvey": "LimeSurvey CSV, codes as headings and answers; site in `site`",
    "redcap": "REDCap raw CSV; site in `redcap_data_access_group`",
}


def readme_text(
    programme: Programme,
    instrument: Instrument,
    rows: Mapping[Platform, ExportRows],
    command: str | None,
) -> str:
    """What the files are, how they were made and what was made wrong in them on purpose."""
    design = programme.design
    counts = {platform: count_dirt(of, instrument) for platform, of in rows.items()}
    made = "" if command is None else f"\nMade by `{command}`.\nThe same seed gives the same bytes."
    text = _NOTE.substitute(
        title=TITLE,
        programme=design.programme,
        questionnaire=instrument.title,
        version=instrument.version,
        sites=len(programme.sites),
        people=len(programme.respondents),
        made=made,
        files="\n".join(_file_rows(rows)),
        platforms=" | ".join(counts),
        rules="|".join(["---:"] * len(counts)),
        counts="\n".join(_count_rows(counts)),
        fast=sum(design.dirt_of(platform).fast_straight_liners for platform in rows),
        spellings=_spellings(programme),
    )
    return text.rstrip() + "\n"


def _file_rows(rows: Mapping[Platform, ExportRows]) -> list[str]:
    files = [f"| `exports/{platform}.csv` | {_FILES[platform]} |" for platform in rows]
    dictionary = "| `exports/redcap_dictionary.csv` | data dictionary of the REDCap project |"
    return [*files, dictionary] if "redcap" in rows else files


def _count_rows(counts: Mapping[Platform, Mapping[str, int]]) -> list[str]:
    kinds = next(iter(counts.values()))
    return [
        f"| {kind} | " + " | ".join(str(of[kind]) for of in counts.values()) + " |"
        for kind in kinds
    ]


def _spellings(programme: Programme) -> str:
    odd = [site for site in programme.design.sites if site.also_exported_as]
    told = [f"- {site.label}, also as {_quoted(site.also_exported_as)}" for site in odd]
    return "\n".join(["Sites that are spelt in more than one way:", "", *told]) if told else ""


def _quoted(spellings: tuple[str, ...]) -> str:
    return ", ".join(f'"{spelling}"' for spelling in spellings)
