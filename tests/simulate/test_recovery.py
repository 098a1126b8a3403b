"""What goes into a simulation comes out again, within Monte-Carlo error.

Every tolerance is about four standard errors for 400 sites of 100 people; where sites share a
shift, the number that counts is that of the sites.
"""

import numpy as np
import pandas as pd
import pytest

SITES = 400


@pytest.fixture(scope="module")
def unshifted(large, model):
    """Traits without the shifts of groups and of the site form."""
    from pipeline.simulate.sites import context_shifts

    people = large.respondents
    by_group = model.group_shifts.loc[people["group"]].to_numpy()
    by_site = context_shifts(large.sites, model).set_axis(large.sites["site"], axis=0)
    return large.traits - by_group - by_site.loc[people["site"]].to_numpy()


@pytest.fixture(scope="module")
def numbers(large, instrument):
    """Answers without special codes."""
    answers = large.respondents[list(instrument.items)]
    return answers.where(answers <= 5)


def within_sites(traits, large):
    return traits - traits.groupby(large.respondents["site"]).transform("mean")


def test_traits_have_the_intraclass_correlation_of_the_model(unshifted, large, model):
    grouped = unshifted.groupby(large.respondents["site"])
    within = grouped.var().mean()
    between = grouped.mean().var() - within / 100
    icc = between / (between + within)
    se = (1 - model.icc) * (model.icc + (1 - model.icc) / 100) * np.sqrt(2 / SITES)
    assert (np.abs(icc - model.icc) < 4 * se).all()


def test_traits_correlate_within_sites_as_in_the_model(unshifted, large, model):
    found = within_sites(unshifted, large).corr()
    assert np.abs(found - model.correlations).to_numpy().max() < 4 / np.sqrt(40_000)


def test_site_effects_correlate_as_in_the_model(unshifted, large, model):
    grouped = unshifted.groupby(large.respondents["site"])
    error = within_sites(unshifted, large).cov() / 99
    between = grouped.mean().cov() - error
    sd = np.sqrt(np.diag(between))
    # 400 sites, a fifth or so of noise in their means: se about .05 * 1.1
    assert np.abs(between / np.outer(sd, sd) - model.correlations).to_numpy().max() < 4 * 0.06


def test_traits_have_variance_one_before_shifts(unshifted):
    assert np.abs(unshifted.var() - 1).max() < 4 * 0.03


def test_groups_differ_within_sites_as_in_the_model(large, model):
    people = large.respondents.assign(**large.traits)
    means = people.groupby(["site", "group"])[list(large.traits)].mean()
    gap = means.xs("professional", level="group") - means.xs("lived", level="group")
    expected = model.group_shifts.loc["professional"] - model.group_shifts.loc["lived"]
    # difference of two means of about 43 people, averaged over 400 sites: se about .011
    assert np.abs(gap.mean() - expected).max() < 4 * 0.012


def test_late_phase_scores_half_a_standard_deviation_more_on_implementing(large, model):
    effects = model.context_effects["ctx13"]
    traits = large.traits.groupby(large.respondents["site"]).mean()
    phase = large.sites.set_index("site")["ctx13"].loc[traits.index]
    gap = traits[phase == 3].mean() - traits[phase == 1].mean()
    for scale in traits:
        shifts = effects.get(scale, {})
        expected = shifts.get(3, 0.0) - shifts.get(1, 0.0)
        # sites of one phase: 100 and 132, sd of a site mean at most .6
        assert abs(gap[scale] - expected) < 4 * 0.6 * np.sqrt(1 / 100 + 1 / 132)


def test_item_means_are_those_of_the_model_when_traits_are_not_shifted(
    instrument, model, large, unshifted
):
    from pipeline.simulate.answers import draw_item_answers

    answers = draw_item_answers(unshifted, instrument, model, np.random.default_rng(3))
    for scale in instrument.scales:
        for item in scale.items:
            keyed = answers[item.id] if item.keyed == 1 else 6 - answers[item.id]
            # 400 sites: se of a mean is about sqrt(icc * loading^2 / 400) and the like, .025
            assert abs(keyed.mean() - model.items["mean"][item.id]) < 4 * 0.025


def test_answers_follow_the_trait_as_strongly_as_the_loading_says(
    numbers, large, instrument, model
):
    for scale in instrument.scales:
        for item in scale.items:
            found = item.keyed * numbers[item.id].corr(large.traits[scale.id])
            # five categories lose 5 to 12 % of a correlation
            assert 0.86 < found / model.items["loading"][item.id] < 1.02


def test_negatively_keyed_items_share_a_wording_factor(numbers, large, instrument, model):
    negative = [item for item in instrument.items.values() if item.keyed == -1]
    rest = {
        item.id: numbers[item.id]
        - numbers[item.id].corr(large.traits[instrument.scale_of_item[item.id].id])
        * numbers[item.id].std()
        / large.traits[instrument.scale_of_item[item.id].id].std()
        * large.traits[instrument.scale_of_item[item.id].id]
        for item in negative
    }
    correlations = pd.DataFrame(rest).corr().to_numpy()
    shared = correlations[np.triu_indices(len(negative), 1)].mean()
    assert 0.03 < shared < 0.12


@pytest.mark.parametrize("group", ["lived", "professional", "other"])
def test_dont_know_rates_are_those_of_facet_and_group(large, instrument, model, group):
    answers = large.respondents[large.respondents["group"] == group]
    for scale in instrument.scales:
        for facet in scale.facets:
            expected = model.special_codes["DK"].rates[facet.exposure][group]
            expected *= 1 - model.skipped
            for item in facet.items:
                se = np.sqrt(expected * (1 - expected) / len(answers))
                assert abs((answers[item.id] == 98).mean() - expected) < 4.5 * se


def test_dont_know_is_ten_points_higher_for_lived_experience_on_near_facets(model):
    near = model.special_codes["DK"].rates["near"]
    assert near["lived"] - near["professional"] >= 0.10
    assert (
        max(rates["lived"] for rates in model.special_codes["DK"].rates.values()) == near["lived"]
    )


def test_too_early_depends_on_the_phase(large, instrument, model):
    phase = large.sites.set_index("site")["ctx13"].loc[large.respondents["site"]].to_numpy()
    offered = [item.id for item in instrument.items.values() if "EARLY" in item.special_codes]
    for value in (1, 2, 3):
        found = (large.respondents.loc[phase == value, offered] == 99).to_numpy().mean()
        expected = model.special_codes["EARLY"].rates["ctx13"][str(value)] * (1 - model.skipped)
        assert abs(found - expected) < 0.01


def test_joined_later_depends_on_the_length_of_involvement(large, instrument, model):
    offered = [item.id for item in instrument.items.values() if "LATER" in item.special_codes]
    for value in (1, 2, 3):
        newer = large.respondents[large.respondents["invlength"] == value]
        found = (newer[offered] == 96).to_numpy().mean()
        expected = model.special_codes["LATER"].rates["invlength"][str(value)]
        assert abs(found - expected * (1 - model.skipped)) < 0.01


def test_counters_move_from_one_lead_to_spread_leading(large, instrument, model):
    means = large.respondents[list(instrument.allocation_columns)].mean()
    for allocation in instrument.allocations:
        for column, part in allocation.columns.items():
            share = model.allocations[allocation.id].shares[part.id]
            assert abs(means[column] / allocation.total - share) < 0.05


def test_groups_have_the_shares_of_the_model(large, model):
    found = large.respondents["group"].value_counts(normalize=True)
    for group, share in model.group_mix.items():
        # Dirichlet with concentration 12 over 400 sites
        assert abs(found[group] - share) < 4 * np.sqrt(share * (1 - share) / 13 / SITES)


def test_perceived_depth_goes_with_shared_power(large, model):
    within = large.respondents["depth"].corr(large.traits["POW"], method="spearman")
    expected = model.person_questions["depth"].follows
    latent = expected["POW"] + expected["COL"] * model.correlations.loc["POW", "COL"]
    assert abs(within - latent) < 0.06


def test_observed_item_means_spread_from_low_to_high(model):
    assert model.items["mean"].min() <= 2.7
    assert model.items["mean"].max() >= 3.9
