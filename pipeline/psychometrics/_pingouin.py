"""What is borrowed from pingouin.

pingouin takes about two seconds to load, so it is loaded when first used. Its interval for alpha
is rounded to three decimals, so only its estimate is taken; ``reliability`` computes the interval.
"""

from typing import Literal

import pandas as pd

from pipeline.psychometrics._responses import FloatArray


def coefficient_alpha(values: FloatArray, missing: Literal["listwise", "pairwise"]) -> float:
    """Cronbach's alpha of answers that are known to have a covariance."""
    import pingouin

    estimate, _ = pingouin.cronbach_alpha(data=pd.DataFrame(values), nan_policy=missing)
    return float(estimate)
