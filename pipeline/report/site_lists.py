"""Lists of single conditions on a site page: what helps, and what gets in the way.

Every statement of a list stands for itself: there is no total, and no site is set beside another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from pipeline.instrument.model import Item, Scale, Section
from pipeline.report.charts import DivergingBar, diverging_bar, reach_of
from pipeline.report.pages import Link, Setting
from pipeline.report.results import CodeShare, code_shares
from pipeline.report.site_data import SiteData
from pipeline.report.site_statements import THREE, LegendEntry, answer_legend, answer_shares
from pipeline.report.site_topics import anchor_of
from pipeline.report.tables import ShownTable, shown_table
from pipeline.report.withholding import reason

AT_MOST = 4
"""Statements that are picked out for an answer; further ones of the same share would be chance."""
MOST_CODES = 5
"""Statements that are named for their answers off the scale; more are only counted."""
OFTEN = 0.2
"""Share of answers off the scale from which a statement is named for them."""
ERROR_RATE = 0.05
"""Chance, over all pairs of a list, that any difference which is only chance is called clear."""
UNITS = (0.2, 0.1, 0.05, 0.02)
"""Units, coarsest first, that released shares may have been rounded to, besides whole per cent."""
WHOLE_PERCENT = 0.01
LOW, HIGH = 0, 2
"""Places of the lower and the higher answers among the three shares of a statement."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A statement of a list with what was released about its answers.

    Attributes
    ----------
    item : Item
        The statement.
    shares : tuple of float
        Shares of lower, middle and higher answers.
    n : int
        People who rated it, about; 0 where that is not told.
    unit : float
        What the shares were rounded to.
    codes : tuple of CodeShare
        Answers off the scale, the most frequent first.
    """

    item: Item
    shares: tuple[float, ...]
    n: int
    unit: float
    codes: tuple[CodeShare, ...]


@dataclass(frozen=True, slots=True)
class ListRow:
    """A statement that is picked out: its answers, and the topics it bears on."""

    text: str
    bar: DivergingBar
    shares: tuple[str, ...]
    people: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ListGroup:
    """The statements that got one kind of answer most often, and how sure that is."""

    title: str
    rows: tuple[ListRow, ...]
    note: str


@dataclass(frozen=True, slots=True)
class ListView:
    """A list of single conditions as a site reads it.

    Attributes
    ----------
    anchor, title : str
        Where it is on the page, and its name.
    definition, asked : str
        What the list is about; what people were told about it, and asked.
    legend : tuple of LegendEntry
        What the segments of the bars, and the columns of shares, stand for.
    groups : tuple of ListGroup
        The short groups; none where fewer than half of the statements may be shown.
    mixed : tuple of str
        Sentences about statements that are in more than one group.
    codes : tuple of str
        Sentences about statements that many people did not rate.
    absent : str
        Why some or all of the statements show no answers; empty where all do.
    table : ShownTable or None
        All statements that show answers, in the order of the questionnaire.
    questions : tuple of str
        Questions to talk about.
    """

    anchor: str
    title: str
    definition: str
    asked: str
    legend: tuple[LegendEntry, ...]
    groups: tuple[ListGroup, ...]
    mixed: tuple[str, ...]
    codes: tuple[str, ...]
    absent: str
    table: ShownTable | None
    questions: tuple[str, ...]

    @property
    def link(self) -> Link:
        """The way to the list on its page."""
        return Link(f"#{self.anchor}", self.title)


def list_views(data: SiteData, setting: Setting) -> tuple[ListView, ...]:
    """Every list that the form asks, in the order of the questionnaire."""
    sections = (one for one in setting.instrument.sections if one.display == "list")
    return tuple(
        _list_view(scale, section, data, setting)
        for section in sections
        for scale in setting.instrument.scales_in(section)
    )


def _list_view(scale: Scale, section: Section, data: SiteData, setting: Setting) -> ListView:
    conditions = tuple(_conditions(scale, data, setting))
    legend = answer_legend(scale.response_scale, setting, fine=False)
    picked = {end: most_often(conditions, end) for end in (HIGH, LOW)}
    return ListView(
        anchor=f"list-{scale.id.lower()}",
        title=setting.wording.of(scale.title),
        definition=setting.wording.of(scale.definition),
        asked=_asked(scale, section, setting),
        legend=_without_empty(legend),
        groups=tuple(
            _group(picked[end], end, conditions, legend, setting)
            for end in (HIGH, LOW)
            if len(conditions) >= max(AT_MOST, len(scale.items) / 2)
        ),
        mixed=tuple(_mixed(picked[HIGH], picked[LOW], setting)),
        codes=tuple(_code_sentences(conditions, setting)),
        absent=_absent(scale, conditions, data, setting),
        table=_table(conditions, legend, setting) if conditions else None,
        questions=tuple(setting.wording.of(text) for text in scale.reflective_questions),
    )


def _asked(scale: Scale, section: Section, setting: Setting) -> str:
    """What stood above the statements: how the section begins, and the question if there is one."""
    texts = (section.intro, scale.prompt)
    return " ".join(setting.wording.of(text) for text in texts if text)


def _conditions(scale: Scale, data: SiteData, setting: Setting) -> Iterator[Condition]:
    """The statements whose answers may be shown, in the order of the questionnaire."""
    found = {item.id: _shares(item, scale, data) for item in scale.items}
    units = _units([shown for shown in found.values() if shown])
    for item in scale.items:
        if shown := found[item.id]:
            shares, n = shown
            codes = code_shares(
                setting.instrument, data.released, setting.wording,
                site=data.site, scale=scale.id, item=item.id,
            )  # fmt: skip
            yield Condition(item, shares, n, units[n], codes)


def _shares(item: Item, scale: Scale, data: SiteData) -> tuple[tuple[float, ...], int] | None:
    """Shares of lower, middle and higher answers, and about how many people gave them."""
    found = answer_shares(item, scale, data.site, data.released, fine=False)
    about = data.released.at("share_high", site=data.site, scale=scale.id, item=item.id)
    return (found.shares, about.n or 0) if found and about else None


def _units(shown: Sequence[tuple[tuple[float, ...], int]]) -> dict[int, float]:
    """By number of people: the coarsest unit that all shares of as many people are multiples of."""
    shares_of: dict[int, list[float]] = {}
    for shares, n in shown:
        shares_of.setdefault(n, []).extend(shares)
    return {n: _coarsest_unit(shares) for n, shares in shares_of.items()}


def _coarsest_unit(shares: Sequence[float]) -> float:
    fitting = (
        unit
        for unit in UNITS
        if all(abs(share / unit - round(share / unit)) < 1e-6 for share in shares)
    )
    return next(fitting, WHOLE_PERCENT)


# ------------------------------------------------------------------ what is picked out


def most_often(conditions: Sequence[Condition], end: int) -> tuple[Condition, ...]:
    """The statements that got the answers of one end most often.

    At most :data:`AT_MOST`, and never more than half of all. Statements with the same share are
    picked out together or not at all, so nothing but their share decides.

    Parameters
    ----------
    conditions : sequence of Condition
        All statements of the list that show answers.
    end : int
        :data:`LOW` or :data:`HIGH`.
    """
    most = min(AT_MOST, len(conditions) // 2)
    picked: tuple[Condition, ...] = ()
    for share in sorted({one.shares[end] for one in conditions}, reverse=True):
        tied = tuple(one for one in conditions if one.shares[end] == share)
        if share == 0 or len(picked) + len(tied) > most:
            break
        picked = (*picked, *tied)
    return picked


def is_clearly_more(first: Condition, second: Condition, end: int, n_pairs: int) -> bool:
    r"""Whether one statement got the answers of one end more often than chance would explain.

    Parameters
    ----------
    first, second : Condition
        Two statements that the same people were asked about.
    end : int
        :data:`LOW` or :data:`HIGH`.
    n_pairs : int
        Pairs of statements among which this one was looked for.

    Notes
    -----
    With :math:`\tilde n = n + 2` and :math:`\tilde p = (np + 1) / \tilde n` [1]_, the difference of
    the shares, less what rounding may have added to it, must exceed

    .. math:: z \sqrt{\sum_{i = 1, 2} \frac{\tilde p_i (1 - \tilde p_i)}{\tilde n_i}}

    with :math:`z` such that :data:`ERROR_RATE` is shared out over all pairs (Bonferroni). How two
    answers of the same people hang together is not released, so they count as if of different
    people. Answers to a list mostly go together, and then chance makes smaller differences than
    this: too little is called clear, not too much.

    References
    ----------
    .. [1] Agresti & Caffo (2000). The American Statistician, 54(4), 280-288.
    """
    if not first.n or not second.n:
        return False
    z = NormalDist().inv_cdf(1 - ERROR_RATE / n_pairs / 2)
    variance = sum(_variance(one.shares[end], one.n) for one in (first, second))
    distance = first.shares[end] - second.shares[end] - (first.unit + second.unit) / 2
    return distance > z * sqrt(variance)


def _variance(share: float, n: int) -> float:
    adjusted = (n * share + 1) / (n + 2)
    return adjusted * (1 - adjusted) / (n + 2)


def _group(
    picked: Sequence[Condition],
    end: int,
    conditions: Sequence[Condition],
    legend: Sequence[LegendEntry],
    setting: Setting,
) -> ListGroup:
    reach = reach_of(one.shares for one in conditions)
    name = "high" if end == HIGH else "low"
    return ListGroup(
        title=setting.say("lists.often", answers=legend[end].text),
        rows=tuple(_row(one, legend, f"{name}-{one.item.id}", reach, setting) for one in picked),
        note=_certainty(picked, end, conditions, setting),
    )


def _certainty(
    picked: Sequence[Condition], end: int, conditions: Sequence[Condition], setting: Setting
) -> str:
    """How many other statements come so close that chance may decide which are picked out."""
    if not picked:
        return setting.say("lists.none_picked")
    n_pairs = len(conditions) * (len(conditions) - 1) // 2
    last = picked[-1]
    close = sum(
        not is_clearly_more(last, other, end, n_pairs)
        for other in conditions
        if other not in picked
    )
    if close == 0:
        return setting.say("lists.apart")
    if close == 1:
        return setting.say("lists.one_close")
    return setting.say("lists.close", number=setting.numbers.count(close))


def _row(
    condition: Condition, legend: Sequence[LegendEntry], name: str, reach: float, setting: Setting
) -> ListRow:
    text = setting.wording.of(condition.item.text)
    shares = tuple(setting.numbers.percent(share) for share in condition.shares)
    described = setting.say("items.bar_description", listed=", ".join(shares))
    return ListRow(
        text=text,
        bar=diverging_bar(f"list-{name}", text, described, condition.shares, THREE, reach),
        shares=_of_answers(shares, legend),
        people=_people(condition, setting),
        links=topics_of(condition.item, setting),
    )


def _of_answers(cells: Sequence[str], legend: Sequence[LegendEntry]) -> tuple[str, ...]:
    """The cells of answers that there are: a format with an even number has no middle one."""
    return tuple(cell for cell, entry in zip(cells, legend, strict=True) if entry.text)


def _without_empty(legend: Sequence[LegendEntry]) -> tuple[LegendEntry, ...]:
    return tuple(entry for entry in legend if entry.text)


def _people(condition: Condition, setting: Setting) -> str:
    if not condition.n:
        return setting.say("word.not_shown")
    return setting.numbers.people(condition.n, setting.study.minimum_n)


def topics_of(item: Item, setting: Setting) -> tuple[Link, ...]:
    """Ways to the topics of the page that a statement bears on, each once."""
    by_name = dict(_topics_by_name(setting))
    scales = (by_name[name] for name in item.bears_on if name in by_name)
    links = (
        Link(
            f"#{anchor_of(scale)}",
            setting.say("lists.see", topic=setting.wording.of(scale.title)),
        )
        for scale in scales
    )
    return tuple(dict.fromkeys(links))


def _topics_by_name(setting: Setting) -> Iterator[tuple[str, Scale]]:
    """The scales that a site page has a part about, by their id and by those of their facets."""
    for section in setting.instrument.sections:
        if section.display in ("scores", "profile"):
            for scale in setting.instrument.scales_in(section):
                if scale.has_score:
                    yield scale.id, scale
                    yield from ((facet.id, scale) for facet in scale.facets)


# ------------------------------------------------------------------ beside the groups


def _mixed(
    first: Sequence[Condition], second: Sequence[Condition], setting: Setting
) -> Iterator[str]:
    for one in first:
        if one in second:
            yield setting.say("lists.mixed", statement=_bare(one.item, setting))


def _code_sentences(conditions: Sequence[Condition], setting: Setting) -> Iterator[str]:
    """The statements that many people gave one and the same answer off the scale."""
    named = [one for one in conditions if one.codes and one.codes[0].share >= OFTEN]
    if len(named) > MOST_CODES:
        number, answer = setting.numbers.count(len(named)), named[0].codes[0].label
        yield setting.say("lists.many_codes", number=number, answer=answer)
        return
    for one in named:
        yield setting.say(
            "lists.code",
            share=setting.numbers.percent(one.codes[0].share),
            answer=one.codes[0].label,
            statement=_bare(one.item, setting),
        )


def _bare(item: Item, setting: Setting) -> str:
    return setting.wording.of(item.text).rstrip(".")


def _absent(scale: Scale, conditions: Sequence[Condition], data: SiteData, setting: Setting) -> str:
    if len(conditions) == len(scale.items):
        return ""
    rule = data.withheld.rule_for(data.site, scale.id, ["item_answers"])
    why = reason(rule, setting) if rule else setting.say("items.not_computed")
    if conditions:
        return setting.say("lists.some_absent", why=why)
    return setting.say("items.not_shown", why=why)


def _table(
    conditions: Sequence[Condition], legend: Sequence[LegendEntry], setting: Setting
) -> ShownTable:
    answers = [entry.text for entry in _without_empty(legend)]
    headings = [
        setting.say("site.statement"),
        *answers,
        setting.say("column.people"),
        setting.say("lists.others"),
    ]
    rows = [(setting.wording.of(one.item.text), _cells(one, legend, setting)) for one in conditions]
    return shown_table(setting.say("lists.table_caption"), headings, rows, [len(headings) - 1])


def _cells(
    condition: Condition, legend: Sequence[LegendEntry], setting: Setting
) -> tuple[str, ...]:
    shares = [setting.numbers.percent(share) for share in condition.shares]
    codes = [
        setting.say("topic.code", answer=code.label, share=setting.numbers.percent(code.share))
        for code in condition.codes
        if setting.numbers.percent(code.share) != setting.numbers.percent(0)
    ]
    listed = ", ".join(codes) or setting.say("word.none")
    return (*_of_answers(shares, legend), _people(condition, setting), listed)
