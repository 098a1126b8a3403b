"""The models of a ladder, each fitted when it is asked for, with the same answers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.psychometrics.confirmatory.answers import GroupedAnswers, grouped_answers
from pipeline.psychometrics.confirmatory.completion import Equal
from pipeline.psychometrics.confirmatory.estimate import Model, require_possible
from pipeline.psychometrics.confirmatory.fitting import Samples, fit_model, samples_of
from pipeline.psychometrics.confirmatory.model_text import Parameter, parameters_of
from pipeline.psychometrics.confirmatory.parameter_table import ParameterTable, parameter_table
from pipeline.psychometrics.confirmatory.solution import (
    ORDERED,
    ConfirmatorySolution,
    Estimator,
    Missing,
)
from pipeline.psychometrics.measurement_invariance.criteria import Rung
from pipeline.psychometrics.measurement_invariance.wu_estabrook import wu_estabrook_table

RUNGS_OF_ORDERED: tuple[Rung, ...] = ("thresholds", "loadings", "intercepts", "residuals")
RUNGS_OF_CONTINUOUS: tuple[Rung, ...] = ("loadings", "intercepts", "residuals")


@dataclass(frozen=True, slots=True, eq=False)
class LadderModels:
    """What every model of a ladder is fitted to.

    Attributes
    ----------
    named : tuple of Parameter
        The model.
    answers : GroupedAnswers
        Answers by group.
    samples : sequence
        Their moments, counted once.
    rungs : tuple of str
        What is set equal, in order.
    estimator, missing, orthogonal, confidence_level
        As for :func:`cfa`.
    """

    named: tuple[Parameter, ...]
    answers: GroupedAnswers
    samples: Samples
    rungs: tuple[Rung, ...]
    estimator: Estimator
    missing: Missing
    orthogonal: bool
    confidence_level: float

    @property
    def items_of_factors(self) -> Mapping[str, list[str]]:
        """Items that each factor is measured by."""
        items = set(self.answers.answers.columns)
        result: dict[str, list[str]] = {}
        for p in self.named:
            if p.operator == "=~" and p.right in items:
                result.setdefault(p.left, []).append(p.right)
        return result

    def fitted(self, n_rungs: int, free: Collection[str]) -> ConfirmatorySolution:
        """The model in which so many rungs are equal in all groups, with these exceptions."""
        equal = self.rungs[:n_rungs]
        table = _table(self.named, self.answers, self.estimator, equal, self.orthogonal, free)
        return fit_model(
            table, self.samples, self.answers, self.estimator, self.missing, self.confidence_level
        )


def ladder_models(
    model: Model,
    data: pd.DataFrame,
    group: str,
    estimator: Estimator,
    missing: Missing,
    cluster: str | None,
    orthogonal: bool,
    free: Collection[str] = (),
    confidence_level: float = 0.95,
) -> LadderModels:
    """The models of a ladder; arguments and errors as for :func:`invariance`."""
    named = model if isinstance(model, tuple) else parameters_of(model)
    require_possible(estimator, missing)
    is_ordered = estimator in ORDERED
    answers = grouped_answers(data, named, group, cluster, missing != "listwise", is_ordered)
    _require_plain(named, free, [str(item) for item in answers.answers.columns])
    items = _table(named, answers, estimator, (), orthogonal, ()).items
    return LadderModels(
        named=named,
        answers=answers,
        samples=samples_of(answers, items, estimator, missing),
        rungs=RUNGS_OF_ORDERED if is_ordered else RUNGS_OF_CONTINUOUS,
        estimator=estimator,
        missing=missing,
        orthogonal=orthogonal,
        confidence_level=confidence_level,
    )


def _require_plain(
    named: Sequence[Parameter], free: Collection[str], items: Collection[str]
) -> None:
    """Refuse what the ladder itself sets free or equal, and exceptions that are no parameters."""
    faults = [
        f"{p} belongs to the ladder; leave it out"
        for p in named
        if p.operator in ("~1", "|")
        or (p.operator == "~~" and p.left == p.right and p.left in items)
    ]
    loadings = {f"{p.left}=~{p.right}" for p in named if p.operator == "=~"}
    possible = loadings | {f"{i}{end}" for i in items for end in ("|", "~1", f"~~{i}")}
    faults += [
        f"{entry!r} in `free` is no parameter of the model; write 'factor =~ item', 'item |', "
        "'item ~1' or 'item ~~ item'"
        for entry in free
        if "".join(entry.split()) not in possible
    ]
    if faults:
        raise ValueError("the ladder cannot be built:\n" + "\n".join(faults))


def _table(
    named: Sequence[Parameter],
    answers: GroupedAnswers,
    estimator: Estimator,
    equal: Sequence[Equal],
    orthogonal: bool,
    free: Collection[str],
) -> ParameterTable:
    """The model in which these are equal in all groups, with these exceptions."""
    n_groups = len(answers.groups)
    if estimator in ORDERED:
        categories = answers.n_categories()
        return wu_estabrook_table(named, n_groups, categories, equal, orthogonal, free)
    return parameter_table(
        tuple(named),
        n_groups=n_groups,
        std_lv=True,
        orthogonal=orthogonal,
        has_means=True,
        group_equal=equal,
        group_partial=free,
    )
