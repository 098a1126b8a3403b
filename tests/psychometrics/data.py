"""Answers that the tests of the statistics share, read once each."""

from functools import cache
from pathlib import Path

import pandas as pd

TESTS = Path(__file__).parents[1]
FILES = {
    "hs1939.csv": TESTS / "oracles/lavaan_cfa/hs1939.csv",
    "hs1939_ordinal5.csv": TESTS / "oracles/lavaan_cfa/hs1939_ordinal5.csv",
    "bfi.csv": TESTS / "oracles/psych_bfi/bfi.csv",
    "lq2002.csv": TESTS.parent / "data/example/leadership_climate/lq2002.csv",
}
REVERSED = {"bfi.csv": ["A1", "C4", "C5", "E1", "E2", "O2", "O5"]}
"""Items of six points that are turned around, so that high means more."""

INDEX_OF_LAVAAN = {
    "ntotal": "n_respondents",
    "npar": "n_free",
    "chisq": "chi_square",
    "df": "df",
    "pvalue": "p_value",
    "pvalue.scaled": "p_value_scaled",
    "chisq.scaled": "chi_square_scaled",
    "chisq.scaling.factor": "scaling_factor",
    "baseline.chisq": "baseline_chi_square",
    "baseline.df": "baseline_df",
    "baseline.chisq.scaled": "baseline_chi_square_scaled",
    "baseline.chisq.scaling.factor": "baseline_scaling_factor",
    "cfi": "cfi",
    "tli": "tli",
    "cfi.scaled": "cfi_scaled",
    "tli.scaled": "tli_scaled",
    "cfi.robust": "cfi_robust",
    "tli.robust": "tli_robust",
    "rmsea": "rmsea",
    "rmsea.ci.lower": "rmsea_low",
    "rmsea.ci.upper": "rmsea_high",
    "rmsea.pvalue": "rmsea_close",
    "rmsea.scaled": "rmsea_scaled",
    "rmsea.ci.lower.scaled": "rmsea_scaled_low",
    "rmsea.ci.upper.scaled": "rmsea_scaled_high",
    "rmsea.robust": "rmsea_robust",
    "rmsea.ci.lower.robust": "rmsea_robust_low",
    "rmsea.ci.upper.robust": "rmsea_robust_high",
    "srmr": "srmr",
    "crmr": "crmr",
    "logl": "log_likelihood",
    "unrestricted.logl": "log_likelihood_saturated",
    "aic": "aic",
    "bic": "bic",
    "bic2": "sabic",
}
"""Indices of fit by the names that lavaan gives them."""


@cache
def table_of(name: str) -> pd.DataFrame:
    """Keyed answers of a file."""
    table = pd.read_csv(FILES[name])
    for item in REVERSED.get(name, []):
        table[item] = 7 - table[item]
    return table
