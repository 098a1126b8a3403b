"""What is borrowed from factor_analyzer: varimax and promax.

Both agree with R psych's to the last digit, because they stop by R's rule: when a step improves
the varimax criterion by less than 1e-5 of it. factor_analyzer takes more than a second to load, so
it is loaded when first used. What else version 0.5.1 has is not used here, for these reasons:

- its extraction agrees with ours (the tests compare them) but takes fifty times as long, because
  its derivatives are numerical; ``fit`` also writes into the matrix it is given;
- its oblimin agrees as well, but stops without a word when it has not arrived; its geomin has one
  start; it has no rotation to a target;
- it sorts rotated loadings by variance without sorting the factor correlations: its rotation is
  called on its own, and ``explore`` sorts both;
- its communalities after an oblique rotation leave the factor correlations out: ``explore``
  computes them.
"""

import numpy as np

from pipeline.psychometrics._responses import FloatArray


def varimax(loadings: FloatArray) -> FloatArray:
    """Loadings on uncorrelated factors turned by varimax with Kaiser's normalisation."""
    return _rotate(loadings, "varimax", power=4)[0]


def promax(loadings: FloatArray, power: int) -> tuple[FloatArray, FloatArray]:
    """Pattern and factor correlations after promax with Kaiser's normalisation throughout."""
    pattern, factor_correlations = _rotate(loadings, "promax", power)
    return pattern, np.asarray(factor_correlations, dtype=np.float64)


def _rotate(loadings: FloatArray, method: str, power: int) -> tuple[FloatArray, FloatArray | None]:
    """Rotated loadings; an item without any loading stays out, since it cannot be normalised."""
    from factor_analyzer import Rotator

    rotator = Rotator(method=method, power=power)
    loaded = (loadings != 0).any(axis=1)
    rotated = np.zeros_like(loadings)
    rotated[loaded] = rotator.fit_transform(loadings[loaded])
    return rotated, rotator.phi_
