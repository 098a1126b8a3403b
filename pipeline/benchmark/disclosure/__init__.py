"""Disclosure control: the one module through which numbers leave."""

from pipeline.benchmark.disclosure.members import members_of
from pipeline.benchmark.disclosure.models import release_group_differences, release_invariance
from pipeline.benchmark.disclosure.past import PastRelease
from pipeline.benchmark.disclosure.pooled_analyses import release_pooled
from pipeline.benchmark.disclosure.records import read_releases, record_release
from pipeline.benchmark.disclosure.release import Disclosed, as_told, counting_sites, disclose
from pipeline.benchmark.disclosure.rules import MEANING_OF_RULE, DisclosureRules, Rule

__all__ = [
    "MEANING_OF_RULE",
    "Disclosed",
    "DisclosureRules",
    "PastRelease",
    "Rule",
    "as_told",
    "counting_sites",
    "disclose",
    "members_of",
    "read_releases",
    "record_release",
    "release_group_differences",
    "release_invariance",
    "release_pooled",
]
