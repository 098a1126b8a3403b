"""Maximum likelihood from complete answers: estimates, two kinds of errors, two chi-squares."""

from collections.abc import Sequence

import numpy as np
import scipy

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics.confirmatory.implied import GroupModel, Moments, at_moments
from pipeline.psychometrics.confirmatory.parameter_table import ParameterTable
from pipeline.psychometrics.confirmatory.sample import ContinuousSample
from pipeline.psychometrics.confirmatory.scoring import Curvature, Part
from pipeline.psychometrics.confirmatory.second_slopes import second_slopes_of_moments


class NormalTheory:
    r"""The discrepancy that maximum likelihood makes small.

    Notes
    -----
    .. math:: F = \sum_g \frac{n_g}{n} [\log|\Sigma_g| + \operatorname{tr}(S_g \Sigma_g^{-1})
              - \log|S_g| - p + (m_g - \mu_g)' \Sigma_g^{-1} (m_g - \mu_g)]
    """

    def __init__(self, table: ParameterTable, samples: Sequence[ContinuousSample]) -> None:
        self.table = table
        self.samples = tuple(samples)
        self.models = tuple(GroupModel(table, group) for group in range(table.n_groups))
        self.n = sum(sample.n for sample in samples)
        self._log_determinants = [_log_determinant(sample.covariance) for sample in samples]

    @property
    def n_free(self) -> int:
        """Free parameters."""
        return self.table.n_free

    def value(self, values: FloatArray) -> float:
        """The discrepancy; n times it is the chi-square."""
        total = 0.0
        for model, sample, own in zip(
            self.models, self.samples, self._log_determinants, strict=True
        ):
            covariance, mean = at_moments(model.matrices(values))
            found = _log_determinant(covariance)
            if not np.isfinite(found):
                return np.inf
            difference = sample.mean - mean if self.table.has_means else np.zeros(len(mean))
            spread = sample.covariance + np.outer(difference, difference)
            trace = float(np.trace(scipy.linalg.solve(covariance, spread, assume_a="pos")))
            total += sample.n / self.n * (found + trace - own - len(mean))
        return total

    def parts(self, values: FloatArray) -> list[Part]:
        """Slopes and expected curvature of each group."""
        found = []
        for model, sample in zip(self.models, self.samples, strict=True):
            moments = model.moments(values)
            inverse = inverted(moments.covariance)
            share = sample.n / self.n
            gradient = share * self._gradient(moments, inverse, sample)
            curvature = 2 * share * self._information(moments, inverse)
            found.append(_by_parameter(model.free, moments.free, gradient, curvature))
        return found

    def gradient(self, values: FloatArray) -> list[tuple[IntArray, FloatArray]]:
        """Slopes alone, group by group."""
        found = []
        for model, sample in zip(self.models, self.samples, strict=True):
            moments = model.moments(values)
            own = self._gradient(moments, inverted(moments.covariance), sample)
            found.append((model.free, summed(own, moments.free, model.free) * sample.n / self.n))
        return found

    def _gradient(
        self, moments: Moments, inverse: FloatArray, sample: ContinuousSample
    ) -> FloatArray:
        difference = sample.mean - moments.mean
        if not self.table.has_means:
            difference = np.zeros_like(difference)
        spread = sample.covariance + np.outer(difference, difference)
        slope = inverse - inverse @ spread @ inverse
        by_covariance = 2 * (moments.left * (slope @ moments.right)).sum(axis=0)
        return np.asarray(by_covariance - 2 * (inverse @ difference) @ moments.mean_slope)

    def _information(self, moments: Moments, inverse: FloatArray) -> FloatArray:
        return expected_information(moments, inverse, self.table.has_means)

    def information(self, values: FloatArray) -> Curvature:
        """Expected information of one respondent, all groups together."""
        return Curvature(
            [(part.free, part.curvature / 2) for part in self.parts(values)], self.n_free
        )

    def observed_information(self, values: FloatArray) -> list[tuple[IntArray, FloatArray]]:
        """Half the matrix of second slopes of each group."""
        blocks = []
        for model, sample in zip(self.models, self.samples, strict=True):
            moments = model.moments(values)
            difference = sample.mean - moments.mean
            if not self.table.has_means:
                difference = np.zeros_like(difference)
            spread = sample.covariance + np.outer(difference, difference)
            block = _observed_information(model, values, moments, spread, difference)
            blocks.append((model.free, sample.n / self.n * block))
        return blocks

    def scores(self, values: FloatArray) -> list[FloatArray]:
        r"""Slopes of the log-likelihood of each respondent, (n_g, k_g) group by group.

        With :math:`z = \Sigma^{-1} (x - \mu)` a respondent adds :math:`z'l_a \cdot r_a'z
        - l_a' \Sigma^{-1} r_a + z' \partial\mu / \partial\theta_a`.
        """
        found = []
        for model, sample in zip(self.models, self.samples, strict=True):
            moments = model.moments(values)
            centre = moments.mean if self.table.has_means else sample.mean
            found.append(scores_of(sample.rows, centre, moments, model.free))
        return found


def expected_information(moments: Moments, inverse: FloatArray, has_means: bool) -> FloatArray:
    """Expected information of one respondent in the columns of `moments`, (columns, columns)."""
    by_left, by_right = inverse @ moments.left, inverse @ moments.right
    ll, rr = moments.left.T @ by_left, moments.right.T @ by_right
    lr = moments.left.T @ by_right
    result = ll * rr + lr * lr.T
    if has_means:
        result += moments.mean_slope.T @ inverse @ moments.mean_slope
    return np.asarray(result)


def _observed_information(
    model: GroupModel,
    values: FloatArray,
    moments: Moments,
    spread: FloatArray,
    difference: FloatArray,
) -> FloatArray:
    r"""Observed information of one respondent in the free parameters of a group, (k, k).

    Notes
    -----
    With :math:`W = \Sigma^{-1}`, :math:`d = m - \mu` and :math:`T = S + dd'` half the second slope
    of the discrepancy is, where the moments are straight in the parameters,
    :math:`-\frac12 \operatorname{tr}(WAWB) + \operatorname{tr}(WAWBWT) + a'Wb + a'WBWd + b'WAWd`
    for slopes A, B of covariances and a, b of means; to it comes half of what the moments bend.
    """
    inverse = inverted(moments.covariance)
    weighted = inverse @ spread @ inverse
    pull = inverse @ difference
    left, right, mean = moments.left, moments.right, moments.mean_slope
    crossed = (left.T @ weighted @ right) * (left.T @ inverse @ right).T
    result = crossed + crossed.T - expected_information(moments, inverse, False)
    result += (left.T @ inverse @ left) * (right.T @ weighted @ right)
    result += (right.T @ inverse @ right) * (left.T @ weighted @ left)
    moved = (mean.T @ inverse @ left) * (pull @ right) + (mean.T @ inverse @ right) * (pull @ left)
    result += mean.T @ inverse @ mean + moved + moved.T
    block = summed(summed(result, moments.free, model.free).T, moments.free, model.free)
    bend = second_slopes_of_moments(model, values, inverse - weighted, -2 * pull)
    return np.asarray(block + bend[np.ix_(model.free, model.free)] / 2)


def scores_of(rows: FloatArray, centre: FloatArray, moments: Moments, free: IntArray) -> FloatArray:
    """Slopes of the log-likelihood of each respondent, shape (n, len(free))."""
    inverse = inverted(moments.covariance)
    z = (rows - centre) @ inverse
    constant = (moments.left * (inverse @ moments.right)).sum(axis=0)
    own = (z @ moments.left) * (z @ moments.right) - constant + z @ moments.mean_slope
    return summed(own, moments.free, free)


def summed(own: FloatArray, of_columns: IntArray, free: IntArray) -> FloatArray:
    """Columns that belong to the same parameter, added up: (..., columns) to (..., len(free))."""
    result = np.zeros((*own.shape[:-1], len(free)))
    np.add.at(result.T, np.searchsorted(free, of_columns), own.T)
    return result


def _by_parameter(
    free: IntArray, of_columns: IntArray, gradient: FloatArray, curvature: FloatArray
) -> Part:
    once = summed(curvature, of_columns, free)
    return Part(free, summed(gradient, of_columns, free), summed(once.T, of_columns, free))


def _log_determinant(matrix: FloatArray) -> float:
    """The logarithm of the determinant; infinite if the matrix is not positive definite."""
    try:
        root = np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return np.inf
    return float(2 * np.log(np.diag(root)).sum())


def inverted(matrix: FloatArray) -> FloatArray:
    """The inverse of a matrix."""
    return np.asarray(np.linalg.inv(matrix))


def saturated_trace(sample: ContinuousSample, weight: FloatArray, has_means: bool) -> float:
    r"""Trace of the inverse information and the variance of scores in the saturated model.

    Parameters
    ----------
    sample : ContinuousSample
        Answers of one group.
    weight : ndarray, shape (p, p)
        Inverse of the covariances at which it is taken: those of the sample, or a model's.
    has_means : bool
        Whether means are parameters.

    Notes
    -----
    With :math:`d = x - m` a respondent adds :math:`d'Wd + \frac12 \operatorname{tr}[(W (dd' -
    S))^2]`; without clusters and with :math:`W = S^{-1}` the mean is half of Mardia's kurtosis plus
    half the number of items. Of clusters the sums over their respondents take the place of d and
    dd' - S.
    """
    centred = sample.rows - sample.mean
    if sample.clusters is None:
        spread = weight @ sample.covariance
        distance = ((centred @ weight) * centred).sum(axis=1)
        crossed = ((centred @ weight @ sample.covariance @ weight) * centred).sum(axis=1)
        squares = distance**2 - 2 * crossed + float(np.sum(spread * spread.T))
        return float(np.mean(squares / 2 + (distance if has_means else 0)))
    total = 0.0
    for number in np.unique(sample.clusters):
        own = centred[sample.clusters == number]
        sums = own.sum(axis=0)
        product = weight @ (own.T @ own - len(own) * sample.covariance)
        total += float(np.sum(product * product.T)) / 2
        total += float(sums @ weight @ sums) if has_means else 0.0
    n_clusters = len(np.unique(sample.clusters))
    return total / sample.n * n_clusters / (n_clusters - 1)


def of_clusters(scores: FloatArray, clusters: IntArray | None) -> FloatArray:
    r"""Scores of all respondents of each cluster added up; without clusters, of each respondent.

    Those of J clusters are stretched by :math:`\sqrt{J / (J - 1)}`, as in lavaan, so that products
    of few clusters are not too small.
    """
    if clusters is None:
        return scores
    n_clusters = int(clusters.max()) + 1
    result = np.zeros((n_clusters, scores.shape[1]))
    np.add.at(result, clusters, scores)
    return np.asarray(result * np.sqrt(n_clusters / (n_clusters - 1)))
