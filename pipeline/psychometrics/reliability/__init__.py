"""How well the items of a scale hold together, and how exact a score from them is."""

from pipeline.psychometrics.counts import Missing
from pipeline.psychometrics.reliability.alpha import (
    CronbachAlpha,
    alpha_from_counts,
    cronbach_alpha,
)
from pipeline.psychometrics.reliability.bootstrap import (
    BootstrapInterval,
    BootstrapReliability,
    bootstrap_reliability,
)
from pipeline.psychometrics.reliability.categorical_omega import (
    CategoricalOmega,
    categorical_omega,
)
from pipeline.psychometrics.reliability.guttman import GuttmanBounds, guttman_bounds
from pipeline.psychometrics.reliability.measurement_error import (
    SmallestDetectableChange,
    StandardErrorOfMeasurement,
    smallest_detectable_change,
    standard_error_of_measurement,
)
from pipeline.psychometrics.reliability.omega import OmegaTotal, omega_total
from pipeline.psychometrics.reliability.ordinal_alpha import OrdinalAlpha, ordinal_alpha
from pipeline.psychometrics.reliability.ordinal_bootstrap import bootstrap_ordinal_reliability
from pipeline.psychometrics.reliability.reliable_change import ReliableChange, reliable_change
from pipeline.psychometrics.reliability.retest import (
    RetestCorrelation,
    RetestReliability,
    retest_reliability,
)
from pipeline.psychometrics.reliability.split_half import (
    OddEven,
    SplitHalves,
    odd_even,
    split_halves,
)
from pipeline.psychometrics.reliability.two_items import (
    InterItemCorrelation,
    inter_item_correlation,
)

__all__ = [
    "BootstrapInterval",
    "BootstrapReliability",
    "CategoricalOmega",
    "CronbachAlpha",
    "GuttmanBounds",
    "InterItemCorrelation",
    "Missing",
    "OddEven",
    "OmegaTotal",
    "OrdinalAlpha",
    "ReliableChange",
    "RetestCorrelation",
    "RetestReliability",
    "SmallestDetectableChange",
    "SplitHalves",
    "StandardErrorOfMeasurement",
    "alpha_from_counts",
    "bootstrap_ordinal_reliability",
    "bootstrap_reliability",
    "categorical_omega",
    "cronbach_alpha",
    "guttman_bounds",
    "inter_item_correlation",
    "odd_even",
    "omega_total",
    "ordinal_alpha",
    "reliable_change",
    "retest_reliability",
    "smallest_detectable_change",
    "split_halves",
    "standard_error_of_measurement",
]
