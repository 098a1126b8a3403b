"""Columns of one solution brought to those of another."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from pipeline.psychometrics import tucker_congruence

TARGET = {"X": list("abc"), "Y": list("def"), "Z": list("ghi")}


def matched(found, pattern):
    """The order and the signs that bring the columns of `found` to those of `pattern`."""
    congruence = tucker_congruence(pattern, found)
    order = linear_sum_assignment(-np.abs(congruence))[1]
    return order, np.sign(congruence[np.arange(len(order)), order])


def brought_to(found, pattern):
    """The columns of `found` in the order and with the signs of `pattern`."""
    order, sign = matched(found, pattern)
    return found[:, order] * sign
