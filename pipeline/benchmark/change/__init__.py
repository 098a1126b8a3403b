"""What changed between survey rounds: of sites, and of the people who answered in both."""

from pipeline.benchmark.change.linked import (
    counting_people,
    linked_estimates,
    linked_members,
    linked_of_programme,
    linked_people,
)
from pipeline.benchmark.change.site_change import MEANING_OF_CONDITION, compare_waves

__all__ = [
    "MEANING_OF_CONDITION",
    "compare_waves",
    "counting_people",
    "linked_estimates",
    "linked_members",
    "linked_of_programme",
    "linked_people",
]
