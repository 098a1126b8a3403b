"""Released tables made up from any instrument, so that reports can be tested without a run."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.ingest.screening import FLAGS
from pipeline.instrument import Instrument
from pipeline.instrument.model import (
    Grouping,
    Option,
    Question,
    RespondentGroup,
    Scale,
    Section,
    Text,
)
from pipeline.report import (
    AnalysisSettings,
    ComparisonTables,
    ProgrammeTables,
    Study,
    render_comparative_page,
    render_index,
    render_site_pages,
    render_technical_page,
)
from pipeline.tables import catalogue
from pipeline.tables.schema import Table, conform

from .fabricated_comparisons import EARLIER, comparison_tables
from .fabricated_models import model_tables

WAVE = "2026 spring"
PEOPLE = (45, 35, 25, 15, 6)
"""People a site: all details, all but some, three answers, means only, nothing."""

STUDY = Study(
    title="Example programme",
    wave=WAVE,
    synthetic=True,
    language="en",
    source_note="Made up for the tests.",
    product_version="0.1.0",
    minimum_n=11,
    override_reason=None,
    settings=AnalysisSettings(
        confidence_level=0.95,
        seed=20260401,
        parallel_replications=500,
        bootstrap_replications=1000,
        split_from=600,
        cutoff_draws=200,
        group_minimum=100,
        exclude_from_flags=3,
        seconds_per_item=1.5,
    ),
    earlier_waves=(EARLIER,),
)


@dataclass(frozen=True)
class Fabricated:
    """Everything the reports are made from."""

    instrument: Instrument
    study: Study
    released: pd.DataFrame
    withheld: pd.DataFrame
    sites: pd.DataFrame
    site_context: pd.DataFrame
    ledger_rows: pd.DataFrame
    ledger_cells: pd.DataFrame
    ledger_columns: pd.DataFrame
    screening: dict[str, pd.DataFrame]
    psychometrics: dict[str, pd.DataFrame]
    content: dict[str, pd.DataFrame]
    models: dict[str, pd.DataFrame]
    compared: dict[str, pd.DataFrame]

    def with_(self, **changes: Any) -> Fabricated:
        return replace(self, **changes)


def fabricate(instrument: Instrument, n_sites: int = 5, seed: int = 1) -> Fabricated:
    rng = np.random.default_rng(seed)
    people = {f"s{place:02d}": PEOPLE[place % len(PEOPLE)] for place in range(n_sites)}
    released = [*programme_rows(instrument, rng)]
    withheld: list[dict[str, Any]] = []
    for site, n in people.items():
        for row in site_rows(instrument, site, n, rng):
            if n >= row.pop("needs"):
                released.append(row)
            else:
                names = ("wave", "site", "group", "scale", "item", "statistic", "method")
                rule = "minimum_n" if n < 11 else "ladder"
                withheld.append({**{k: row[k] for k in names if k in row}, "rule": rule})
    shown = framed(released, catalogue.RELEASED)
    return Fabricated(
        instrument=instrument,
        study=STUDY,
        released=shown,
        compared=comparison_tables(instrument, shown, people, WAVE),
        withheld=framed(withheld, catalogue.WITHHELD),
        sites=sites_frame(people),
        site_context=context_frame(instrument, people, rng),
        psychometrics=psychometrics(instrument, rng),
        content=content_evidence({}),
        models=model_tables(instrument, WAVE),
        screening=screening_tables(instrument, sum(people.values())),
        **account(instrument, people, rng),
    )


def render_all(made: Fabricated) -> dict[str, str]:
    """Every page of a study by its address."""
    sites = render_site_pages(
        made.sites["site"].tolist(),
        made.released,
        made.withheld,
        made.sites,
        made.site_context,
        made.ledger_rows,
        tables_of_sites(made),
        made.instrument,
        made.study,
    )
    comparative = render_comparative_page(
        made.released,
        made.withheld,
        made.sites,
        made.psychometrics["variance"],
        ProgrammeTables(**made.compared),
        made.instrument,
        made.study,
    )
    technical = render_technical_page(
        made.ledger_rows,
        made.ledger_cells,
        made.ledger_columns,
        made.screening,
        made.psychometrics,
        made.content,
        made.withheld,
        made.instrument,
        made.study,
        made.models,
    )
    index = render_index(made.released, made.sites, made.instrument, made.study)
    pages = {"index.html": index, "comparative.html": comparative, "technical.html": technical}
    return {**pages, **{f"sites/{slug}.html": page for slug, page in sites.items()}}


def tables_of_sites(made: Fabricated) -> ComparisonTables:
    """What the pages of sites take of the tables of comparison."""
    names = ("site_comparisons", "site_changes", "response")
    return ComparisonTables(*(made.compared[name] for name in names))


def framed(rows: list[dict[str, Any]], table: Table) -> pd.DataFrame:
    return conform(pd.DataFrame(rows, columns=table.column_names), table)


def site_rows(
    instrument: Instrument, site: str, n: int, rng: np.random.Generator
) -> Iterator[dict[str, Any]]:
    base = {"wave": WAVE, "site": site, "n_respondents": 5 * round(n / 5), "method": "made up"}
    yield {**base, "statistic": "respondents", "estimate": 5 * round(n / 5), "needs": 11}
    groups = instrument.grouping.groups if instrument.grouping else ()
    for group in groups:
        yield {
            **base,
            "statistic": "respondents",
            "group": group.id,
            "estimate": 5 * round(n / 10),
            "needs": 25,
        }
    for scale in instrument.scales:
        low, high = scale.response_scale.lowest, scale.response_scale.highest
        about = {**base, "scale": scale.id}
        yield {**about, "statistic": "mean", **interval(rng, low, high, n), "needs": 11}
        for code in instrument.special_codes:
            yield {
                **about,
                "statistic": f"share_{code.id}",
                "estimate": round(rng.beta(1, 12), 2),
                "needs": 11,
            }
        for group in groups:
            yield {
                **about,
                "group": group.id,
                "statistic": "mean",
                **interval(rng, low, high, n / 2),
                "needs": 25,
            }
        if groups:
            gap = rng.normal(0, 0.4)
            half = 2 / np.sqrt(n)
            yield {
                **about,
                "statistic": "gap",
                "estimate": round(gap, 2),
                "ci_low": round(gap - half, 2),
                "ci_high": round(gap + half, 2),
                "confidence_level": 0.95,
                "needs": 25,
            }
            yield {
                **about,
                "statistic": "gap_standardised",
                "estimate": round(gap / 0.8, 1),
                "needs": 25,
            }
            for place, group in enumerate(groups):
                for code in instrument.special_codes:
                    yield {
                        **about,
                        "group": group.id,
                        "statistic": f"share_{code.id}",
                        "estimate": 0.04 + 0.1 * place,
                        "needs": 25,
                    }
        yield {**about, "statistic": "average_deviation", "estimate": 0.7, "needs": 30}
        for item in scale.items:
            at = {**about, "item": item.id}
            yield {**at, "statistic": "mean", **interval(rng, low, high, n), "needs": 20}
            values = scale.response_scale.values
            shares = np.round(rng.dirichlet(np.full(len(values), 2.0)), 2)
            for value, share in zip(values, shares, strict=True):
                yield {**at, "statistic": f"share_{value}", "estimate": share, "needs": 30}
            half_way = len(values) // 2
            three = (shares[:half_way].sum(), shares[half_way], shares[half_way + 1 :].sum())
            for name, share in zip(("low", "middle", "high"), three, strict=True):
                yield {**at, "statistic": f"share_{name}", "estimate": round(share, 2), "needs": 20}
            for code in item.special_codes:
                yield {
                    **at,
                    "statistic": f"share_{code}",
                    "estimate": round(rng.beta(1, 9), 2),
                    "needs": 20,
                }
    yield from ({**row, "needs": 11} for row in counter_rows(instrument, base, rng))
    for group in groups:
        for allocation in instrument.allocations:
            of_group = {**base, "group": group.id, "scale": allocation.id, "needs": 25}
            for column in allocation.columns:
                mean = allocation.total / len(allocation.parts)
                yield {**of_group, "item": column, "statistic": "mean_counters", "estimate": mean}


def interval(rng: np.random.Generator, low: float, high: float, n: float) -> dict[str, float]:
    middle, width = (low + high) / 2, high - low
    mean = middle + width * float(np.clip(rng.normal(0.05, 0.12), -0.4, 0.4))
    half = width / 2 / np.sqrt(n)
    ends = (max(low, mean - half), min(high, mean + half))
    return {
        "estimate": round(mean, 2),
        "ci_low": round(ends[0], 2),
        "ci_high": round(ends[1], 2),
        "confidence_level": 0.95,
    }


def counter_rows(
    instrument: Instrument, base: dict[str, Any], rng: np.random.Generator
) -> Iterator[dict[str, Any]]:
    for allocation in instrument.allocations:
        shares = rng.dirichlet(np.full(len(allocation.parts), 3.0)) * allocation.total
        for column, mean in zip(allocation.columns, np.round(shares, 1), strict=True):
            yield {
                **base,
                "scale": allocation.id,
                "item": column,
                "statistic": "mean_counters",
                "estimate": mean,
            }
        yield {
            **base,
            "scale": allocation.id,
            "statistic": "dispersion",
            "estimate": round(rng.uniform(0.8, 1.6), 1),
        }


def programme_rows(instrument: Instrument, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    base = {"wave": WAVE, "n_respondents": 600, "method": "made up"}
    yield {**base, "statistic": "respondents", "estimate": 600}
    for scale in instrument.scales:
        low, high = scale.response_scale.lowest, scale.response_scale.highest
        about = {**base, "scale": scale.id}
        mean = interval(rng, low, high, 600)
        yield {**about, "statistic": "mean", **mean}
        width = high - low
        yield {
            **about,
            "statistic": "site_p10",
            "estimate": round(mean["estimate"] - 0.12 * width, 2),
        }
        yield {
            **about,
            "statistic": "site_p90",
            "estimate": round(mean["estimate"] + 0.12 * width, 2),
        }
        yield {**about, "statistic": "n_sites", "estimate": 20}
        for code in instrument.special_codes:
            yield {**about, "statistic": f"share_{code.id}", "estimate": round(rng.beta(1, 12), 2)}
        for group in instrument.grouping.groups if instrument.grouping else ():
            yield {**about, "group": group.id, "statistic": "mean", **interval(rng, low, high, 300)}
        if instrument.grouping:
            gap = rng.normal(0, 0.3)
            yield {
                **about,
                "statistic": "gap",
                "estimate": round(gap, 2),
                "ci_low": round(gap - 0.15, 2),
                "ci_high": round(gap + 0.15, 2),
                "confidence_level": 0.95,
            }
    yield from counter_rows(instrument, base, rng)


def sites_frame(people: dict[str, int]) -> pd.DataFrame:
    names = ("Mill Street", "Harbour & Hill", "Old Orchard", "Bridge House", "Little Green")
    rows = [
        {
            "site": site,
            "label": f"{names[place % 5]} {place // 5 + 1}",
            "slug": f"site-{site}",
            "invited": 60,
        }
        for place, site in enumerate(people)
    ]
    return framed(rows, catalogue.SITES)


def context_frame(
    instrument: Instrument, people: dict[str, int], rng: np.random.Generator
) -> pd.DataFrame:
    rows = [
        {
            "site": site,
            "question": question.id,
            "value": int(rng.choice([o.value for o in question.options])),
        }
        for site in people
        for question in instrument.context_questions
        if question.options
    ]
    return framed(rows, catalogue.SITE_CONTEXT)


def account(
    instrument: Instrument, people: dict[str, int], rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    rows, cells, columns = [], [], []
    for site, n in people.items():
        export = f"private file name of {site}.csv"
        for number in range(n + 2):
            excluded = number >= n
            rows.append(
                {
                    "export": export,
                    "platform": "generic",
                    "row": number + 2,
                    "wave": STUDY.wave,
                    "site": site,
                    "outcome": "excluded" if excluded else "analysed",
                    "reason": "PREVIEW" if excluded else None,
                }
            )
        for column in instrument.answer_columns:
            for outcome, count in (("ANSWERED", n - 1), ("SKIPPED", 1), ("EXCLUDED_ROW", 2)):
                cells.append(
                    {"export": export, "column": column, "outcome": outcome, "cells": count}
                )
        for place, column in enumerate(
            [*instrument.answer_columns, "e-mail of the person"], start=1
        ):
            known = column in instrument.answer_columns
            columns.append(
                {
                    "export": export,
                    "position": place,
                    "heading": column,
                    "use": "answer" if known else "dropped_personal",
                    "answer_column": column if known else None,
                }
            )
    return {
        "ledger_rows": framed(rows, catalogue.LEDGER_ROWS),
        "ledger_cells": framed(cells, catalogue.LEDGER_CELLS),
        "ledger_columns": framed(columns, catalogue.LEDGER_COLUMNS),
    }


def screening_tables(instrument: Instrument, n: int) -> dict[str, pd.DataFrame]:
    """Released tables of careless and missing answers, about fifteen people left out."""
    base = {"wave": WAVE, "families_needed": 2, "strong": False}
    counts = [{**base, "n_judged": n, "n_flagged": 30, "n_excluded": 15}]
    for flag in FLAGS:
        timed = 0 if flag.family == "time" else n
        seen = {"n_judged": timed, "n_flagged": min(timed, 20), "n_excluded": min(timed, 15)}
        counts.append({**base, "flag": flag.name, "family": flag.family, "strong": True, **seen})
    effect, gaps = [], []
    for place, scale in enumerate(instrument.scored_scales):
        about = {"wave": WAVE, "scale": scale.id}
        means = {"mean_with": 3.1, "mean_without": 3.2, "difference": 0.0 if place else 0.1}
        effect.append({**about, "n_with": n + 15, "n_without": n, **means})
        for statistic, value in (
            ("little_chi_square", 30.2), ("little_df", 25), ("little_p_value", 0.217),
            ("n_patterns", 9),
        ):  # fmt: skip
            gaps.append({**about, "statistic": statistic, "estimate": value, "n_respondents": n})
    everyone = {"wave": WAVE, "n_respondents": n}
    first = instrument.scored_scales[0].id
    gaps += [
        {**everyone, "statistic": "respondents_complete", "estimate": n - 30},
        {**everyone, "statistic": "respondents_with_pattern", "pattern": first, "estimate": 20},
        {**everyone, "statistic": "respondents_with_other_pattern", "estimate": 10},
    ]
    return {
        "screening_counts": framed(counts, catalogue.SCREENING_COUNTS),
        "screening_effect": framed(effect, catalogue.SCREENING_EFFECT),
        "missing_data": framed(gaps, catalogue.MISSING_DATA),
    }


def psychometrics(instrument: Instrument, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    parts = {
        "item_analysis": list(_item_rows(instrument, rng)),
        "reliability": list(_reliability_rows(instrument, rng)),
        "correlations": list(_correlation_rows(instrument, rng)),
        "factorability": [
            {"statistic": "kmo", "estimate": 0.91},
            {"statistic": "bartlett_chi_square", "estimate": 5210.4},
            {"statistic": "bartlett_df", "estimate": 990},
            {"statistic": "bartlett_p_value", "estimate": 0.0},
            *({"statistic": "kmo", "item": item, "estimate": 0.87} for item in instrument.items),
        ],
        "retention": list(_retention_rows(instrument)),
        "factors": list(_factor_rows(instrument, rng)),
        "variance": list(_variance_rows(instrument, rng)),
        "agreement": list(_agreement_rows(instrument)),
    }
    base = {"wave": WAVE, "n_respondents": 603, "method": "made up"}
    return {
        name: framed([{**base, **row} for row in rows], catalogue.ESTIMATES)
        for name, rows in parts.items()
    }


def _with_interval(value: float, half: float) -> dict[str, float]:
    ends = {"ci_low": value - half, "ci_high": value + half}
    return {"estimate": value, **ends, "confidence_level": 0.95}


def _item_rows(instrument: Instrument, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for scale in instrument.scales:
        for item in scale.items:
            about = {"scale": scale.id, "item": item.id}
            for name, value in (
                ("n_missing", 12), ("mean", 3.2), ("sd", 1.0), ("skewness", -0.3),
                ("excess_kurtosis", -0.5), ("floor_share", 0.06), ("ceiling_share", 0.11),
            ):  # fmt: skip
                yield {**about, "statistic": name, "estimate": value}
            together = float(rng.uniform(0.3, 0.7))
            for name, value in (
                ("item_rest_correlation", together),
                ("item_rest_polyserial", together + 0.04),
            ):
                yield {**about, "statistic": name, **_with_interval(value, 0.06)}
            yield {**about, "statistic": "alpha_if_dropped", "condition": "too_few_respondents"}


def _reliability_rows(instrument: Instrument, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for scale in instrument.scored_scales:
        alpha = float(rng.uniform(0.62, 0.9))
        about = {"scale": scale.id}
        for name, more in (
            ("categorical_omega_observed", 0.03), ("omega_total_model_implied", 0.02),
            ("cronbach_alpha", 0.0), ("ordinal_alpha", 0.05), ("guttman_lambda2", 0.01),
        ):  # fmt: skip
            yield {**about, "statistic": name, **_with_interval(alpha + more, 0.03)}
        yield {
            **about,
            "statistic": "omega_total_observed",
            "estimate": alpha + 0.01,
            "condition": "heywood_case",
        }
        for name, value in (
            ("split_half_mean", alpha - 0.01), ("split_half_minimum", alpha - 0.2),
            ("split_half_maximum", alpha + 0.04), ("standard_error_of_measurement", 0.31),
            ("smallest_detectable_change", 0.86),
        ):  # fmt: skip
            yield {**about, "statistic": name, "estimate": value}


def _correlation_rows(instrument: Instrument, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for section in _factored(instrument):
        items = [item for scale in instrument.scales_in(section) for item in scale.items]
        about = {"scale": section.id}
        for first, second in itertools.combinations(items, 2):
            scales = {instrument.scale_of_item[one.id].id for one in (first, second)}
            value = float(rng.normal(0.5 if len(scales) == 1 else 0.2, 0.12))
            yield {
                **about,
                "item": f"{first.id} with {second.id}",
                "statistic": "polychoric_correlation",
                "estimate": round(value, 4),
                "se": 0.04,
            }
        yield {**about, "statistic": "largest_change_by_smoothing", "estimate": 0.012}


RULES = {
    "parallel_components_mean": 5, "parallel_components_percentile": 4,
    "parallel_factors_mean": 9, "parallel_factors_percentile": 8, "map_squared": 4,
    "map_fourth": 5, "empirical_kaiser": 3, "hull_cfi": 3, "hull_caf": 2,
    "sequential_chi_square": 11, "sequential_rmsea": 6,
}  # fmt: skip


def _retention_rows(instrument: Instrument) -> Iterator[dict[str, Any]]:
    n_items = len(instrument.items)
    for kind in ("components", "factors"):
        for rank in range(1, n_items + 1):
            for name, value in (
                ("observed", 9.3 / rank), ("simulated_mean", 1.6 - rank / n_items),
                ("simulated_percentile", 1.7 - rank / n_items),
            ):  # fmt: skip
                yield {
                    "factor": str(rank),
                    "statistic": f"{name}_eigenvalue_{kind}",
                    "estimate": value,
                }
    for rule, number in RULES.items():
        yield {"statistic": "suggested_factors", "factor": rule, "estimate": number}


def _factored(instrument: Instrument) -> list[Section]:
    return [section for section in instrument.sections if section.factor_model]


def _factor_rows(instrument: Instrument, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for section in _factored(instrument):
        for row in _rows_of_factors(instrument.scales_in(section), rng):
            yield {"scale": section.id, **row}
        for name, value in (
            ("chi_square", 1520.4), ("df", 711), ("p_value", 0.0), ("rmsea", 0.041),
            ("cfi", 0.962), ("tli", 0.951), ("bic", -3010.2), ("rmsr", 0.028),
            ("corrected_rmsr", 0.031), ("omega_hierarchical", 0.71), ("omega_total", 0.93),
            ("explained_common_variance", 0.58),
        ):  # fmt: skip
            yield {"scale": section.id, "statistic": name, "estimate": value}


def _rows_of_factors(scales: Sequence[Scale], rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for scale in scales:
        yield {"factor": scale.id, "statistic": "congruence", **_with_interval(0.95, 0.02)}
        for item in scale.items:
            at = {"item": item.id}
            for other in scales:
                size = float(rng.normal(0.6, 0.15) if other is scale else rng.normal(0, 0.12))
                pattern = {"factor": other.id, "statistic": "pattern", **_with_interval(size, 0.1)}
                yield {**at, **pattern}
            yield {
                **at,
                "factor": scale.id,
                "statistic": "target_loading",
                "estimate": 0.65,
                "condition": "cross_loading",
            }
            for name, value in (("communality", 0.52), ("general_loading", 0.48)):
                yield {**at, "statistic": name, "estimate": value}
    for first, second in itertools.pairwise(scales):
        yield {
            "factor": f"{first.id} with {second.id}",
            "statistic": "factor_correlation",
            **_with_interval(0.4, 0.08),
        }


def _variance_rows(instrument: Instrument, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for scale in instrument.scales:
        icc = float(rng.uniform(0.03, 0.15))
        about = {"scale": scale.id}
        yield {
            **about,
            "statistic": "icc1_anova_n0",
            "estimate": icc,
            "ci_low": icc / 2,
            "ci_high": icc * 2,
            "confidence_level": 0.95,
        }
        yield {**about, "statistic": "icc2_anova", "estimate": 0.7}
        yield {**about, "statistic": "n_groups", "estimate": 20}
        yield {**about, "statistic": "icc1_reml", "estimate": icc}
        yield {**about, "statistic": "variance_between", "estimate": icc}
        yield {**about, "statistic": "n_for_reliability_70", "estimate": 23}


def _agreement_rows(instrument: Instrument) -> Iterator[dict[str, Any]]:
    for scale in instrument.scored_scales:
        yield {"scale": scale.id, "statistic": "ad_mean_median", "estimate": 0.67}


def content_evidence(rows: dict[str, list[dict[str, Any]]]) -> dict[str, pd.DataFrame]:
    """The tables of what people said about the items, from their rows; none by default."""
    contracts = (catalogue.CONTENT_VALIDITY, catalogue.PLACEMENT, catalogue.ITEM_DECISIONS)
    return {table.name: framed(rows.get(table.name, []), table) for table in contracts}


def with_groups(instrument: Instrument) -> Instrument:
    """The instrument with two groups and a site question, for one that has none."""
    options = tuple(Option(v, Text({"en": f"Answer {v}"})) for v in (1, 2))
    question = Question("role", Text({"en": "Role?"}), "single", options)
    groups = tuple(
        RespondentGroup(name, Text({"en": title}), (value,))
        for name, title, value in (("one", "First group", 1), ("two", "Second group", 2))
    )
    context = (Question("field", Text({"en": "Which field?"}), "single", options),)
    return replace(
        instrument,
        person_questions=(question,),
        grouping=Grouping("role", groups),
        context_questions=context,
    )
