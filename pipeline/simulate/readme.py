"""The note that goes with every synthetic programme."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Template

from pipeline.instrument import Instrument
from pipeline.simulate.dirt import ExportRows, count_dirt
from pipeline.simulate.exports.redcap import KEY
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
$secret| `sites.csv` | the sites: names, people invited and the site form; `;` between several |

What looks like personal data is there because real exports have it, and holds nothing: network
addresses are from the range kept for documentation (192.0.2.x), names are empty, mail addresses
end in `example.org`.

$rounds## What was made wrong on purpose

| In the export | $platforms |
|---|$rules|
$counts

All exports have special codes (such as *don't know*) and items left blank; in Qualtrics, a
question that was seen and left is `-99` and one that was never reached is blank. Straight-liners
chose the same place among the answers for every item, so the same answer wherever as many can be
chosen from; $fast of them took less time than reading does. People who stopped are blank from a
point on.

$spellings
"""
)
_SECRET = """\
| `linkage_secret.txt` | what keys of people are hashed with; made up for this example |
"""
_ROUNDS = Template(
    """\
## Survey rounds

| Round | Sites | People who answered | of them again in $latest |
|---|---:|---:|---:|
$rounds

Somebody who answers twice has the same key in both rounds: `ExternalReference` in Qualtrics,
`$key` in REDCap. LimeSurvey has no key, and some people leave theirs empty. Sites changed
a little by chance; what was changed on purpose, in standard deviations of the trait:

$changes

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
    rows: Mapping[str, ExportRows],
    command: str | None,
) -> str:
    """What the files are, how they were made and what was made wrong in them on purpose."""
    design = programme.design
    counts = {name: count_dirt(of, instrument) for name, of in rows.items()}
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
        secret=_SECRET if programme.has_keys else "",
        rounds=_rounds(programme, instrument),
        platforms=" | ".join(counts),
        rules="|".join(["---:"] * len(counts)),
        counts="\n".join(_count_rows(counts)),
        fast=sum(
            of_round.design.dirt_of(platform).fast_straight_liners
            for of_round in programme.rounds
            for platform in of_round.design.platforms
        ),
        spellings=_spellings(programme),
    )
    return text.rstrip() + "\n"


def _file_rows(rows: Mapping[str, ExportRows]) -> list[str]:
    files = [f"| `exports/{name}.csv` | {_FILES[of.platform]} |" for name, of in rows.items()]
    dictionary = "| `exports/redcap_dictionary.csv` | data dictionary of the REDCap project |"
    has_redcap = any(of.platform == "redcap" for of in rows.values())
    return [*files, dictionary] if has_redcap else files


def _rounds(programme: Programme, instrument: Instrument) -> str:
    """What the rounds are and what was changed between them; nothing where there is one."""
    if not programme.earlier:
        return ""
    return _ROUNDS.substitute(
        rounds="\n".join(_round_row(of_round) for of_round in reversed(programme.rounds)),
        latest=programme.design.wave,
        changes="\n".join(_changes(programme, instrument)),
        key=KEY,
    )


def _round_row(of_round: Programme) -> str:
    people = of_round.respondents
    again = people["same_as"].notna().sum() if of_round.design.earlier_rounds == () else ""
    return f"| {of_round.design.wave} | {len(of_round.sites)} | {len(people)} | {again} |"


def _changes(programme: Programme, instrument: Instrument) -> Iterator[str]:
    """What the design says about sites in the earlier rounds, a line a site."""
    labels = {site.site: site.label for site in programme.design.sites}
    for then in programme.design.earlier_rounds:
        for site in then.sites:
            for scale in instrument.scales:
                if scale.id in site.changes:
                    change = f"{scale.title} {site.changes[scale.id]:+.2f}"
                    yield f"- {labels[site.site]}, since {then.wave}: {change}"
            if site.group_mix:
                mix = ", ".join(f"{group} {share:g}" for group, share in site.group_mix.items())
                yield f"- {labels[site.site]}, {then.wave}: groups of those who answer once, {mix}"


def _count_rows(counts: Mapping[str, Mapping[str, int]]) -> list[str]:
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
