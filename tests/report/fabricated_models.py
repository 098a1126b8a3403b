"""Made-up tables of models, steps of equality and gates, for any instrument."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.instrument import Instrument
from pipeline.instrument.model import Scale
from pipeline.tables import catalogue
from pipeline.tables.schema import Table, conform

FIT = {
    "chi_square": 2210.7, "chi_square_scaled": 1520.4, "df": 711, "p_value_scaled": 0.0,
    "cfi_scaled": 0.957, "cfi_robust": 0.941, "tli_scaled": 0.951, "tli_robust": 0.936,
    "srmr": 0.047, "n_free": 120, "scaling_factor": 1.4, "shift": 0.2,
}  # fmt: skip


def model_tables(instrument: Instrument, wave: str, seed: int = 1) -> dict[str, pd.DataFrame]:
    """Every table that the parts about models and comparisons are made from."""
    rng = np.random.default_rng(seed)
    base = {"wave": wave, "n_respondents": 605, "method": "made up"}
    scored = list(instrument.scored_scales)
    return {
        "models": framed_rows(wave, list(_rivals(instrument)), catalogue.RIVAL_MODELS),
        "model_estimates": framed_rows(
            wave,
            [{**base, **row} for row in _estimates(instrument, rng)],
            catalogue.MODEL_ESTIMATES,
        ),
        "comparability": framed_rows(
            wave,
            [{**base, **row} for scale in scored for row in _site_rows(scale)],
            catalogue.MODEL_ESTIMATES,
        ),
        "invariance": framed_rows(wave, list(_steps(scored)), catalogue.INVARIANCE),
        "gates": framed_rows(wave, list(_gates(scored)), catalogue.GATES),
    }


def framed_rows(wave: str, rows: Sequence[dict[str, Any]], table: Table) -> pd.DataFrame:
    return conform(
        pd.DataFrame([{"wave": wave, **row} for row in rows], columns=table.column_names), table
    )


def _sections(instrument: Instrument) -> Iterator[tuple[str, Sequence[Scale]]]:
    for section in instrument.sections:
        if section.factor_model:
            yield section.id, instrument.scales_in(section)


def _rivals(instrument: Instrument) -> Iterator[dict[str, Any]]:
    for section, _ in _sections(instrument):
        for sample in catalogue.SAMPLES:
            shared = {"scale": section, "sample": sample}
            yield {
                **shared, "model": "M2", "title": "Related scales", "use": "preferred",
                "reason": "Each scale has a score.", "text": "made up",
            }  # fmt: skip
            yield {
                **shared, "model": "M1", "title": "One factor", "use": "rival",
                "reason": "All may be one thing.", "text": "made up", "preferred": "no",
                "verdict": f"cfi -0.{12 if sample == 'all' else 14}0: not met",
            }  # fmt: skip
            yield {
                **shared, "model": "M3", "title": "One capacity", "use": "rival",
                "reason": "The scales may express one capacity.", "text": "made up",
                "preferred": "not judged", "verdict": "second order loading: not judged",
                "note": "It does without the items that nobody answered.",
            }  # fmt: skip
            yield {
                **shared, "model": "M4", "title": "Something in common", "use": "reading",
                "reason": "A general view may lie over all.", "text": "made up",
            }  # fmt: skip
            yield {
                **shared, "model": "M10", "title": "By who acts", "use": "rival",
                "reason": "Few people do most.", "obstacle": "there are too few items of a factor",
            }  # fmt: skip


def _estimates(instrument: Instrument, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for section, scales in _sections(instrument):
        for sample in catalogue.SAMPLES:
            for model, rows in _solutions(scales, rng):
                labels = {"scale": section, "sample": sample, "model": model}
                yield from ({**labels, **row} for row in (*_fit_rows(), *rows))
        for scale in scales:
            yield from ({"scale": scale.id, "sample": "all", **row} for row in _fit_rows())


def _fit_rows() -> Iterator[dict[str, Any]]:
    for name, value in FIT.items():
        yield {"statistic": name, "estimate": value}
    for kind in ("scaled", "robust"):
        yield {"statistic": f"rmsea_{kind}", **_interval(0.041, 0.004), "confidence_level": 0.9}


def _interval(value: float, half: float = 0.05) -> dict[str, float]:
    ends = {"ci_low": value - half, "ci_high": value + half}
    return {"estimate": value, **ends, "confidence_level": 0.95}


def _solutions(
    scales: Sequence[Scale], rng: np.random.Generator
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    own = [
        _loading(scale.id, item.id, rng.uniform(0.4, 0.85))
        for scale in scales
        for item in scale.items
    ]
    general = [
        _loading("GENERAL", item.id, rng.uniform(0.3, 0.8))
        for scale in scales
        for item in scale.items
    ]
    pairs = list(itertools.combinations([scale.id for scale in scales], 2))
    correlations = [_pair("factor", pair, rng.uniform(0.3, 0.85)) for pair in pairs]
    if correlations:
        correlations[0] |= _interval(0.93, 0.02)
    yield "M2", [*own, *correlations, *_residuals(scales, rng), *_limits()]
    yield "M1", general
    above = [_pair("factor", ("GENERAL", scale.id), 0.7) for scale in scales]
    yield "M3", [*own, *({**one, "statistic": "standardised_loading"} for one in above)]
    yield "M4", [*general, *own]


def _loading(factor: str, item: str, value: float) -> dict[str, Any]:
    return {
        "factor": factor, "item": item, "statistic": "standardised_loading",
        **_interval(float(value)),
    }  # fmt: skip


def _pair(column: str, pair: tuple[str, str], value: float) -> dict[str, Any]:
    name = "factor_correlation" if column == "factor" else "residual_of_correlation"
    return {column: " with ".join(pair), "statistic": name, **_interval(float(value))}


def _residuals(scales: Sequence[Scale], rng: np.random.Generator) -> list[dict[str, Any]]:
    items = [item.id for scale in scales for item in scale.items]
    pairs = list(itertools.combinations(items, 2))
    rows = [_pair("item", pair, rng.normal(0, 0.04)) for pair in pairs]
    rows[0] |= {"estimate": -0.234}
    return [{key: one[key] for key in ("item", "statistic", "estimate")} for one in rows]


def _limits() -> Iterator[dict[str, Any]]:
    for index, limit, cutoff in (
        ("cfi_scaled", 0.981, 0.962), ("tli_scaled", 0.979, 0.959), ("rmsea_scaled", 0.021, 0.034),
        ("srmr", 0.031, 0.042),
    ):  # fmt: skip
        yield {"statistic": f"limit_{index}", "estimate": limit}
        yield {
            "statistic": f"cutoff_{index}", "factor": "level 1", "estimate": cutoff,
            "condition": "overlapping_cutoff" if index == "srmr" else None,
        }  # fmt: skip


def _site_rows(scale: Scale) -> Iterator[dict[str, Any]]:
    shared = {"scale": scale.id, "sample": "all", "grouping": "site", "factor": scale.id}
    for name, value in (
        ("n_sites", 44), ("n_sites_counted", 41), ("cfi", 0.984), ("srmr_within", 0.021),
        ("p_value_metric", 0.21), ("cfi_change_metric", -0.001), ("p_value_strong", 0.03),
        ("residual_share", 0.12),
    ):  # fmt: skip
        yield {**shared, "statistic": name, "estimate": value}
    yield {**shared, "statistic": "icc_factor", **_interval(0.14)}


LADDER = (
    ("configural", None, "baseline"), ("thresholds", "thresholds", "holds"),
    ("metric", "thresholds, loadings", "small"),
    ("scalar", "thresholds, loadings, intercepts", "fails"),
    ("strict", "thresholds, loadings, intercepts, residuals", "untested"),
)  # fmt: skip


def _steps(scales: Sequence[Scale]) -> Iterator[dict[str, Any]]:
    for scale, grouping in itertools.product(scales, ("role", "language")):
        for place, (step, equal, verdict) in enumerate(LADDER):
            row = {
                "scale": scale.id, "grouping": grouping, "step": step, "equal": equal,
                "groups": "one, two", "n_respondents": 605, "chi_square": 12.3 + place,
                "df": 10 + place, "cfi": 0.991, "tli": 0.987, "rmsea": 0.031, "srmr": 0.022,
                "verdict": verdict,
            }  # fmt: skip
            if place:
                row |= {
                    "chi_square_difference": 1.2, "df_difference": 1, "p_value": 0.273,
                    "change_cfi": -0.001, "change_rmsea": 0.002, "change_srmr": 0.0,
                    "limits": "Chen (2007)",
                }  # fmt: skip
            if grouping == "language":
                row |= {"left_out": "three", "condition": "merged_categories"}
            if step == "scalar" and grouping == "role":
                row["free"] = f"{scale.items[0].id} ~1"
            yield row


def _gates(scales: Sequence[Scale]) -> Iterator[dict[str, Any]]:
    verdicts = itertools.cycle(catalogue.VERDICTS)
    for scale in scales:
        for gate in catalogue.GATE_NAMES:
            verdict = next(verdicts)
            row = {"scale": scale.id, "gate": gate, "verdict": verdict}
            if verdict == "untested":
                yield {**row, "reason": f"No test of {gate} was made.", "needs": "200 more people"}
            else:
                yield {
                    **row, "reason": f"The test of {gate} says {verdict} (0.93).", "number": 0.93,
                    "criterion": "CFI at least 0.95",
                }  # fmt: skip
