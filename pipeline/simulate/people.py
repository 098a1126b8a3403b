"""Drawing the people of each site: their group, their traits and the time they take."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.simulate.lists import generators_of_lists
from pipeline.simulate.measurement import MeasurementModel
from pipeline.simulate.sites import context_shifts

Floats = NDArray[np.float64]


def draw_people(
    sites: pd.DataFrame, model: MeasurementModel, rng: np.random.Generator
) -> pd.DataFrame:
    """One row a person: where and how they answer, their group and their time.

    Columns are ``place`` (row of the site), ``site``, ``platform``, ``group`` and ``seconds``.
    The shares of the groups in a site follow a Dirichlet distribution around `group_mix`; the
    time is log-normal.
    """
    place = np.repeat(np.arange(len(sites)), sites["people"])
    groups = list(model.group_mix)
    mix = np.array(list(model.group_mix.values()))
    shares = rng.dirichlet(mix / mix.sum() * model.group_concentration, size=len(sites))
    cumulative = shares.cumsum(axis=1)[place]
    group = (rng.random(len(place))[:, None] > cumulative[:, :-1]).sum(axis=1)
    seconds = draw_seconds(len(place), model, rng)
    return pd.DataFrame(
        {
            "place": place,
            "site": sites["site"].to_numpy()[place],
            "platform": sites["platform"].to_numpy()[place],
            "group": np.array(groups, dtype=object)[group],
            "seconds": seconds,
        }
    )


def draw_seconds(count: int, model: MeasurementModel, rng: np.random.Generator) -> Floats:
    """The time that each of `count` people takes for the whole form, log-normal."""
    minutes = model.median_minutes * np.exp(model.spread_minutes * rng.standard_normal(count))
    return np.round(60 * minutes)


def draw_levels(
    sites: pd.DataFrame, model: MeasurementModel, rng: np.random.Generator
) -> pd.DataFrame:
    """What the people of a site have in common, sites by scales: chance and the site form."""
    chance = draw_correlated(len(sites), model, rng) * np.sqrt(model.icc.to_numpy())
    levels: pd.DataFrame = context_shifts(sites, model) + chance
    return levels


def draw_correlated(count: int, model: MeasurementModel, rng: np.random.Generator) -> Floats:
    """Standard normal numbers, `count` by scales, correlated as the traits are.

    Lists come last, from the last of the questionnaire to the first, each with a generator of its
    own: so a list leaves the other scales, and the lists after it, as they are.
    """
    scales = [name for name in model.icc.index if name not in model.lists]
    chance = generators_of_lists(model.lists, rng)
    between = model.correlations.loc[scales, scales].to_numpy()
    independent = rng.standard_normal((count, len(scales)))
    drawn = independent @ np.linalg.cholesky(between).T
    if not chance:
        return np.asarray(drawn, dtype=float)
    order = [*scales, *chance]
    root = np.linalg.cholesky(model.correlations.loc[order, order].to_numpy())[len(scales) :]
    apart = np.column_stack([of_list.standard_normal(count) for of_list in chance.values()])
    of_lists = np.hstack([independent, apart]) @ root.T
    both = pd.DataFrame(np.hstack([drawn, of_lists]), columns=order)
    return both[model.icc.index].to_numpy()


def draw_traits(
    people: pd.DataFrame,
    levels: pd.DataFrame,
    model: MeasurementModel,
    rng: np.random.Generator,
) -> pd.DataFrame:
    r"""Latent scores, people by scales.

    .. math:: \theta_{is} = \sqrt{\rho_s}\, u_{g(i)s} + \sqrt{1 - \rho_s}\, e_{is}
              + \delta_{\text{group}(i),s} + \gamma_{\text{context}(g),s}

    with :math:`u` and :math:`e` standard normal and correlated over scales as in
    `model.correlations`, and :math:`\rho_s` the share of variance between sites. Before the
    shifts :math:`\delta` and :math:`\gamma` every trait has variance 1. `levels` holds the terms
    of the site.
    """
    by_site = levels.to_numpy()[people["place"].to_numpy()]
    of_person = draw_correlated(len(people), model, rng) * np.sqrt(1 - model.icc.to_numpy())
    by_group = model.group_shifts.loc[people["group"]].to_numpy()
    return pd.DataFrame(by_site + of_person + by_group, people.index, levels.columns)
