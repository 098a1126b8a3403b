import numpy as np
import pandas as pd
import pytest

from pipeline.instrument.model import (
    Allocation,
    Facet,
    Grouping,
    Instrument,
    Item,
    Option,
    Part,
    Question,
    RespondentGroup,
    ResponseScale,
    Scale,
    SpecialCode,
    Text,
)
from pipeline.tables import MISSING, conform, responses_table, scores_table


def text(words):
    return Text({"en": words})


FIVE = ResponseScale("five", tuple(Option(v, text(str(v))) for v in range(1, 6)))


def make_scale(name, keyed):
    items = tuple(
        Item(f"{name.lower()}{place}", 1, text("?"), key, ("full",), ("DK", "PNA"))
        for place, key in enumerate(keyed, start=1)
    )
    facet = Facet(f"{name}.1", text(name), "all", items)
    return Scale(name, text(name), text(name), "reflective", FIVE, 1, (facet,))


@pytest.fixture(scope="session")
def instrument():
    """Two scales, a constant sum, two special codes and two groups."""
    parts = tuple(Part(letter, text(letter), text(letter)) for letter in "abc")
    role = Question("role", text("?"), "single", tuple(Option(v, text("r")) for v in (1, 2, 3)))
    groups = (
        RespondentGroup("lived", text("lived"), (1,)),
        RespondentGroup("professional", text("professional"), (2,)),
    )
    return Instrument(
        id="fixture",
        version="1",
        title=text("Fixture"),
        status="development",
        status_note=text(""),
        citation="",
        licence="",
        languages=("en",),
        translations=(),
        forms=(),
        fill_ins={},
        phrases={},
        special_codes=(SpecialCode("DK", 95, text("?")), SpecialCode("PNA", 96, text("?"))),
        sections=(),
        scales=(make_scale("AAA", (1, 1, -1, 1)), make_scale("BBB", (1, 1))),
        allocations=(Allocation("sum", text("s"), text("?"), 10, parts),),
        person_questions=(role,),
        context_questions=(),
        grouping=Grouping("role", groups),
    )


def make_study(instrument, sizes, seed, dk=0.05, spread=1.0, centre=3.3):
    """A study with `sizes`: of each site, people in the first, second and neither group.

    `sizes` is a list, or a list per wave; the same waves hold other people.
    """
    by_wave = sizes if isinstance(sizes, dict) else {"1": sizes}
    rng = np.random.default_rng(seed)
    ids = [g.id for g in instrument.grouping.groups]
    blocks = []
    for wave, of_wave in by_wave.items():
        for number, size in enumerate(of_wave):
            for group, n in zip([*ids, None], size, strict=True):
                blocks += [(f"s{number:02d}", wave, group)] * n
    people = pd.DataFrame(blocks, columns=["site", "wave", "group"])
    people["respondent"] = [f"p{i:05d}" for i in range(len(people))]
    people["person"] = None
    numbers = people.groupby(["wave", "site"]).ngroup().to_numpy()
    centres = rng.normal(centre, 0.4, numbers.max() + 1)
    person = centres[numbers] + rng.normal(0, 0.6 * spread, len(people))
    blanks = []
    for scale in instrument.scales:
        for item in scale.items:
            high = np.clip(np.rint(person + rng.normal(0, 0.7 * spread, len(people))), 1, 5)
            value = high if item.keyed == 1 else 6 - high
            unknown = rng.random(len(people)) < dk
            reason = rng.choice(["DK", "PNA", "SKIPPED", "NOT_REACHED"], len(people))
            people[item.id] = pd.array(np.where(unknown, np.nan, value), dtype="Float64")
            blanks += [
                (r, item.id, why)
                for r, why in zip(people["respondent"][unknown], reason[unknown], strict=True)
            ]
    counters = rng.multinomial(10, [0.5, 0.3, 0.2], len(people))
    for allocation in instrument.allocations:
        for column, values in zip(allocation.columns, counters.T, strict=True):
            people[column] = values
    role = {ids[0]: 1, ids[1]: 2}
    people["role"] = people["group"].map(role)
    people = people.assign(export="x", language=None, finished=True, seconds=None)
    responses = conform(people, responses_table(instrument))
    missing = conform(pd.DataFrame(blanks, columns=MISSING.column_names), MISSING)
    return responses, missing, score(responses, instrument)


def score(responses, instrument):
    scores = responses[["respondent", "site", "wave", "group"]].copy()
    for scale in instrument.scored_scales:
        keyed = responses[scale.item_ids].astype("Float64")
        for name in scale.reversed_ids:
            keyed[name] = scale.response_scale.reflection - keyed[name]
        scores[scale.id] = keyed.mean(axis=1)
    return conform(scores, scores_table(instrument))
