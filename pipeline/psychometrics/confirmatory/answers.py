"""Answers of the respondents of each group, checked against a model before anything is fitted."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray, IntArray, is_constant, to_numbers
from pipeline.psychometrics.confirmatory.categories import MergedCategory, with_shared_categories
from pipeline.psychometrics.confirmatory.model_text import Parameter

MOST_CATEGORIES = 20
"""An item with more different answers is taken for a mistake where items are ordered."""


class GroupedAnswers(NamedTuple):
    """Answers that a model is fitted to.

    ``answers`` (n, p) of all respondents used, ``group_numbers`` (n,) and ``clusters`` (n,) or
    None, ``groups`` their names (one empty name without groups), ``n_left_out`` rows that were not
    used, ``merged`` categories that some group did not use.
    """

    answers: pd.DataFrame
    group_numbers: IntArray
    groups: tuple[str, ...]
    clusters: IntArray | None
    n_left_out: int
    merged: tuple[MergedCategory, ...]

    def of_group(self, number: int) -> pd.DataFrame:
        """Answers of one group."""
        own: pd.DataFrame = self.answers.loc[self.group_numbers == number]
        return own

    def n_categories(self) -> Mapping[str, int]:
        """How many different answers each item has."""
        return {str(item): int(self.answers[item].nunique()) for item in self.answers.columns}

    def fewest_clusters(self) -> int | None:
        """How many clusters the group with the fewest has; None where there are no clusters."""
        own = [self.clusters_of(number) for number in range(len(self.groups))]
        counts = [len(np.unique(clusters)) for clusters in own if clusters is not None]
        return min(counts, default=None)

    def clusters_of(self, number: int) -> IntArray | None:
        """Clusters of the respondents of one group, numbered from 0."""
        if self.clusters is None:
            return None
        own = self.clusters[self.group_numbers == number]
        return np.asarray(np.unique(own, return_inverse=True)[1], dtype=np.int64)


def observed_variables(named: Sequence[Parameter]) -> tuple[str, ...]:
    """Variables of a model that no factor stands for."""
    latent = {p.left for p in named if p.operator == "=~"}
    found: dict[str, None] = {}
    for p in named:
        found.update(dict.fromkeys(side for side in p.variables if side not in latent))
    return tuple(found)


def grouped_answers(
    data: pd.DataFrame,
    named: Sequence[Parameter],
    group: str | None,
    cluster: str | None,
    keeps_gaps: bool,
    is_ordered: bool,
) -> GroupedAnswers:
    """The answers to the items of a model, group by group.

    Parameters
    ----------
    data : DataFrame
        Items and, if named, a column of groups and one of clusters.
    named : sequence of Parameter
        The model.
    group, cluster : str or None
        Names of columns.
    keeps_gaps : bool
        Keep respondents who left some items out.
    is_ordered : bool
        Whether items are ordered categories.

    Raises
    ------
    ValueError
        With everything that stands in the way, one line each.
    """
    items = observed_variables(named)
    _require_columns(data, items, group, cluster, named)
    answers = pd.DataFrame(to_numbers(data[list(items)]), columns=list(items), index=data.index)
    usable = _usable(answers, data, group, cluster, keeps_gaps)
    answers = answers[usable]
    numbers, groups = _groups(data.loc[usable, group] if group is not None else None, len(answers))
    clusters = None
    if cluster is not None:
        clusters = np.asarray(pd.factorize(data.loc[usable, cluster], sort=True)[0], dtype=np.int64)
    faults = list(_faults(answers, numbers, groups, clusters, is_ordered))
    if group is not None and len(answers):
        faults += _emptied_groups(data[group], groups)
    if faults:
        raise ValueError("the model cannot be fitted to these answers:\n" + "\n".join(faults))
    merged: tuple[MergedCategory, ...] = ()
    if is_ordered and len(groups) > 1:
        answers, merged = with_shared_categories(answers, numbers, groups)
        lone = [item for item in items if answers[item].nunique() < 2]
        if lone:
            raise ValueError(
                f"no two categories of {', '.join(lone)} are used in every group, so the groups "
                "cannot be compared on it; leave the item or a group out"
            )
    return GroupedAnswers(answers, numbers, groups, clusters, int((~usable).sum()), merged)


def _require_columns(
    data: pd.DataFrame,
    items: Sequence[str],
    group: str | None,
    cluster: str | None,
    named: Sequence[Parameter],
) -> None:
    """Refuse a model and names of columns that do not go with the data."""
    if not isinstance(data, pd.DataFrame):
        raise ValueError(
            f"data must be a DataFrame with a row a respondent, got {type(data).__name__}"
        )
    columns: set[Hashable] = set(data.columns)
    faults = [
        f"{name!r} stands in the model{_at_line(name, named)} but is no column of the data"
        for name in items
        if name not in columns
    ]
    faults += [
        f"{name!r}, named as the column of {role}, is no column of the data"
        for name, role in ((group, "groups"), (cluster, "clusters"))
        if name is not None and name not in columns
    ]
    faults += [
        f"{name!r} is the name of a factor and of a column of the data; rename one of them"
        for name in dict.fromkeys(p.left for p in named if p.operator == "=~")
        if name in columns
    ]
    columns_in_order = [str(column) for column in data.columns]
    named_columns = [name for name in (*items, group, cluster) if name is not None]
    repeated = [name for name in named_columns if columns_in_order.count(name) > 1]
    faults += [f"two columns of the data are called {name!r}" for name in repeated]
    if faults:
        raise ValueError("the model does not go with the data:\n" + "\n".join(faults))


def _at_line(name: str, named: Sequence[Parameter]) -> str:
    """Where in the text of the model a name stands first."""
    lines = [p.line for p in named if name in (p.left, p.right) and p.line]
    return f" (line {lines[0]})" if lines else ""


def _usable(
    answers: pd.DataFrame,
    data: pd.DataFrame,
    group: str | None,
    cluster: str | None,
    keeps_gaps: bool,
) -> pd.Series:
    """Which respondents have the answers, the group and the cluster that are needed."""
    answered = answers.notna()
    usable = answered.any(axis=1) if keeps_gaps else answered.all(axis=1)
    for name in (group, cluster):
        if name is not None:
            usable &= data[name].notna()
    return usable


def _groups(column: "pd.Series[Any] | None", n: int) -> tuple[IntArray, tuple[str, ...]]:
    """Numbers of groups and their names, in the order of the categories or sorted."""
    if column is None:
        return np.zeros(n, dtype=np.int64), ("",)
    numbers, names = pd.factorize(column, sort=True)
    return np.asarray(numbers, dtype=np.int64), tuple(str(name) for name in names)


def _emptied_groups(column: "pd.Series[Any]", groups: Sequence[str]) -> Iterable[str]:
    """Groups that would vanish because nobody in them can be used."""
    for name in dict.fromkeys(str(name) for name in column.dropna()):
        if name not in groups:
            yield (
                f"nobody in group {name!r} gave the answers that the model needs; leave out the "
                "group, or the item that it did not answer"
            )


def _faults(
    answers: pd.DataFrame,
    numbers: IntArray,
    groups: Sequence[str],
    clusters: IntArray | None,
    is_ordered: bool,
) -> Iterable[str]:
    """Why answers cannot carry the model, in any group or as a whole."""
    values = answers.to_numpy(np.float64)
    if not len(values):
        yield "no respondent answered what the model needs"
        return
    if groups != ("",) and len(groups) < 2:
        yield (
            f"all respondents are in the group {groups[0]!r}; leave `group` out, or give two groups"
        )
    for number, name in enumerate(groups):
        is_own = numbers == number
        yield from _faults_of_group(values[is_own], name, answers.columns, is_ordered)
        if clusters is not None and len(np.unique(clusters[is_own])) < 2:
            where = f" in group {name!r}" if name else ""
            yield f"all respondents{where} are in one cluster; leave `cluster` out, or give several"
    if is_ordered:
        for item in answers.columns:
            if answers[item].nunique() > MOST_CATEGORIES:
                yield (
                    f"{item} has {answers[item].nunique()} different answers; use estimator='MLR' "
                    "for answers that are not ordered categories"
                )


def _faults_of_group(
    values: FloatArray, name: str, items: Iterable[Hashable], is_ordered: bool
) -> Iterable[str]:
    """Why the answers of one group cannot carry the model."""
    where = f" in group {name!r}" if name else ""
    least = 3
    if len(values) < least:
        yield (
            f"{len(values)} respondents with usable answers{where} are too few; leave them out, or "
            "join groups"
        )
        return
    for item, constant, column in zip(items, is_constant(values), values.T, strict=True):
        if np.isnan(column).all():
            yield f"nobody{where} answered {item}; leave the item out"
        elif constant and not is_ordered:
            yield f"everybody{where} gave the same answer to {item}; leave the item out"
        elif constant and not name:
            yield f"everybody gave the same answer to {item}; leave the item out"
