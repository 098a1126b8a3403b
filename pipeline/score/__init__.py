"""From answers to scale scores."""

from pipeline.score.claim_variables import FEWEST_SITES, ClaimVariables, claim_variables
from pipeline.score.covariates import covariates_of
from pipeline.score.scales import (
    FEWEST_ITEMS_FOR_FIT,
    factor_items,
    items_asked,
    items_read_together,
    items_that_vary,
    key_items,
    keyed_scales,
    scales_with_factor,
    score_responses,
    score_scale,
    treatment_of_missing,
)

__all__ = [
    "FEWEST_ITEMS_FOR_FIT",
    "FEWEST_SITES",
    "ClaimVariables",
    "claim_variables",
    "covariates_of",
    "factor_items",
    "items_asked",
    "items_read_together",
    "items_that_vary",
    "key_items",
    "keyed_scales",
    "scales_with_factor",
    "score_responses",
    "score_scale",
    "treatment_of_missing",
]
