"""How much worse a model may fit when more is set equal, after the literature."""

from dataclasses import dataclass
from typing import Literal

MANY_GROUPS = 10
SMALL_SAMPLE = 300

Rung = Literal["thresholds", "loadings", "intercepts", "residuals"]


@dataclass(frozen=True, slots=True)
class ChangeLimits:
    """Changes of fit from which on equality is taken not to hold.

    ``cfi`` how much it may fall, ``rmsea`` and ``srmr`` how much they may rise, ``source`` where
    it comes from.
    """

    cfi: float
    rmsea: float
    srmr: float | None
    source: str


def change_limits(rung: Rung, n_groups: int, n_respondents: int) -> ChangeLimits:
    """The limits for one rung of the ladder.

    Notes
    -----
    Up to nine groups Chen (2007) [1]_: CFI .010 and RMSEA .015, SRMR .030 for loadings and .010
    for intercepts and residuals; CFI .005, RMSEA .010, SRMR .025 or .005 with 300 respondents or
    fewer. From ten groups on Rutkowski and Svetina (2014) [2]_: CFI .020 and RMSEA .030 for
    loadings, .010 and .010 for the others. Thresholds are held to the limits of loadings. All were
    found for continuous items; for ordered items they are customary, not proven.

    References
    ----------
    .. [1] Chen (2007). Structural Equation Modeling, 14(3), 464-504.
    .. [2] Rutkowski & Svetina (2014). Educational and Psychological Measurement, 74(1), 31-57.
    """
    early = rung in ("thresholds", "loadings")
    if n_groups >= MANY_GROUPS:
        source = "Rutkowski & Svetina (2014)"
        return ChangeLimits(0.020 if early else 0.010, 0.030 if early else 0.010, None, source)
    if n_respondents <= SMALL_SAMPLE:
        return ChangeLimits(0.005, 0.010, 0.025 if early else 0.005, "Chen (2007)")
    return ChangeLimits(0.010, 0.015, 0.030 if early else 0.010, "Chen (2007)")
