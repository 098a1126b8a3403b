"""What was written down before the data, and how far this report judges it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.report.pages import Setting

FOUND, NOT_FOUND, NOT_JUDGED = "yes", "no", "not judged"


def hypotheses_in_words(
    falsifiers: Sequence[Mapping[str, str]], setting: Setting
) -> tuple[str, ...]:
    """How many falsifiers were found, not found and not judged, and what is not judged at all.

    Parameters
    ----------
    falsifiers : sequence of mapping of str to str
        Rows by the contract FALSIFIERS, as text.
    setting : Setting
        As everywhere.
    """
    if not falsifiers:
        return setting.say("hypotheses.none"), setting.say("hypotheses.others")
    told = [
        _counted(sample, [row for row in falsifiers if row["sample"] == sample], setting)
        for sample in sorted({row["sample"] for row in falsifiers})
    ]
    return (
        setting.say("hypotheses.intro"),
        *told,
        setting.say("hypotheses.where"),
        setting.say("hypotheses.others"),
    )


def outcome_of(found: Sequence[str]) -> str:
    """What holds for a falsifier with several cases: found if any is, not found if none can be."""
    if FOUND in found:
        return FOUND
    return NOT_FOUND if set(found) == {NOT_FOUND} else NOT_JUDGED


def _counted(sample: str, rows: Sequence[Mapping[str, str]], setting: Setting) -> str:
    names = {(row["scale"], row["falsifier"]) for row in rows}
    outcomes = [
        outcome_of([row["found"] for row in rows if (row["scale"], row["falsifier"]) == name])
        for name in sorted(names)
    ]
    found, not_found, not_judged = (
        setting.numbers.count(outcomes.count(one)) for one in (FOUND, NOT_FOUND, NOT_JUDGED)
    )
    return setting.say(
        "hypotheses.counted",
        sample=setting.phrases.say(f"models.sample_{sample}"),
        number=setting.numbers.count(len(outcomes)),
        found=found,
        not_found=not_found,
        not_judged=not_judged,
    )
