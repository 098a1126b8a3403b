"""A fitted model as a text that repeats the analysis in lavaan, or here."""

from collections.abc import Iterable, Sequence

from pipeline.psychometrics.confirmatory.model_text import is_name
from pipeline.psychometrics.confirmatory.parameter_table import ParameterTable, Row
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution


def lavaan_syntax(solution: ConfirmatorySolution) -> str:
    """The complete model in the notation of lavaan, with the call as a comment above it.

    Parameters
    ----------
    solution : ConfirmatorySolution
        A fitted model.

    Returns
    -------
    str
        Every parameter with what is fixed, free and equal in each group, so that nothing rests on
        defaults: the text gives the same model to ``lavaan::lavaan`` and to :func:`cfa`.

    Raises
    ------
    ValueError
        If a name of a factor or an item cannot be written in that notation.

    Examples
    --------
    >>> import pandas as pd
    >>> from pipeline.psychometrics.confirmatory.estimate import cfa
    >>> answers = pd.DataFrame({"a": [1, 2, 3, 3, 1], "b": [1, 3, 2, 3, 2], "c": [1, 2, 2, 3, 1]})
    >>> print(lavaan_syntax(cfa({"f": ["a", "b", "c"]}, answers, estimator="ML")))
    # lavaan::lavaan(model, data, estimator = "ML")
    f =~ 1*a
    f =~ NA*b
    f =~ NA*c
    a ~~ NA*a
    b ~~ NA*b
    c ~~ NA*c
    f ~~ NA*f
    """
    table = solution.table
    if strange := [name for name in (*table.latent, *table.items) if not is_name(name)]:
        raise ValueError(
            "these names cannot stand in a text of lavaan, rename them with letters, digits, '.' "
            f"and '_': {', '.join(map(repr, strange))}"
        )
    return "\n".join([_call(solution), *model_lines(table)])


def _call(solution: ConfirmatorySolution) -> str:
    """The call that repeats the analysis, as a comment."""
    table = solution.table
    said = [f'estimator = "{solution.estimator}"']
    if table.is_ordered:
        said += ["ordered = TRUE", f'parameterization = "{table.parameterization}"']
    if solution.missing != "listwise":
        said.append(f'missing = "{solution.missing}"')
    if len(solution.groups) > 1:
        names = ", ".join(f'"{name}"' for name in solution.groups)
        said.append(f"group = COLUMN, group.label = c({names})")
    if solution.n_clusters is not None:
        said.append("cluster = COLUMN")
    return f"# lavaan::lavaan(model, data, {', '.join(said)})"


def model_lines(table: ParameterTable) -> list[str]:
    """One line a parameter, with what is said of it in each group."""
    names = _labels(table)
    by_key: dict[tuple[str, str, str], list[Row]] = {}
    for row in table.rows:
        if not (row.matrix == "lambda" and row.left == row.right):
            by_key.setdefault((row.left, row.operator, row.right), []).append(row)
    lines = []
    for (left, operator, right), rows in by_key.items():
        target = "1" if operator == "~1" else right
        said = _modifiers(_in_every_group(rows, table.n_groups), names)
        terms = " + ".join(f"{modifier}*{target}" for modifier in said)
        lines.append(f"{left} {operator.rstrip('1')} {terms}")
    return [*lines, *_uncorrelated(table)]


def _labels(table: ParameterTable) -> dict[int, str]:
    """Labels of the free parameters that stand for several."""
    times: dict[int, int] = {}
    for row in table.rows:
        times[row.free] = times.get(row.free, 0) + 1
    return {free: f"p{free + 1}" for free, n in times.items() if free >= 0 and n > 1}


def _in_every_group(rows: Sequence[Row], n_groups: int) -> list[Row | None]:
    """A parameter in each group, None where a group does not have it."""
    own = {row.group: row for row in rows}
    return [own.get(group) for group in range(n_groups)]


def _modifiers(rows: Sequence[Row | None], names: dict[int, str]) -> list[str]:
    """Values or NA in each group and, of what is equal, labels: two modifiers of one term."""
    values = [_value(row) for row in rows]
    labels = [_label(row, names) for row in rows]
    if not any(row is not None and row.free in names for row in rows):
        return [_joined(values)]
    return [_joined(values), _joined(labels)]


def _joined(entries: Sequence[str]) -> str:
    """What is said in each group, as one modifier."""
    return entries[0] if len(entries) == 1 else f"c({', '.join(entries)})"


def _value(row: Row | None) -> str:
    """The fixed value; what a group does not have stands at 1, as scales do."""
    if row is None:
        return "1"
    return "NA" if row.free >= 0 else f"{row.value:.15g}"


def _label(row: Row | None, names: dict[int, str]) -> str:
    """The label of a parameter, one of its own if nothing is equal to it."""
    if row is None or row.free < 0:
        value = _value(row).replace("-", "m").replace(".", "_").replace("+", "")
        return f"fixed_{value}"
    return names.get(row.free, f"p{row.free + 1}")


def _uncorrelated(table: ParameterTable) -> Iterable[str]:
    """Pairs of factors that are kept uncorrelated."""
    named = {frozenset((row.left, row.right)) for row in table.rows if row.operator == "~~"}
    explained = {row.right for row in table.rows if row.matrix == "beta" and row.operator == "=~"}
    explained |= {row.left for row in table.rows if row.operator == "~"}
    exogenous = [factor for factor in table.factors if factor not in explained]
    for place, first in enumerate(exogenous):
        for second in exogenous[place + 1 :]:
            if frozenset((first, second)) not in named:
                zeros = ", ".join(["0"] * table.n_groups)
                yield f"{first} ~~ {'0' if table.n_groups == 1 else f'c({zeros})'}*{second}"
