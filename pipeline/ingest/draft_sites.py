"""A draft of the list of sites, made of the names in the exports."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import combinations

from pipeline.ingest.sites import FIXED_COLUMNS, Site, sites_from_spellings
from pipeline.ingest.wording import one_line, wording_key

LEAST_ALIKE = 0.85
SHORTEST_CONTAINED = 4
BETWEEN_SPELLINGS = ";"
_FORMULA = re.compile(r"\s*[=+\-@|%]")
_NUMBER = re.compile(r"[0-9]+")


def sites_in(names: Iterable[str]) -> tuple[Site, ...]:
    """A site for all spellings that are the same but for case, spaces and punctuation.

    Its label is the spelling that is used most.

    Parameters
    ----------
    names : iterable of str
        Name of the site of each response, as it is written.
    """
    counts = Counter(filter(None, map(one_line, names)))
    by_key: dict[str, list[str]] = defaultdict(list)
    for spelling in sorted(counts, key=lambda name: (-counts[name], name)):
        by_key[wording_key(spelling)].append(spelling)
    return tuple(
        Site(_id_apart(site, by_key), spellings[0], site.slug, other_spellings=tuple(spellings[1:]))
        for site in sites_from_spellings(counts).sites
        for spellings in [by_key[wording_key(site.label)]]
    )


def _id_apart(site: Site, keys: Iterable[str]) -> str:
    """The id of a site, changed where it reads like the name of another one."""
    others = set(keys) - {wording_key(site.label)}
    return site.id if wording_key(site.id) not in others else f"site-{site.id}-1"


def sites_text(sites: Sequence[Site]) -> str:
    """The list as CSV that :func:`read_site_list` accepts and that a spreadsheet runs nothing of.

    A name that a spreadsheet would take for a formula gets an apostrophe in front, and a semicolon
    within a spelling becomes a comma; neither changes which name is meant.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(FIXED_COLUMNS)
    for site in sites:
        others = (_harmless(name.replace(BETWEEN_SPELLINGS, ",")) for name in site.other_spellings)
        writer.writerow([site.id, _harmless(site.label), BETWEEN_SPELLINGS.join(others), ""])
    return buffer.getvalue()


def _harmless(name: str) -> str:
    return f"'{name}" if _FORMULA.match(name) else name


def similar_sites(sites: Sequence[Site]) -> Iterator[tuple[str, str]]:
    """Labels of two sites that may be one: much alike, or one contained in the other.

    Names with different numbers in them, such as of two wards, are not meant.
    """
    keyed = [(wording_key(site.label), site.label) for site in sites]
    for (first, label), (second, other) in combinations(keyed, 2):
        if _NUMBER.findall(first) == _NUMBER.findall(second) and _are_alike(first, second):
            yield label, other


def _are_alike(first: str, second: str) -> bool:
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) >= SHORTEST_CONTAINED and shorter in longer:
        return True
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    quick = matcher.real_quick_ratio() >= LEAST_ALIKE and matcher.quick_ratio() >= LEAST_ALIKE
    return quick and matcher.ratio() >= LEAST_ALIKE
