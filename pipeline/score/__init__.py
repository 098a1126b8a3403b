"""From answers to scale scores."""

from pipeline.score.scales import key_items, keyed_scales, score_responses, score_scale

__all__ = ["key_items", "keyed_scales", "score_responses", "score_scale"]
