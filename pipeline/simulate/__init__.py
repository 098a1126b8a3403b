"""Synthetic programmes drawn from the hypothesised measurement model, as real platforms export."""

from pipeline.simulate.design import (
    Design,
    Dirt,
    EarlierRound,
    EarlierSite,
    SiteDesign,
    read_design,
)
from pipeline.simulate.measurement import MeasurementModel, read_model
from pipeline.simulate.programme import Programme, simulate_programme
from pipeline.simulate.write import write_exports

__all__ = [
    "Design",
    "Dirt",
    "EarlierRound",
    "EarlierSite",
    "MeasurementModel",
    "Programme",
    "SiteDesign",
    "read_design",
    "read_model",
    "simulate_programme",
    "write_exports",
]
