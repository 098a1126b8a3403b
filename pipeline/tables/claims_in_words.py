"""Claims in words: which statistic, what was expected of it, and why it was not judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.instrument.hypotheses.model import RANKING_KINDS, Claim

STATISTICS = {
    "correlation": "correlation of {variables}",
    "correlations_with": "correlation of {variables} with each of {against}",
    "correlations_among": "correlation of each pair of {variables}",
    "mean_correlation": "mean correlation of all pairs of {variables}",
    "difference_of_correlations": "correlation of {variables} minus that of {against}",
    "rank_of_correlation": "place of {last} by its correlation with {first}, among {against}",
    "rank_of_pair": "place of the correlation of {variables} among all pairs of {against}",
    "partial_correlation": "correlation of {variables} with {given} held constant",
    "interaction": "standardised weight of the product of {variables} for {against}",
    "mean_difference": "Cohen's d of {variables}: {high} minus {low}",
    "equivalence": "Cohen's d of {variables}: {high} minus {low}",
    "difference_of_differences": "Cohen's d of {variables} minus that of {against}: {high} minus "
    "{low}",
    "rank_of_difference": "place of {variables} among {against} by Cohen's d: {high} minus {low}",
    "trend": "Cohen's d of {variables}: last minus first answer to {ordered_by}",
    "rate_difference": "points of per cent of {code} on {variables}: {high} minus {low}",
    "rank_of_rate": "place of {variables} by the share of {code}, among the facets of {against}",
    "keying_difference": "{measure}: items keyed the other way minus the others, of {variables}",
    "interview_share": "share of interviews: {measure}, of {variables}",
}
"""Each kind of claim; names of variables and groups are their ids."""

LEVELS = {
    "within_site": "people compared with others of their site",
    "person": "people, sites left aside",
    "site": "means of sites",
}

ABSENT = {
    "not asked": "not asked: {names}",
    "no site form": "no answer of a site form: {names}",
    "not measured": "not measured: {names}",
    "no score": "has no score: {names}",
}


def statistic_in_words(claim: Claim) -> str:
    """Which statistic a claim is about, and who is compared."""
    first, *_, last = claim.variables if len(claim.variables) > 1 else claim.variables * 2
    words = STATISTICS[claim.kind].format(
        variables=_listed(claim.variables),
        against=_listed(claim.against),
        given=_listed(claim.given),
        first=first,
        last=last,
        high=claim.high,
        low=claim.low,
        code=claim.code,
        ordered_by=claim.ordered_by,
        measure=str(claim.measure).replace("_", " "),
    )
    more = [LEVELS[claim.level]]
    more += ["corrected for unreliability"] if claim.corrected else []
    more += ["sign left aside"] if claim.absolute else []
    return f"{words} ({', '.join(more)})"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) if len(names) != 2 else " and ".join(names)


def expected_in_words(claim: Claim) -> str:
    """The values that agree with a claim."""
    lower, upper = (_number(end, claim) for end in (claim.band.lower, claim.band.upper))
    if claim.band.lower is None:
        words = f"at most {upper}"
    elif claim.band.upper is None:
        words = f"at least {lower}"
    else:
        words = lower if lower == upper else f"{lower} to {upper}"
    if claim.kind == "equivalence":
        words += ", the whole interval"
    if claim.kind == "trend":
        words += ", rising from answer to answer"
    if claim.interval_below is not None:
        words += f", interval below {_number(claim.interval_below, claim)}"
    return words


def _number(end: float | None, claim: Claim) -> str:
    if end is None:
        return ""
    is_count = claim.kind in RANKING_KINDS or claim.kind == "rate_difference"
    text = f"{end:g}" if is_count else f"{end:.2f}"
    return text.replace("-", "\N{MINUS SIGN}")


def absence_in_words(absent: Mapping[str, str], claim: Claim) -> str:
    """Why there is no number for a claim."""
    if not absent:
        measure = str(claim.measure or claim.kind).replace("_", " ")
        return f"answers do not tell: {measure}"
    names: dict[str, list[str]] = {}
    for name, reason in absent.items():
        names.setdefault(reason, []).append(name)
    return "; ".join(ABSENT[reason].format(names=", ".join(own)) for reason, own in names.items())


def said_once(texts: Iterable[str]) -> str:
    """Texts as one, each clause once, with everything that clauses of one kind name.

    Examples
    --------
    >>> said_once(["not asked: A", "too few sites", "not asked: A, B"])
    'not asked: A, B; too few sites'
    """
    named: dict[str, dict[str, None]] = {}
    for text in texts:
        for clause in text.split("; "):
            what, _, names = clause.partition(": ")
            named.setdefault(what, {}).update(dict.fromkeys(names.split(", ") if names else ()))
    return "; ".join(
        f"{what}: {', '.join(names)}" if names else what for what, names in named.items()
    )
