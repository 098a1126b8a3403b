"""Solutions that the tests of the factor analysis share."""

import numpy as np
import pytest

from pipeline.psychometrics import pearson_correlations
from pipeline.psychometrics.polychoric import polychoric_correlations


@pytest.fixture(scope="package", params=["lq_3", "bfi_5"])
def case(request, lq, bfi, reference):
    """Correlations of complete answers, of both kinds, and what R psych says of them."""
    expected = reference("psych_efa")[request.param]
    answers = (lq if request.param == "lq_3" else bfi)[expected["items"]].dropna()
    correlations = {
        "pearson": pearson_correlations(answers),
        "polychoric": polychoric_correlations(answers).correlation,
    }
    return correlations, expected


@pytest.fixture(scope="package")
def three_factors(exact_sample):
    """Correlations of nine items, three to a factor, with correlated factors, and their truth."""
    pattern = np.kron(np.eye(3), [[0.8], [0.7], [0.6]])
    phi = np.array([[1, 0.5, 0.1], [0.5, 1, 0.3], [0.1, 0.3, 1]])
    values = pattern @ phi @ pattern.T
    np.fill_diagonal(values, 1)
    answers = exact_sample(values).set_axis(list("abcdefghi"), axis=1)
    return answers, pattern, phi
