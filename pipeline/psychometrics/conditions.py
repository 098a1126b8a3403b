"""Short words for what stood in the way of a number, and what each of them means.

A statistic that could not be estimated, or only with a reservation, is a result: its field
``condition`` holds one of these words, or several with a space between them.
"""

from collections.abc import Iterable

MEANING_OF_CONDITION: dict[str, str] = {
    "agreement_out_of_range": "Members of a group differ more than people who answer at random, so "
    "the index lies outside 0 to 1 and says no more than that they do not agree.",
    "answer_outside_categories": "An answer is not one of the categories given for the item.",
    "below_criterion": "The index is lower than what it is held against.",
    "correlation_at_boundary": "Two items are correlated perfectly, or nearly so, so their "
    "correlation has no standard error.",
    "between_groups_at_boundary": "Groups do not differ on an item, or on a combination of items, "
    "beyond chance, so tests of what lies between them are rough.",
    "ceiling": "More than 15 % gave the highest answer, so the item cannot tell them apart.",
    "constant_item": "Everyone gave the same answer to an item, so it has no correlations.",
    "covariate_left_out": "A covariate does not vary, or not within groups, or follows from the "
    "others, so it has no coefficient.",
    "cross_loading": "An item loads on a second factor, or nearly as much as on its first.",
    "empty_category": "Nobody chose one of the categories of an item.",
    "equal_changes": "Everybody changed by the same amount or not at all, so there is no error.",
    "factor_without_items": "A factor is measured by other factors alone, so Bartlett's method "
    "gives no scores on it.",
    "factor_without_loadings": "A factor explains nothing, so there are fewer factors than were "
    "asked for; they were not rotated.",
    "factor_without_target": "There are more factors than targets, so a factor is left over.",
    "factors_not_positive_definite": "Factors are correlated beyond what is possible, so "
    "the solution is inadmissible.",
    "fewer_groups_than_parameters": "There are fewer groups than numbers to estimate between them, "
    "so standard errors and tests at that level cannot be relied on.",
    "few_groups": "There are fewer than ten groups, so standard errors and intervals that rest on "
    "them are rough, and often too small.",
    "floor": "More than 15 % gave the lowest answer, so the item cannot tell them apart.",
    "heywood_case": "A communality is 1 or more, or was held at the bound below it.",
    "inter_item_out_of_range": "Two items go together less (below .15) or more (above .85) than is "
    "usual within a scale.",
    "item_without_answers": "Nobody answered an item.",
    "item_without_ratings": "Nobody rated or sorted an item.",
    "merged_categories": "A group did not use a category of an item; it was counted as "
    "the next one in all groups.",
    "misplaced": "An item loads most on another factor than its own.",
    "negative_factor_variance": "The variance of a factor is negative, so the solution "
    "is inadmissible.",
    "negative_residual_variance": "The factors explain more than all of an item, so the "
    "solution is inadmissible.",
    "negative_within_scale": "Items of a scale are not correlated positively on average, so that "
    "absolute correlations mislead; see whether all are keyed the same way.",
    "much_non_invariance": "More than a quarter of the loadings and intercepts differ between "
    "groups, so their factor means are not to be relied on.",
    "no_degrees_of_freedom": "The factors take as many numbers as there are correlations, so how "
    "well they fit cannot be tested.",
    "no_number_suggested": "No number of factors that was tried meets the rule.",
    "no_published_null": "How much slightly skewed answers vary has not been published for this "
    "number of categories.",
    "no_repeated_groups": "Every group has one member, so nothing can be said within groups.",
    "no_scaling_factor": "There are too few groups to correct the chi-square for answers that are "
    "not normal.",
    "no_variance_between_groups": "The groups differ no more than chance would have it, so the "
    "variance between them is estimated as 0.",
    "no_variation": "All scores are the same.",
    "no_variation_between_groups": "The groups have exactly the same mean.",
    "no_variation_within_groups": "Members of a group all have the same score.",
    "not_converged": "The search for the best solution stopped before it was found.",
    "not_identified": "The answers leave some of the numbers of the model undetermined.",
    "not_positive_definite": "Items determine one another exactly, so the model has no solution.",
    "not_positive_definite_smoothed": "The correlations contradict or determine one another; the "
    "nearest usable matrix was taken, and by how much it differs is reported.",
    "one_factor": "There is only one factor, so there is no general factor above it.",
    "one_item": "There is only one item.",
    "residuals_not_positive_definite": "Residuals are correlated beyond what is "
    "possible, so the solution is inadmissible.",
    "overlapping_cutoff": "A true model may fit worse than this wrong one, so no limit tells them "
    "apart.",
    "partial_invariance_not_found": "A step of the ladder still differs between groups after every "
    "item was let go that may be.",
    "sparse_category": "Fewer than 5 % chose a category of an item.",
    "target_without_factor": "There are fewer factors than targets, so a target found no factor.",
    "too_few_groups": "There are fewer than two groups.",
    "too_few_raters": "Fewer than three people rated or sorted an item, so its index says little.",
    "too_few_respondents": "Too few respondents gave usable answers.",
    "too_many_factors": "The items are too few for this number of factors.",
    "two_factors": "Two factors do not determine a general factor; both were given the same "
    "loading on it.",
    "two_items": "Two items are too few for this statistic.",
    "uncorrelated_factors": "The factors were kept uncorrelated, so nothing lies above them.",
    "uncorrelated_items": "The items are correlated no more than chance would have it, so a model "
    "cannot be held against one without factors.",
    "too_many_candidates": "So many items could differ between groups that a search for those that "
    "do would take too long; it was left out.",
    "undefined_correlation": "Two items have no correlation, so the matrix has a hole.",
    "undefined_draws": "The model could not be fitted to some of the drawn samples; the limits "
    "rest on the others.",
    "undefined_replications": "Some of the samples drawn by the bootstrap gave no result; the "
    "interval rests on the others.",
    "weak_loading": "An item loads less than .40 on its own factor.",
}


def joined(words: Iterable[str | None]) -> str | None:
    """Several conditions as one, each named once; missing where there is none.

    Examples
    --------
    >>> joined([None, "constant_item", "constant_item", "not_converged"])
    'constant_item not_converged'
    """
    named = dict.fromkeys(word for entry in words if entry for word in entry.split())
    unknown = [word for word in named if word not in MEANING_OF_CONDITION]
    if unknown:
        raise ValueError(f"no such condition: {unknown}; add its meaning to MEANING_OF_CONDITION")
    return " ".join(named) or None
