"""Drawing an earlier survey round: who answered then, and what has changed since."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline.instrument import Instrument
from pipeline.simulate.design import Design, EarlierRound, EarlierSite, SiteDesign
from pipeline.simulate.measurement import MeasurementModel
from pipeline.simulate.people import draw_correlated, draw_seconds


def earlier_design(design: Design, then: EarlierRound) -> Design:
    """The design of an earlier round as if it were the only one."""
    labels = {site.site: site.label for site in design.sites}
    return Design(
        programme=design.programme,
        first_day=then.first_day,
        sites=tuple(
            SiteDesign(site.site, labels[site.site], site.people, then.platform)
            for site in then.sites
        ),
        dirt={then.platform: then.dirt},
        field_days=then.field_days,
        comments=design.comments,
        wave=then.wave,
    )


def earlier_sites(sites: pd.DataFrame, then: EarlierRound) -> pd.DataFrame:
    """The sites of an earlier round with the site form of the latest one, nobody said invited."""
    chosen = sites.set_index("site", drop=False).loc[[site.site for site in then.sites]]
    then_only = chosen.reset_index(drop=True).assign(
        people=[site.people for site in then.sites], platform=then.platform
    )
    return then_only.drop(columns=["invited", "invited_groups"])


def draw_earlier_people(
    latest: pd.DataFrame, then: EarlierRound, model: MeasurementModel, rng: np.random.Generator
) -> pd.DataFrame:
    """One row a person of an earlier round, those who answer again first in each site.

    Columns are those of :func:`~pipeline.simulate.people.draw_people` and ``same_as``, the row of
    the same person in `latest`. People who answer again keep their group; the groups of the
    others are drawn from the mix that the design gives for the site, or from its people in
    `latest`.
    """
    sites = [
        _draw_people_of(site, place, latest[latest["site"] == site.site], model, rng)
        for place, site in enumerate(then.sites)
    ]
    people = pd.concat(sites, ignore_index=True)
    return people.assign(platform=then.platform, seconds=draw_seconds(len(people), model, rng))


def _draw_people_of(
    site: EarlierSite,
    place: int,
    latest: pd.DataFrame,
    model: MeasurementModel,
    rng: np.random.Generator,
) -> pd.DataFrame:
    again = rng.permutation(latest.index.to_numpy())[: site.again]
    others = site.people - len(again)
    shares = _shares(site.group_mix, latest["group"], model)
    drawn = rng.choice(np.array(list(shares), dtype=object), others, p=list(shares.values()))
    nobody = pd.array([pd.NA] * others, dtype="Int64")
    return pd.DataFrame(
        {
            "place": place,
            "site": site.site,
            "group": [*latest.loc[again, "group"], *drawn],
            "same_as": pd.array([*again, *nobody], dtype="Int64"),
        }
    )


def _shares(
    mix: Mapping[str, float], groups: pd.Series, model: MeasurementModel
) -> Mapping[str, float]:
    """Share of each group, from a mix; from the groups of some people without one."""
    weights = {group: mix.get(group, 0.0) for group in model.group_mix}
    if not sum(weights.values()):
        weights = {group: float((groups == group).sum()) for group in model.group_mix}
    whole = sum(weights.values())
    return {group: weight / whole for group, weight in weights.items()}


def draw_earlier_levels(
    latest: pd.DataFrame,
    sites: pd.DataFrame,
    then: EarlierRound,
    model: MeasurementModel,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """What the people of a site had in common then: the level now without what has changed."""
    names = [site.site for site in then.sites]
    now = latest.set_axis(pd.Index(sites["site"]), axis=0).loc[names]
    asked = pd.DataFrame([dict(site.changes) for site in then.sites], index=now.index)
    planned = asked.reindex(columns=latest.columns).astype(float).fillna(0.0)
    chance = then.chance_change * draw_correlated(len(names), model, rng)
    return (now - planned - chance).reset_index(drop=True)


def draw_earlier_traits(
    people: pd.DataFrame,
    levels: pd.DataFrame,
    own_now: pd.DataFrame,
    stability: float,
    model: MeasurementModel,
    rng: np.random.Generator,
) -> pd.DataFrame:
    r"""Latent scores of an earlier round, people by scales.

    What somebody who answers again has of a trait apart from site and group was

    .. math:: e^{\text{then}} = r e^{\text{now}} + \sqrt{1 - r^2}\, d

    with :math:`r` the `stability`, :math:`e^{\text{now}}` the row of `own_now` and :math:`d` as
    variable as it; for everybody else :math:`r = 0`.
    """
    new = draw_correlated(len(people), model, rng) * np.sqrt(1 - model.icc.to_numpy())
    again = people["same_as"].notna().to_numpy()
    own = new.copy()
    rows = people.loc[again, "same_as"].astype(int)
    own[again] = stability * own_now.loc[rows].to_numpy() + np.sqrt(1 - stability**2) * new[again]
    by_site = levels.to_numpy()[people["place"].to_numpy()]
    by_group = model.group_shifts.loc[people["group"]].to_numpy()
    return pd.DataFrame(by_site + own + by_group, people.index, levels.columns)


def keep_answers(
    drawn: pd.DataFrame, same_as: pd.Series, latest: pd.DataFrame, instrument: Instrument
) -> pd.DataFrame:
    """The answers about the person; who answers again gives the one that tells the group again."""
    if instrument.grouping is None or instrument.grouping.question not in drawn:
        return drawn
    question = instrument.grouping.question
    again = same_as.dropna().astype(int)
    given = latest[question].loc[again].set_axis(again.index).dropna()
    kept = drawn.copy()
    kept.loc[given.index, question] = given
    return kept
