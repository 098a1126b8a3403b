"""What people said about the items, as arrays and as tables."""

from dataclasses import replace

import pandas as pd
import pytest

from pipeline.instrument import load_instrument
from pipeline.instrument.evidence import Finding, Rating, Sort
from pipeline.psychometrics import content_validity_index, placement_rates
from pipeline.tables import (
    CONTENT_VALIDITY,
    ITEM_DECISIONS,
    PLACEMENT,
    conform,
    gather_rows,
    item_decisions,
    label_placements,
    label_ratings,
    rating_panels,
    sorting_panels,
)

CLIMATE = "data/example/leadership_climate/instrument"


@pytest.fixture(scope="module")
def instrument():
    """A questionnaire whose second item has been worded anew."""
    loaded = load_instrument(CLIMATE)
    scale = loaded.by_id["LEAD"]
    facet = scale.facets[0]
    items = tuple(replace(i, version=2) if i.id == "lead02" else i for i in facet.items)
    changed = replace(scale, facets=(replace(facet, items=items), *scale.facets[1:]))
    return replace(loaded, scales=(changed, *loaded.scales[1:]))


RATINGS = (
    Rating("r2", "other", "lead02", 2, 3, 4),
    Rating("r1", "other", "lead02", 2, 1, None),
    Rating("r1", "other", "lead01", 1, 4, None),
    Rating("r1", "other", "lead02", 1, 2, 2),
    Rating("r2", "other", "tsig01", 1, 4, 4),
)


def finding(item, version, round_, decision, **changes):
    made = Finding("i1", "other", round_, item, version, "Text", "recall", decision, "Because.")
    return replace(made, **changes)


def test_ratings_are_laid_out_by_aspect_wording_and_scale(instrument):
    panels = {
        (p.aspect, p.wording, p.scale): p
        for p in rating_panels(RATINGS, instrument)
        if p.group is None
    }
    assert set(panels) == {
        ("relevance", "present", "LEAD"),
        ("clarity", "present", "LEAD"),
        ("relevance", "present", "TSIG"),
        ("clarity", "present", "TSIG"),
        ("relevance", "earlier", "LEAD"),
        ("clarity", "earlier", "LEAD"),
    }
    present = panels["relevance", "present", "LEAD"]
    assert present.versions == {"lead01": 1, "lead02": 2}
    assert present.ratings.index.tolist() == ["r1", "r2"]
    assert present.ratings["lead02"].tolist() == [1, 3]
    assert present.ratings["lead01"].isna().tolist() == [False, True]


def test_order_of_the_rows_does_not_matter(instrument):
    one, other = (list(rating_panels(said, instrument)) for said in (RATINGS, RATINGS[::-1]))
    for first, second in zip(one, other, strict=True):
        pd.testing.assert_frame_equal(first.ratings, second.ratings)


def test_rows_of_ratings_keep_their_contract_and_earlier_wordings_only_their_items(instrument):
    parts = [
        label_ratings(content_validity_index(panel.ratings).to_rows(), panel)
        for panel in rating_panels(RATINGS, instrument)
    ]
    table = conform(gather_rows(parts, CONTENT_VALIDITY), CONTENT_VALIDITY)
    pooled = table[table["group"].isna() & (table["aspect"] == "relevance")]
    assert pooled.loc[pooled["wording"] == "earlier", "item_version"].tolist() == [1] * 4
    index = pooled[pooled["statistic"] == "i_cvi"].set_index(["item", "item_version"])["estimate"]
    assert index.to_dict() == {
        ("lead01", 1): 1.0,
        ("lead02", 2): 0.5,
        ("tsig01", 1): 1.0,
        ("lead02", 1): 0.0,
    }


def test_rows_of_sorts_keep_their_contract_and_name_scale_and_place(instrument):
    sorts = (
        Sort("s1", "other", "lead01", 1, "TSIG"),
        Sort("s2", "other", "lead01", 1, "LEAD"),
        Sort("s1", "other", "tsig01", 1, "TSIG"),
        Sort("s1", "other", "lead02", 1, "none"),
    )
    parts = [
        label_placements(
            placement_rates(panel.placements, panel.home, criterion=0.70).to_rows(), panel
        )
        for panel in sorting_panels(sorts, instrument)
    ]
    table = conform(gather_rows(parts, PLACEMENT), PLACEMENT)
    pooled = table[table["group"].isna()]
    rates = pooled[pooled["statistic"] == "placement_rate"]
    assert rates["scale"].fillna("all").tolist() == ["LEAD", "TSIG", "LEAD", "TSIG", "all", "LEAD"]
    wrong = pooled[pooled["statistic"] == "wrong_place_share"]
    assert list(zip(wrong["wording"], wrong["item"], wrong["place"], strict=True)) == [
        ("present", "lead01", "TSIG"),
        ("earlier", "lead02", "none"),
    ]


def test_the_strongest_decision_of_the_latest_round_counts(instrument):
    findings = (
        finding("lead03", 1, 1, "drop"),
        finding("lead03", 1, 2, "keep", interview="i2", code="answer"),
        finding("lead03", 1, 2, "watch", interview="i3", reason="Slow."),
        finding("lead02", 1, 1, "reword"),
    )
    table = conform(item_decisions(findings, instrument), ITEM_DECISIONS)
    assert table["item"].tolist() == ["lead02", "lead03"]
    assert table["wording"].tolist() == ["earlier", "present"]
    assert table.iloc[1][["round", "decision", "reason"]].tolist() == [2, "watch", "Slow."]
    assert table.iloc[1][["n_interviews", "n_findings"]].tolist() == [3, 3]
    assert table.iloc[1]["codes"] == "recall, answer"


def test_nothing_said_makes_empty_tables_that_keep_their_contract(instrument):
    assert list(rating_panels((), instrument)) == []
    assert list(sorting_panels((), instrument)) == []
    assert conform(gather_rows([], CONTENT_VALIDITY), CONTENT_VALIDITY).empty
    assert conform(item_decisions((), instrument), ITEM_DECISIONS).empty
