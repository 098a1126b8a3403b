"""What may leave about analyses of all answers together, such as item statistics."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from pipeline.benchmark.disclosure.release import counting_sites
from pipeline.benchmark.disclosure.rounding import share_unit
from pipeline.benchmark.disclosure.rules import DisclosureRules

DISTRIBUTION = re.compile(
    r"mean|sd|skewness|excess_kurtosis|share_of_answer_-?\d+|floor_share|ceiling_share"
    r"|n_missing|n_unused_categories"
)
"""Numbers that add up over sites: a small site could be had from them by subtraction."""

ASSOCIATION = re.compile(
    # items with others
    r"item_rest_(correlation|polyserial)|alpha_if_dropped"
    r"|(smallest|largest)_inter_item_correlation|inter_item_correlation"
    r"|polychoric_correlation|largest_change_by_smoothing|n_pairs_with_empty_cells"
    # reliability
    r"|spearman_brown|cronbach_alpha|ordinal_alpha|guttman_lambda[26]"
    r"|(omega_total|categorical_omega)_(observed|model_implied)|(ordered_)?one_factor_loading"
    r"|split_half_\w+|standard_error_of_measurement|smallest_detectable_change"
    # number of factors
    r"|kmo|bartlett_\w+|(observed|simulated_mean|simulated_percentile)_eigenvalue_\w+"
    r"|(components|factors)_suggested_\w+|suggested_factors|map_\w+|ekc_\w+|hull_\w+"
    r"|kmo_(first|second)|(kmo|communality)_ratio|largest_(msa|correlation)_difference"
    r"|sequential_\w+"
    # factors
    r"|pattern|structure|factor_correlation|target_loading|second_loading|congruence|communality"
    r"|uniqueness|proportion_of_variance|(corrected_)?rmsr|\w*chi_square\w*|df|p_value|rmsea\w*"
    r"|tli|cfi|bic|rotation_\w+|bootstrap_\w+|(general|group|second_order)_loading"
    r"|(group_)?omega_\w+|explained_common_variance"
    # confirmatory models
    r"|standardised_(loading|regression)|residual_(correlation|of_correlation)"
    r"|unexplained_factor_variance|explained_variance|n_free|scaling_factor|shift"
    r"|baseline_(df|scaling_factor)|(cfi|tli)_(scaled|robust)|[sc]rmr|log_likelihood\w*|aic|sabic"
    r"|(limit|cutoff)_\w+|htmt2?|average_variance_extracted|construct_replicability|determinacy"
    r"|omega|relative_omega|uncontaminated_correlations|explained_common_variance_within"
    r"|general_variance_within"
    # the same at all sites
    r"|n_sites\w*|srmr_within|p_value_(scaled|metric|strong)|cfi_change_metric|residual_share|icc_factor"
    # agreement
    r"|(rwg_j_(uniform|slightly_skewed|lindell)|ad_(mean|median))_(mean|median)(_zeroed)?"
    r"|(rwg_j_(uniform|slightly_skewed|lindell)|ad_(mean|median))_share_agreeing"
    r"|(variance|rwg_j_uniform|ad_mean|ad_mean_by_people)_mean_(observed|random_mean|random_sd|z|p_value)"
    # composition of sites
    r"|case_mix_(coefficient|r2_within|residual_variance|n_groups)"
    # variance
    r"|icc[12]_anova\w*|f|df_(between|within)|n0|n_groups|mean_group_size"
    r"|mean_square_(between|within)|icc1_reml|icc2_reml_\w+|variance_(between|within)|design_effect"
    r"|n_for_reliability_\d+|n_groups_reml"
)
"""Numbers about how answers go together, which have no counterpart at a site."""

MATRIX_FROM = 100
"""Fewest people behind the correlations of single items: so many numbers about so few people could
be solved for their answers."""

OF_PAIR = ("polychoric_correlation", "inter_item_correlation", "residual_of_correlation")
"""Correlations of two items, or numbers from which they follow."""

WITHHELD = "withheld"
"""Condition of a row whose number is held back."""

VALUES = ["estimate", "se", "ci_low", "ci_high"]


def release_pooled(
    pooled: pd.DataFrame,
    site_estimates: pd.DataFrame,
    rules: DisclosureRules,
    figures: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The estimates of a pooled analysis with what may not leave held back.

    Every row stays; a number that is held back is missing and its condition says ``withheld``.

    - A statistic that is not named here is withheld.
    - A number behind which there are fewer than ``minimum_n`` people is withheld (rule 1), and so
      is a correlation of two items among others behind which there are fewer than 100.
    - A distribution of one respondent group is withheld.
    - A distribution is withheld where the people of small sites do not count in the figures of the
      programme (rule 3), and where one answer has ``class_share`` or more (rule 4); it is rounded
      to ``mean_unit`` (rule 7). It is withheld too where the item's figures of the programme are
      rounded more or withheld, because of an earlier release for instance.
    - Counts of people are rounded (rule 6).

    Parameters
    ----------
    pooled : DataFrame
        Contract ``ESTIMATES``, from the answers of all sites.
    site_estimates : DataFrame
        Contract ``ESTIMATES``, every site; decides which sites count.
    rules : DisclosureRules
        What may leave.
    figures : DataFrame, optional
        By the contract RELEASE_FIGURES, of the same release.
    """
    distribution, association = (
        pooled["statistic"].str.fullmatch(names.pattern).astype(bool)
        for names in (DISTRIBUTION, ASSOCIATION)
    )
    few = pooled["n_respondents"].lt(rules.minimum_n).fillna(False)
    exposed = distribution & pooled["group"].notna()
    if (distribution & ~exposed).any():  # deciding which sites count takes longer than all the rest
        exposed |= distribution & ~_is_open(pooled, site_estimates, rules)
    if figures is not None:
        exposed |= distribution & pooled["item"].isin(_coarse_items(figures, rules))
    of_pair = pooled["statistic"].isin(list(OF_PAIR))
    in_matrix = of_pair & pooled["item"].notna()
    few |= in_matrix & pooled["n_respondents"].lt(MATRIX_FROM).fillna(False)
    withheld = few | exposed | ~(distribution | association)

    released = pooled.copy()
    unit = rules.mean_unit
    released.loc[distribution, VALUES] = (released.loc[distribution, VALUES] / unit).round() * unit
    released[VALUES] = released[VALUES].mask(withheld)
    released["condition"] = released["condition"].mask(withheld, WITHHELD)
    return _with_rounded_counts(released, rules)


def _is_open(
    pooled: pd.DataFrame, site_estimates: pd.DataFrame, rules: DisclosureRules
) -> pd.Series[bool]:
    """Rows of items whose answers all count in the programme and are not nearly all alike."""
    figures = counting_sites(site_estimates, rules)
    means = figures[
        (figures["statistic"] == "mean") & figures["group"].isna() & figures["item"].notna()
    ]
    open_items = means.groupby("item")["counts"].all()
    shares = pooled[pooled["statistic"].str.startswith("share_of_answer_")]
    alike = shares.loc[shares["estimate"] >= rules.class_share, "item"]
    return pooled["item"].isin(open_items.index[open_items]) & ~pooled["item"].isin(alike)


def _coarse_items(figures: pd.DataFrame, rules: DisclosureRules) -> pd.Series[str]:
    """Items that the programme does not show, or rounds more than the number of people asks for."""
    rows = figures[figures["site"].isna() & figures["family"].isin(["item_mean", "three", "five"])]
    n = rows["denominator"].fillna(0).to_numpy(dtype=float)
    is_mean = (rows["family"] == "item_mean").to_numpy(dtype=bool)
    usual = np.where(is_mean, rules.mean_unit, share_unit(n, rules))
    coarse = rows["unit"].to_numpy(dtype=float) > usual + 1e-9
    return rows.loc[coarse | rows["estimate"].isna().to_numpy(), "item"]


def _with_rounded_counts(released: pd.DataFrame, rules: DisclosureRules) -> pd.DataFrame:
    step = rules.round_counts_to
    released["n_respondents"] = (released["n_respondents"] / step).round().astype("Int64") * step
    people = released["statistic"] == "n_missing"
    released.loc[people, "estimate"] = (released.loc[people, "estimate"] / step).round() * step
    return released
