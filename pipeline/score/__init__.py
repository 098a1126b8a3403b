"""From answers to scale scores."""

from pipeline.score.scales import (
    factor_items,
    items_asked,
    items_read_together,
    key_items,
    keyed_scales,
    score_responses,
    score_scale,
    treatment_of_missing,
)

__all__ = [
    "factor_items",
    "items_asked",
    "items_read_together",
    "key_items",
    "keyed_scales",
    "score_responses",
    "score_scale",
    "treatment_of_missing",
]
