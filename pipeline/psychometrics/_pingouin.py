"""What is borrowed from pingouin.

pingouin takes about two seconds to load, so it is loaded when first used. Its intervals are
rounded, that for alpha to three decimals and those for the intraclass correlations to two, so only
its estimates are taken; ``reliability`` computes the intervals.
"""

from typing import Literal

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray


def coefficient_alpha(values: FloatArray, missing: Literal["listwise", "pairwise"]) -> float:
    """Cronbach's alpha of answers that are known to have a covariance."""
    import pingouin

    estimate, _ = pingouin.cronbach_alpha(data=pd.DataFrame(values), nan_policy=missing)
    return float(estimate)


def intraclass_correlations(scores: FloatArray) -> FloatArray:
    """Six intraclass correlations of complete scores, persons in rows and occasions in columns.

    In this order: one-way, absolute agreement and consistency of a single occasion, then the same
    three of the mean of all occasions.
    """
    import pingouin

    n_persons, n_occasions = scores.shape
    long = pd.DataFrame(
        {
            "person": np.repeat(np.arange(n_persons), n_occasions),
            "occasion": np.tile(np.arange(n_occasions), n_persons),
            "score": scores.ravel(),
        }
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        table = pingouin.intraclass_corr(long, targets="person", raters="occasion", ratings="score")
    return np.asarray(table["ICC"], dtype=np.float64)
