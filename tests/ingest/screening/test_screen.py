"""All signs together: what is flagged, what is not judged, who is left out."""

import warnings

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from pipeline.ingest.screening import FLAGS, ScreeningRules, describe_items, screen
from pipeline.ingest.screening.flags import INCONSISTENCY, count_families
from tests.ingest.layouts import INSTRUMENT

from .people import answer_at_random, answer_carefully, answer_in_a_line, as_frame, make_items

ITEMS = make_items()
N_EACH, N_CAREFUL = 60, 1000
SLOW, FAST = 8.0, 1.0
NAMES = [flag.name for flag in FLAGS]


@pytest.fixture(autouse=True)
def warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def times(n, per_item=SLOW):
    return pd.Series(np.full(n, per_item * len(ITEMS.ids)))


def sites(n):
    return pd.Series([f"s{number % 4}" for number in range(n)])


def screened(answers, seconds=None, rules=None, items=ITEMS):
    n = len(answers)
    return screen(
        as_frame(answers, items), times(n) if seconds is None else seconds, sites(n), items, rules
    )


@pytest.fixture(scope="module")
def crowd():
    """Random, in a line, careful; a third of each was fast."""
    rng = np.random.default_rng(18)
    answers = np.vstack(
        [
            answer_at_random(ITEMS, N_EACH, rng),
            answer_in_a_line(ITEMS, N_EACH, rng),
            answer_carefully(ITEMS, N_CAREFUL, rng),
        ]
    )
    kind = np.repeat(["random", "line", "careful"], [N_EACH, N_EACH, N_CAREFUL])
    fast = np.arange(len(answers)) % 3 == 0
    seconds = times(len(answers)).where(~fast, FAST * len(ITEMS.ids))
    return screened(answers, seconds).assign(kind=kind, fast=fast)


def test_careful_people_stay_even_when_they_were_fast(crowd):
    careful = crowd[crowd["kind"] == "careful"]
    assert careful["excluded"].mean() < 0.01
    assert careful["inconsistent"].fillna(False).mean() < 0.01
    assert (careful["high_guttman"].fillna(False)).mean() < 0.02


def test_random_answers_are_inconsistent_and_left_out_when_fast(crowd):
    random = crowd[crowd["kind"] == "random"]
    assert random["inconsistent"].mean() > 0.6
    assert random["excluded"].equals(
        random["fast"] & random["inconsistent"].fillna(False).astype(bool)
    )


def test_a_straight_line_alone_does_not_exclude(crowd):
    line = crowd[crowd["kind"] == "line"]
    assert line["straight_line"].all()
    assert line["long_run"].all()
    assert (line["n_strong"] == line["fast"] + 1).all()
    assert (line["excluded"] == line["fast"]).all()


def test_reasons_name_the_strong_flags_of_the_excluded_only(crowd):
    line = crowd[(crowd["kind"] == "line") & crowd["fast"]]
    assert set(line["reasons"]) <= {
        "straight_line; long_run; speeding",
        "straight_line; long_run; inconsistent; speeding",
    }
    assert (crowd.loc[~crowd["excluded"], "reasons"] == "").all()
    assert (crowd.loc[crowd["excluded"], "reasons"] != "").all()


def test_columns_have_the_types_that_are_promised(crowd):
    kinds = crowd.drop(columns=["kind", "fast"]).dtypes.astype(str)
    assert (kinds[NAMES] == "boolean").all()
    assert kinds[["n_answered", "longest_run", "n_strong", "duplicates"]].eq("int64").all()
    assert (
        kinds[["individual_sd", "even_odd", "mahalanobis_p", "seconds_per_item"]]
        .eq("Float64")
        .all()
    )
    assert (str(kinds["excluded"]), str(kinds["reasons"])) == ("bool", "string")


def test_the_order_of_people_does_not_matter():
    answers = answer_carefully(ITEMS, 300, np.random.default_rng(19))
    forwards = screened(answers)
    backwards = screened(answers[::-1])[::-1].set_index(forwards.index)
    columns = ["share_of_site_median"]
    assert_frame_equal(
        backwards.drop(columns=columns), forwards.drop(columns=columns), rtol=1e-3, atol=1e-6
    )


def test_one_exact_copy_and_little_time_are_two_reasons():
    answers = answer_carefully(ITEMS, 200, np.random.default_rng(20), missing=0)
    answers[120] = answers[7]
    seconds = times(200)
    seconds[[7, 30]] = FAST * len(ITEMS.ids)
    found = screened(answers, seconds)
    assert found.index[found["duplicate"].fillna(False)].tolist() == [7, 120]
    assert found.index[found["excluded"]].tolist() == [7]
    assert found.loc[7, "reasons"] == "speeding; duplicate"


def test_agreeing_with_everything_is_not_a_copy():
    line = answer_in_a_line(ITEMS, 40, np.random.default_rng(21))
    keyed = np.asarray(ITEMS.turn_round(line))
    for answers in (line, keyed):
        assert screened(answers)["duplicate"].isna().all()


def test_an_attention_check_counts_as_evidence_of_its_own():
    answers = as_frame(answer_in_a_line(ITEMS, 4, np.random.default_rng(22)), ITEMS)
    answers["chk01"] = [2, 5, np.nan, 2]
    found = screen(
        answers, times(4), sites(4), ITEMS, ScreeningRules(attention_checks={"chk01": 2})
    )
    assert found["attention_failed"].tolist() == [False, True, pd.NA, False]
    assert found["excluded"].tolist() == [False, True, False, False]
    assert found["reasons"].tolist()[1].endswith("attention_failed")


def test_the_study_says_which_flags_are_strong_and_how_many_exclude():
    answers = answer_in_a_line(ITEMS, 3, np.random.default_rng(23))
    assert screened(answers, rules=ScreeningRules(exclude_from_flags=1))["excluded"].all()
    strong = ScreeningRules(exclude_from_flags=1, strong=("speeding",))
    assert not screened(answers, rules=strong)["excluded"].any()


@pytest.mark.parametrize("n", [0, 1, 2, 3, 20, 49])
def test_few_people_are_not_judged_by_what_others_answer(n):
    found = screened(answer_carefully(ITEMS, n, np.random.default_rng(24)))
    assert len(found) == n
    for sign in ("mahalanobis", "person_total", "synonyms", "antonyms", "guttman"):
        assert found[sign].isna().all()
    assert found["even_odd"].notna().sum() == n


def test_somebody_without_answers_is_not_judged():
    answers = answer_carefully(ITEMS, 100, np.random.default_rng(25))
    answers[3] = np.nan
    found = screened(answers)
    assert found.loc[3, NAMES].drop("fast_for_site").isna().all()
    assert found.loc[3, "n_strong"] == 0
    assert not found.loc[3, "excluded"]


def test_nothing_is_judged_on_fewer_than_ten_answers():
    answers = np.full((1, len(ITEMS.ids)), np.nan)
    answers[0, :9] = 3
    assert screened(answers)[["straight_line", "long_run", "no_spread"]].isna().all(axis=None)
    answers[0, 9] = 3
    found = screened(answers)
    assert found[["straight_line", "no_spread"]].all(axis=None)


def test_a_line_without_reversed_items_is_not_judged_as_straight():
    answers = answer_in_a_line(ITEMS, 1, np.random.default_rng(26))
    answers[:, ITEMS.directions < 0] = np.nan
    found = screened(answers)
    assert found[["straight_line", "long_run"]].isna().all(axis=None)
    assert found["no_spread"].all()


def test_booklets_that_share_few_items_are_screened():
    rng = np.random.default_rng(27)
    answers = answer_carefully(ITEMS, 900, rng, missing=0.02)
    answers[:300, 18:] = np.nan
    answers[300:600, :6] = np.nan
    answers[300:600, 24:] = np.nan
    answers[600:, :18] = np.nan
    found = screened(answers)
    assert found["mahalanobis"].notna().mean() > 0.95
    assert found["person_total"].notna().mean() > 0.95
    assert found["guttman"].notna().mean() > 0.95
    assert not found["excluded"].any()


def test_synonyms_and_antonyms_are_judged_where_items_go_together():
    rng = np.random.default_rng(28)
    answers = answer_carefully(ITEMS, 800, rng, loading=0.95, missing=0)
    answers[:40] = answer_at_random(ITEMS, 40, rng)
    found = screened(answers)
    assert found["low_synonyms"].notna().mean() > 0.9
    assert found["low_synonyms"][:40].mean() > 0.4
    assert found["low_synonyms"][40:].mean() < 0.1
    assert found["high_antonyms"][:40].mean() > found["high_antonyms"][40:].mean() + 0.3


def test_half_of_the_answers_in_a_row_across_keying_are_a_long_run():
    answers = answer_carefully(ITEMS, 50, np.random.default_rng(29), missing=0)
    answers[0, :18] = 3
    found = screened(answers)
    assert found["long_run"].tolist()[0] is True
    assert found["straight_line"].tolist()[0] is False


def test_items_without_a_column_count_as_not_answered():
    answers = as_frame(answer_carefully(ITEMS, 100, np.random.default_rng(30), missing=0), ITEMS)
    found = screen(answers[list(ITEMS.ids[:12])], times(100), sites(100), ITEMS)
    assert (found["n_answered"] == 12).all()


def test_tables_with_nullable_integers_and_unknown_sites_are_read():
    answers = as_frame(answer_carefully(ITEMS, 60, np.random.default_rng(31)), ITEMS)
    answers = answers.astype("Int8").set_index(pd.Index([f"r{row}" for row in range(60)]))
    site = pd.Series(["a", pd.NA] * 30, dtype="string")
    found = screen(answers, times(60).astype("Int64"), site, ITEMS)
    assert found.index.equals(answers.index)
    assert found["share_of_site_median"].isna().sum() == 30


def test_arguments_are_left_as_they_were():
    answers = as_frame(answer_carefully(ITEMS, 60, np.random.default_rng(32)), ITEMS)
    before = answers.copy()
    screen(answers, times(60), sites(60), ITEMS)
    assert_frame_equal(answers, before)


def test_a_questionnaire_describes_its_items():
    items = describe_items(INSTRUMENT)
    assert items.ids == tuple(INSTRUMENT.items)
    reflective = [scale for scale in INSTRUMENT.scales if scale.treatment == "reflective"]
    for described, scale in zip(items.scales, reflective, strict=True):
        assert [items.ids[column] for column in described.columns] == scale.item_ids
        assert described.n_categories == len(scale.response_scale.values)
    reversed_ids = {one for scale in INSTRUMENT.scales for one in scale.reversed_ids}
    assert {items.ids[i] for i in np.flatnonzero(items.directions < 0)} == reversed_ids


@pytest.mark.parametrize(
    ("raised", "families"),
    [
        ([], 0),
        (["straight_line", "long_run", "inconsistent"], 1),
        (["straight_line", "speeding"], 2),
        (["inconsistent", "duplicate", "attention_failed"], 3),
        (["fast_for_site", "near_duplicate", "high_guttman"], 0),
    ],
)
def test_flags_that_rest_on_the_same_evidence_count_once(raised, families):
    flags = pd.DataFrame({name: pd.array([name in raised], dtype="boolean") for name in NAMES})
    assert count_families(flags, ScreeningRules().strong).tolist() == [families]


def test_every_sign_of_inconsistency_is_a_flag():
    assert set(INCONSISTENCY) < set(NAMES)
    assert len(set(NAMES)) == len(NAMES)
