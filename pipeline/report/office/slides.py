"""Slides for a meeting: what a site, or the programme, can look at and talk about in an hour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from pipeline.instrument import Instrument
from pipeline.instrument.model import ResponseScale
from pipeline.report.estimates import Estimate, Estimates, estimates_of
from pipeline.report.headlines import ends_of, group_sentence, headlines
from pipeline.report.office.deck import BarChart, Grid, Series, Slide, make_presentation
from pipeline.report.pages import Setting, foot_of, notices_of
from pipeline.report.phrases import load_phrases
from pipeline.report.results import ResultGroup, ScaleResult, furthest_apart, result_groups
from pipeline.report.site_page import SitePage, SitePages, SmallSitePage, StartTopic, site_entries
from pipeline.report.site_profile import SharedOut, shared_out
from pipeline.report.study import Study
from pipeline.report.wording import wording_of

ONE_DECIMAL, PER_CENT = "0.0", "0%"
PLAN_ROWS = 4
QUESTIONS_A_SLIDE = 6


def site_presentations(
    views: SitePages, released: pd.DataFrame, sites: pd.DataFrame
) -> Iterator[tuple[str, bytes]]:
    """A presentation for each site, by the name of its page.

    Parameters
    ----------
    views : SitePages
        The pages of the sites before they are written.
    released, sites : DataFrame
        As the contracts of these names say.

    Yields
    ------
    (str, bytes)
        Name of the file without its ending, and the PPTX file.
    """
    setting = views.setting
    estimates = estimates_of(released, setting.study.wave)
    for entry in site_entries(sites).values():
        page = views.pages.get(entry.slug)
        if page is not None:
            slides = tuple(_site_slides(page, entry.site, estimates, setting))
            made = make_presentation(slides, page.frame.page_title, setting.study.language)
            yield entry.slug, made


def programme_presentation(
    released: pd.DataFrame,
    scale_comparisons: pd.DataFrame,
    instrument: Instrument,
    study: Study,
) -> bytes:
    """The presentation of the whole programme as a PPTX file; no site is named in it."""
    setting = Setting(
        instrument, study, wording_of(instrument, study), load_phrases(study.language)
    )
    estimates = estimates_of(released, study.wave)
    groups = _scored(None, estimates, setting)
    slides = (
        _title(study.title, setting),
        Slide(
            setting.say("comparative.bear"),
            (setting.say("comparative.bear_can"), setting.say("comparative.bear_cannot")),
        ),
        *_means(groups, setting, study.title, ()),
        *_two_groups(groups, setting),
        *_counters(None, estimates, setting),
        *_between_sites(scale_comparisons, setting),
        _next_steps(setting),
        _about((), setting),
    )
    return make_presentation(slides, study.title, study.language)


def _site_slides(
    page: SitePage | SmallSitePage, site: str, released: Estimates, setting: Setting
) -> Iterator[Slide]:
    yield _title(page.frame.heading, setting)
    if isinstance(page, SitePage):
        yield from _with_results(page, site, released, setting)
    else:
        yield from _without_results(page, setting)


def _with_results(
    page: SitePage, site: str, released: Estimates, setting: Setting
) -> Iterator[Slide]:
    groups = _scored(site, released, setting)
    yield Slide(setting.say("site.glance"), page.headlines)
    yield from _means(groups, setting, page.frame.heading, page.headlines)
    yield from _two_groups(groups, setting)
    yield from _counters(site, released, setting)
    for start in page.starts:
        yield Slide(start.title, (*start.reasons, *start.questions))
    yield _meeting(setting.say("meeting.step_one"), setting)
    yield _plan(page.starts, setting)
    yield _about(page.answered, setting)


def _without_results(page: SmallSitePage, setting: Setting) -> Iterator[Slide]:
    yield from _too_few(page, setting)
    yield from _questions(page.starts, setting)
    yield _meeting(setting.say("small.step_one"), setting)
    yield _plan((), setting)
    yield _about((page.account,), setting)


def _too_few(page: SmallSitePage, setting: Setting) -> Iterator[Slide]:
    """That there are too few answers, and the means of two rounds together where they are shown."""
    kept = setting.say("small.not_lost")
    if page.pooled is None:
        lead = setting.say("small.lead", minimum=page.minimum)
        yield Slide(setting.say("small.title"), (lead, kept))
        return
    lead = setting.say("small.lead_pooled", minimum=page.minimum)
    yield Slide(setting.say("small.title_pooled"), (lead, kept))
    yield Slide(page.pooled.title, page.pooled.sentences)
    for view in page.pooled.overviews:
        headings = tuple(heading.text for heading in view.table.headings)
        rows = tuple((row.head, *row.cells) for row in view.table.rows)
        yield Slide(page.pooled.title, grid=Grid((headings, *rows)), foot=view.table.caption)


def _scored(site: str | None, released: Estimates, setting: Setting) -> tuple[ResultGroup, ...]:
    return tuple(
        group
        for section in setting.instrument.sections
        if section.display == "scores"
        for group in result_groups(setting.instrument, section, released, setting.wording, site)
    )


# ------------------------------------------------------------------ slides with figures


def _title(heading: str, setting: Setting) -> Slide:
    study = setting.study
    kicker = setting.say("page.kicker", programme=study.title, wave=study.wave)
    return Slide(heading, (kicker, *(notice.text for notice in notices_of(setting))))


def _means(
    groups: Sequence[ResultGroup], setting: Setting, whose: str, said: Sequence[str]
) -> Iterator[Slide]:
    """Means of the topics as bars with their likely ranges, a slide for each response scale.

    Those of a site stand beside those of the programme. `said` are the headlines of its page.
    """
    for place, group in enumerate(group for group in groups if group.shown):
        shown = group.shown
        section = setting.wording.of(group.section.title)
        series = [_series(whose, [result.own for result in shown])]
        if said:
            programme = [result.programme for result in shown]
            series.append(_series(setting.say("word.programme"), programme))
        title = setting.say("overview.title", section=section)
        headline = said[:1] if place == 0 and said else headlines([group], {}, setting)[:1]
        answers = shown[0].scale.response_scale
        yield Slide(
            headline[0] if headline else title,
            chart=_bars(title, shown, series, answers),
            foot=_ends(answers, setting),
        )


def _series(name: str, means: Sequence[Estimate | None]) -> Series:
    return Series(
        name,
        tuple(mean.value if mean else None for mean in means),
        tuple(mean.interval if mean else None for mean in means),
    )


def _bars(
    description: str, shown: Sequence[ScaleResult], series: Sequence[Series], answers: ResponseScale
) -> BarChart:
    return BarChart(
        description=description,
        categories=tuple(result.title for result in shown),
        series=tuple(series),
        lowest=answers.lowest,
        highest=answers.highest,
        number_format=ONE_DECIMAL,
    )


def _ends(answers: ResponseScale, setting: Setting) -> str:
    low, high = ends_of(answers, setting)
    ends, ranges = setting.say("slides.ends", low=low, high=high), setting.say("slides.ranges")
    return f"{ends}. {ranges}"


def _two_groups(groups: Sequence[ResultGroup], setting: Setting) -> Iterator[Slide]:
    """The two respondent groups side by side, where both may be shown."""
    description = setting.say("site.group_heading")
    for group in groups:
        both = [(result, result.groups) for result in group.shown if _has_both(result)]
        told = [groups for _, groups in both if groups]
        if not told:
            continue
        series = [
            _series(told[0].first, [groups.first_mean for groups in told]),
            _series(told[0].second, [groups.second_mean for groups in told]),
        ]
        shown = [result for result, _ in both]
        answers = shown[0].scale.response_scale
        yield Slide(
            _how_far_apart(shown, setting) or description,
            chart=_bars(description, shown, series, answers),
            foot=_ends(answers, setting),
        )


def _has_both(result: ScaleResult) -> bool:
    groups = result.groups
    return groups is not None and None not in (groups.first_mean, groups.second_mean)


def _how_far_apart(shown: Sequence[ScaleResult], setting: Setting) -> str:
    """The largest difference that chance does not explain, as a sentence; empty without one."""
    clear = [result for result in shown if result.groups and result.groups.difference.excludes(0.0)]
    apart = furthest_apart(clear)
    if apart is None or apart.groups is None:
        return ""
    sentence = group_sentence(apart.groups, setting)
    return setting.say("headline.apart", topic=apart.title, sentence=sentence)


def _counters(site: str | None, released: Estimates, setting: Setting) -> Iterator[Slide]:
    """How counters were shared out among pictures, a bar for each question."""
    for section in setting.instrument.sections:
        if found := shared_out(section, site, released, setting):
            yield Slide(setting.say("site.counters_heading"), chart=_stacked(found, setting))


def _stacked(found: Sequence[SharedOut], setting: Setting) -> BarChart:
    total = found[0].allocation.total
    parts = [part for part, _ in found[0].parts]
    return BarChart(
        description=setting.say("counters.intro", total=setting.numbers.count(total)),
        categories=tuple(shared.title for shared in found),
        series=tuple(
            Series(setting.wording.of(part.title), tuple(_mean_of(part.id, one) for one in found))
            for part in parts
        ),
        lowest=0,
        highest=total,
        number_format=ONE_DECIMAL,
        stacked=True,
    )


def _mean_of(part: str, shared: SharedOut) -> float | None:
    return next((mean.value for one, mean in shared.parts if one.id == part), None)


def _between_sites(scale_comparisons: pd.DataFrame, setting: Setting) -> Iterator[Slide]:
    """The share of differences that goes with the site, by topic."""
    plain = scale_comparisons[
        (scale_comparisons["wave"] == setting.study.wave)
        & (scale_comparisons["basis"] == "plain")
        & scale_comparisons["variance_between"].notna()
    ].set_index("scale")
    shown = [scale for scale in setting.instrument.scored_scales if scale.id in plain.index]
    if not shown:
        return
    between = plain["variance_between"].astype(float)
    shares = between / (between + plain["variance_within"].astype(float))
    yield Slide(
        setting.say("comparative.variance"),
        chart=BarChart(
            description=setting.say("slides.between"),
            categories=tuple(setting.wording.of(scale.title) for scale in shown),
            series=(
                Series(
                    setting.say("slides.between"),
                    tuple(float(shares[scale.id]) for scale in shown),
                ),
            ),
            lowest=0,
            highest=1,
            number_format=PER_CENT,
        ),
        foot=setting.say("slides.between"),
    )


# ------------------------------------------------------------------ slides to talk and act


def _questions(topics: Sequence[StartTopic], setting: Setting) -> Iterator[Slide]:
    """A question of each topic, on as many slides as they need, each with a title of its own."""
    lines = [f"{topic.title}: {topic.questions[0]}" for topic in topics if topic.questions]
    title = setting.say("small.questions_title")
    firsts = range(0, len(lines), QUESTIONS_A_SLIDE)
    for place, first in enumerate(firsts, start=1):
        counted = f"{title} ({place}/{len(firsts)})" if len(firsts) > 1 else title
        yield Slide(counted, tuple(lines[first : first + QUESTIONS_A_SLIDE]))


def _meeting(step_one: str, setting: Setting) -> Slide:
    steps = [
        f"{setting.say('meeting.step_one_title')}. {step_one}",
        f"{setting.say('meeting.step_two_title')}. {setting.say('meeting.step_two')}",
        f"{setting.say('meeting.step_three_title')}. {setting.say('meeting.step_three')}",
    ]
    return Slide(setting.say("site.meeting"), (setting.say("meeting.intro"), *steps))


def _plan(starts: Sequence[StartTopic], setting: Setting) -> Slide:
    """A table to fill in, with the topics put forward."""
    names = ("topic", "try", "who", "when", "see", "tell")
    heading = tuple(setting.phrases.say(f"plan.{name}") for name in names)
    topics = [start.title for start in starts][:PLAN_ROWS]
    blank = max(1, PLAN_ROWS - len(topics))
    rows = [(topic, *[""] * (len(names) - 1)) for topic in (*topics, *[""] * blank)]
    return Slide(setting.say("plan.title"), grid=Grid((heading, *rows)))


def _next_steps(setting: Setting) -> Slide:
    steps = tuple(setting.phrases.say(f"index.next_{number}") for number in ("one", "two", "three"))
    return Slide(setting.say("index.next"), (*steps, setting.say("index.no_uses")))


def _about(lines: Sequence[str], setting: Setting) -> Slide:
    return Slide(setting.say("page.about_report"), (*lines, *foot_of(setting)))
