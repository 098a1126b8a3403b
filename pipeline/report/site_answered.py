"""Who answered at a site: in sentences and by respondent group."""

from __future__ import annotations

from pipeline.report.pages import Setting
from pipeline.report.site_data import SiteData
from pipeline.report.site_response import response_sentences, response_table
from pipeline.report.tables import ShownTable, shown_table


def answered(data: SiteData, invited: int | None, setting: Setting) -> tuple[str, ...]:
    """How many answered, whose voices are missing, and what became of the questionnaires."""
    return (
        _people_answered(data, invited, setting),
        *response_sentences(data.response, setting),
        data.account,
    )


def _people_answered(data: SiteData, invited: int | None, setting: Setting) -> str:
    total = data.released.at("respondents", site=data.site)
    if total is None:
        return setting.say("answered.unknown")
    people = setting.numbers.people(total.value, setting.study.minimum_n)
    if invited is None:
        return setting.say("answered.people", people=people)
    asked = setting.numbers.count(invited)
    return setting.say("answered.of_invited", people=people, invited=asked)


def answered_table(data: SiteData, setting: Setting) -> ShownTable | None:
    """Who answered by respondent group; None for a questionnaire without groups."""
    grouping = setting.instrument.grouping
    if grouping is None:
        return None
    if table := response_table(data.response, setting):
        return table
    none = setting.say("word.not_shown")
    counts = [
        (group, data.released.at("respondents", site=data.site, group=group.id))
        for group in grouping.groups
    ]
    rows = [
        (setting.wording.of(group.title), (setting.numbers.count(n.value) if n else none,))
        for group, n in counts
    ]
    headings = [setting.say("column.group"), setting.say("column.people")]
    return shown_table(setting.say("answered.caption"), headings, rows)
