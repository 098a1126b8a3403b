"""How parameters are named in results: what each relates, and what it is called in a long table."""

from collections.abc import Collection
from typing import NamedTuple

from pipeline.psychometrics._rows import in_group
from pipeline.psychometrics.confirmatory.parameter_table import Row

_IN_DEVIATIONS = {
    "factor_variance": "unexplained_factor_variance",
    "residual_variance": "unexplained_item_variance",
    "factor_covariance": "factor_correlation",
    "residual_covariance": "residual_correlation",
}
"""What variances and covariances become in standard deviations."""


class ParameterName(NamedTuple):
    """What a parameter relates, in one group (an empty name without groups)."""

    left: str
    operator: str
    right: str
    group: str

    @classmethod
    def of(cls, row: Row, group: str) -> "ParameterName":
        """The name of a parameter in a group of this name."""
        return cls(row.left, row.operator, row.right, group)


def place_of(name: ParameterName, latent: Collection[str]) -> dict[str, str]:
    """Item and factor of a parameter in a long table, without the statistic."""
    left, operator, right, group = name
    if operator == "=~" and right not in latent:
        return {"item": right, "factor": in_group(left, group)}
    if operator in ("=~", "~"):
        return {"factor": in_group(f"{left} with {right}", group)}
    if operator == "|":
        return {"item": in_group(f"{left} {right}", group)}
    is_pair = operator == "~~" and left != right
    own = in_group(f"{left} with {right}" if is_pair else left, group)
    return {"factor" if left in latent else "item": own}


def kind_of(name: ParameterName, latent: Collection[str]) -> str:
    """What a parameter is called, such as ``loading`` or ``residual_variance``."""
    simple = {"=~": "loading", "~": "regression", "|": "threshold", "~*~": "scale"}
    if name.operator in simple:
        return simple[name.operator]
    of_factor = name.left in latent
    if name.operator == "~1":
        return "factor_mean" if of_factor else "intercept"
    kind = "variance" if name.left == name.right else "covariance"
    return f"factor_{kind}" if of_factor else f"residual_{kind}"


def kind_in_deviations(name: ParameterName, latent: Collection[str]) -> str:
    """What a parameter is called in standard deviations, such as ``residual_correlation``."""
    kind = kind_of(name, latent)
    return _IN_DEVIATIONS.get(kind, kind.removeprefix("factor_"))


def standardised_statistic(name: ParameterName, latent: Collection[str]) -> str:
    """Name of a standardised parameter as a statistic."""
    kind = kind_in_deviations(name, latent)
    return kind if kind in _IN_DEVIATIONS.values() else f"standardised_{kind}"
