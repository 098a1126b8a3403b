"""Every sign of careless answering, before anything is concluded from it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.ingest.screening.duplicates import DuplicateGroups, are_varied, find_duplicates
from pipeline.ingest.screening.even_odd import even_odd_consistency
from pipeline.ingest.screening.item_pairs import correlate_items, find_pairs, pair_consistency
from pipeline.ingest.screening.items import Items
from pipeline.ingest.screening.mahalanobis import distances_where_judged
from pipeline.ingest.screening.matrix import Answers, FloatArray, blocks, in_blocks
from pipeline.ingest.screening.person_fit import count_guttman_errors, person_total_correlations
from pipeline.ingest.screening.rules import ScreeningRules
from pipeline.ingest.screening.runs import identical_runs
from pipeline.ingest.screening.spread import intra_individual_sd
from pipeline.ingest.screening.time_taken import seconds_per_item, share_of_site_median


def compute_signs(
    answers: Answers, seconds: pd.Series, site: pd.Series, items: Items, rules: ScreeningRules
) -> pd.DataFrame:
    """The signs of each respondent as numbers, NaN where they cannot be judged.

    Parameters
    ----------
    answers : ndarray, shape (n_people, n_items)
        Answers as given, before keying, a column for each of `items`; NaN for none.
    seconds, site : Series
        Time taken and site, one of each a respondent; their index is that of the result.
    items : Items
        What is known about the items.
    rules : ScreeningRules
        Smallest numbers of answers and people.
    """
    index = seconds.index
    n_answered = pd.Series((~np.isnan(answers)).sum(axis=1), index=index, dtype="int64")
    per_item = seconds_per_item(seconds, n_answered)
    runs = identical_runs(answers, items.directions)
    groups = _duplicate_groups(answers, items, rules)
    return pd.DataFrame(
        {
            "n_answered": n_answered,
            "longest_run": runs.longest,
            "average_run": runs.average,
            "run_across_keying": runs.across_keying,
            "individual_sd": intra_individual_sd(answers),
            **_signs_of_consistency(answers, items, rules),
            "seconds_per_item": per_item,
            "share_of_site_median": share_of_site_median(per_item, site, rules.least_at_site),
            "duplicates": groups.exact,
            "near_duplicates": groups.near,
        },
        index=index,
    )


def _signs_of_consistency(
    answers: Answers, items: Items, rules: ScreeningRules
) -> dict[str, FloatArray]:
    """How well answers go together, and with those of others where enough people answered."""
    known = _without_rare_items(answers, rules.least_people)
    synonyms, antonyms = _pair_signs(known, rules)
    distances = distances_where_judged(
        answers, rules.least_people, rules.people_per_item, rules.least_items
    )
    return {
        "even_odd": in_blocks(lambda block: _even_odd_of_keyed(block, items), answers),
        "synonyms": synonyms,
        "antonyms": antonyms,
        "person_total": person_total_correlations(known, rules.least_items),
        "guttman": _guttman_of_scales(answers, items, rules),
        "mahalanobis": distances.squared,
        "mahalanobis_p": distances.p,
    }


def _pair_signs(answers: Answers, rules: ScreeningRules) -> tuple[FloatArray, FloatArray]:
    correlations = correlate_items(answers)
    threshold, people = rules.pair_correlation, rules.least_people
    synonyms = find_pairs(correlations, threshold, "synonyms", people)
    antonyms = find_pairs(correlations, threshold, "antonyms", people)
    return (
        pair_consistency(answers, synonyms, rules.least_pairs),
        pair_consistency(answers, antonyms, rules.least_pairs),
    )


def _even_odd_of_keyed(answers: FloatArray, items: Items) -> FloatArray:
    keyed = items.turn_round(answers)
    return even_odd_consistency(keyed, [scale.columns for scale in items.scales])


def _guttman_of_scales(answers: Answers, items: Items, rules: ScreeningRules) -> FloatArray:
    """Guttman errors over all scales, divided by the largest number possible."""
    errors, maximum, n_answered = np.zeros((3, len(answers)))
    for scale in items.scales:
        keyed = items.turn_round_some(answers, scale.columns)
        keyed = keyed[:, _answered_by_enough(keyed, rules.least_people)]
        counted = count_guttman_errors(keyed, scale.n_categories, scale.lowest)
        errors += np.nan_to_num(counted.errors)
        maximum += np.nan_to_num(counted.maximum)
        n_answered += (~np.isnan(keyed)).sum(axis=1)
    judged = (maximum > 0) & (n_answered >= rules.least_items)
    return np.where(judged, errors / np.where(judged, maximum, 1.0), np.nan)


def _duplicate_groups(answers: Answers, items: Items, rules: ScreeningRules) -> DuplicateGroups:
    """Groups among those who did not answer nearly everything the same, as given or keyed."""
    compared = are_varied(answers, rules.most_same)
    for block in blocks(len(answers)):
        compared[block] &= are_varied(items.turn_round(answers[block]), rules.most_same)
    return find_duplicates(answers, compared, rules.duplicate_items, rules.near_share)


def _without_rare_items(answers: Answers, least_people: int) -> Answers:
    """Answers to items that enough people answered; blank for the others."""
    enough = _answered_by_enough(answers, least_people)
    if enough.all():
        return answers
    known = answers.copy()
    known[:, ~enough] = np.nan
    return known


def _answered_by_enough(answers: Answers, least_people: int) -> np.ndarray:
    return np.asarray((~np.isnan(answers)).sum(axis=0) >= least_people)
