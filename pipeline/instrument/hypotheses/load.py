"""Reading the hypotheses of a questionnaire, and telling everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pipeline.instrument.documents import parse_yaml, schema_problems
from pipeline.instrument.hypotheses.about import hypotheses_about
from pipeline.instrument.hypotheses.checks import content_problems
from pipeline.instrument.hypotheses.model import (
    NO_HYPOTHESES,
    Band,
    Claim,
    ComparisonGroup,
    Condition,
    Criterion,
    DerivedVariable,
    EvidenceNeed,
    Factor,
    Falsifier,
    Hypotheses,
    Hypothesis,
    RivalModel,
    SupportRule,
)
from pipeline.instrument.model import Instrument
from pipeline.problems import Problem, refuse_if_any

FILE = "evidence/hypotheses.yaml"


def load_hypotheses(folder: str | Path, instrument: Instrument) -> Hypotheses:
    """The hypotheses, rival models and falsifiers of a questionnaire.

    Parameters
    ----------
    folder : path
        Folder of the questionnaire; they stand in ``evidence/hypotheses.yaml``, which may be
        absent.
    instrument : Instrument
        The whole questionnaire, because hypotheses may be about what a form leaves out.

    Raises
    ------
    InputError
        With every problem: not YAML or not of the form the schema asks for; an id that is used
        twice or does not exist; a band turned round or against the direction; an answer that a
        question does not have; an item or question that names a hypothesis that does not exist,
        or does not name one that is about it.
    """
    path = Path(folder) / FILE
    if not path.is_file():
        return NO_HYPOTHESES
    content, problems = parse_yaml(path)
    refuse_if_any(problems or list(schema_problems(path, content, "hypotheses")))
    refuse_if_any(list(content_problems(path.as_posix(), content, instrument)))
    hypotheses = _hypotheses(content)
    refuse_if_any(list(_list_problems(Path(folder), hypotheses, instrument)))
    return hypotheses


def _list_problems(
    folder: Path, hypotheses: Hypotheses, instrument: Instrument
) -> Iterator[Problem]:
    """Items and questions whose list of hypotheses does not agree with the hypotheses."""
    about = hypotheses_about(hypotheses, instrument)
    for path, asked_id, listed in _lists(folder, instrument):
        for name in listed:
            if name not in hypotheses.by_id:
                cure = f"there is no hypothesis '{name}' in {FILE}; correct it or take it out"
                yield Problem(path, cure, column=asked_id)
        for name in about[asked_id]:
            if name not in listed:
                cure = f"{name} is about this; add it to the list of hypotheses here"
                yield Problem(path, cure, column=asked_id)


def _lists(folder: Path, instrument: Instrument) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """File, id and list of hypotheses of every item and question."""
    for scale in instrument.scales:
        path = (folder / "scales" / f"{scale.id}.yaml").as_posix()
        yield from ((path, item.id, item.hypotheses) for item in scale.items)
    for name, questions in (
        ("respondents", instrument.person_questions),
        ("context", instrument.context_questions),
    ):
        path = (folder / f"{name}.yaml").as_posix()
        yield from ((path, question.id, question.hypotheses) for question in questions)


# ------------------------------------------------------------------ from the file to objects


def _hypotheses(content: Mapping[str, Any]) -> Hypotheses:
    return Hypotheses(
        bands={name: Band(*limits) for name, limits in content["bands"].items()},
        support=_support(content["support"]),
        total_score=_criteria(content["total_score"]),
        evidence={name: EvidenceNeed(name, **need) for name, need in content["evidence"].items()},
        external={entry["id"]: entry["title"] for entry in content.get("external", ())},
        derived={entry["id"]: _derived(entry) for entry in content.get("derived", ())},
        groups={entry["id"]: _group(entry) for entry in content.get("groups", ())},
        hypotheses=tuple(_hypothesis(entry) for entry in content["hypotheses"]),
        rival_models=tuple(_rival_model(entry) for entry in content["rival_models"]),
        falsifiers=tuple(_falsifier(entry) for entry in content["falsifiers"]),
    )


def _support(support: Mapping[str, Any]) -> SupportRule:
    points = support["points"]
    return SupportRule(
        counted=tuple(support["counted"]),
        share_needed=support["share_needed"],
        full_points=points["direction_and_band"],
        direction_points=points["direction_only"],
        no_points=points["neither"],
        rule=support["rule"],
    )


def _derived(entry: Mapping[str, Any]) -> DerivedVariable:
    return DerivedVariable(
        id=entry["id"],
        title=entry["title"],
        kind=entry["kind"],
        of=tuple(entry["of"]),
        level=entry["level"],
        values=tuple(entry.get("values", ())),
    )


def _group(entry: Mapping[str, Any]) -> ComparisonGroup:
    match: Literal["all", "any"] = "all" if "all" in entry else "any"
    conditions = tuple(
        Condition(given["variable"], tuple(given.get("values", ())), _band(given, "between"))
        for given in entry[match]
    )
    return ComparisonGroup(entry["id"], entry["title"], entry["level"], match, conditions)


def _band(entry: Mapping[str, Any], key: str) -> Band | None:
    return Band(*entry[key]) if key in entry else None


def _hypothesis(entry: Mapping[str, Any]) -> Hypothesis:
    return Hypothesis(
        id=entry["id"],
        statement=entry["statement"],
        source_lines=tuple(entry["source"]),
        grade=entry["grade"],
        claims=tuple(
            _claim(f"{entry['id']}.{place}", {**entry, **claim})
            for place, claim in enumerate(entry["claims"], start=1)
        ),
        basis=entry.get("basis", ""),
    )


def _claim(claim_id: str, claim: Mapping[str, Any]) -> Claim:
    """A claim that has what stands on its hypothesis wherever it says nothing itself."""
    return Claim(
        id=claim_id,
        kind=claim["kind"],
        variables=tuple(claim["variables"]),
        direction=claim["direction"],
        band=Band(*claim["between"]),
        role=claim["role"],
        level=claim["level"],
        corrected=claim["corrected"],
        exploratory=claim.get("exploratory", False),
        evidence=claim["evidence"],
        needs=tuple(claim["needs"]),
        against=tuple(claim.get("against", ())),
        given=tuple(claim.get("given", ())),
        absolute=claim.get("absolute", False),
        high=claim.get("high"),
        low=claim.get("low"),
        ordered_by=claim.get("ordered_by"),
        order=tuple(claim.get("order", ())),
        code=claim.get("code"),
        measure=claim.get("measure"),
        interval_below=claim.get("interval_below"),
        contradicted_outside=_band(claim, "contradicted_outside"),
        note=claim.get("note", ""),
    )


def _criteria(entry: Mapping[str, Any]) -> tuple[Criterion, ...]:
    return tuple(_criterion(given) for given in entry["all"])


def _criterion(given: Mapping[str, Any]) -> Criterion:
    return Criterion(
        index=given["index"],
        band=Band(*given["between"]),
        of=tuple(given.get("of", ())),
        against=tuple(given.get("against", ())),
        compared_with=given.get("compared_with"),
        in_model=given.get("in_model"),
        absolute=given.get("absolute", False),
        levels=tuple(given.get("levels", ())),
        samples=tuple(given.get("samples", ())),
        groups=tuple(given.get("groups", ())),
        hypotheses=tuple(given.get("hypotheses", ())),
        how_many=_band(given, "how_many"),
        share=_band(given, "share"),
        note=given.get("note", ""),
    )


def _rival_model(entry: Mapping[str, Any]) -> RivalModel:
    return RivalModel(
        id=entry["id"],
        title=entry["title"],
        use=entry["use"],
        kind=entry["kind"],
        reason=entry["reason"],
        source_lines=tuple(entry["source"]),
        grade=entry["grade"],
        factors=_factors(entry["factors"]),
        second_order=_factors(entry.get("second_order", {})),
        additional=_factors(entry.get("additional", {})),
        wording_factor=entry.get("wording_factor"),
        between_factors=_band(entry, "between_factors"),
        prefer_if=tuple(_criteria(alternative) for alternative in entry["prefer_if"]),
    )


def _factors(factors: Mapping[str, Any]) -> tuple[Factor, ...]:
    return tuple(Factor(name, tuple(parts)) for name, parts in factors.items())


def _falsifier(entry: Mapping[str, Any]) -> Falsifier:
    return Falsifier(
        id=entry["id"],
        statement=entry["statement"],
        per=entry["per"],
        evidence=entry["evidence"],
        when=tuple(_criteria(alternative) for alternative in entry["when"]),
        action=entry["action"],
        consequence=entry["consequence"],
    )
