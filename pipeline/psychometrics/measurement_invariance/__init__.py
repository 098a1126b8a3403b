"""Whether a questionnaire measures the same in every group, and what follows if it does not."""
