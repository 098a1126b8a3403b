from pathlib import Path

import numpy as np
import pytest

from pipeline.instrument import load_instrument
from pipeline.simulate import Design, SiteDesign, read_design, read_model, simulate_programme
from pipeline.simulate.dirt import rows_for_export
from pipeline.simulate.write import write_exports

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "instrument" / "evidence" / "hypothesised_model.yaml"


@pytest.fixture(scope="session")
def instrument():
    return load_instrument(ROOT / "instrument", "long")


@pytest.fixture(scope="session")
def model(instrument):
    return read_model(MODEL, instrument)


@pytest.fixture(scope="session")
def design():
    return read_design()


@pytest.fixture(scope="session")
def programme(instrument, model, design):
    return simulate_programme(instrument, model, design, np.random.default_rng(11))


@pytest.fixture(scope="session")
def rows(programme, instrument, design):
    rng = np.random.default_rng(12)
    return {name: rows_for_export(programme, instrument, name, rng) for name in design.platforms}


@pytest.fixture(scope="session")
def folder(programme, instrument, tmp_path_factory):
    folder = tmp_path_factory.mktemp("programme")
    write_exports(programme, instrument, folder, np.random.default_rng(12))
    return folder


@pytest.fixture(scope="session")
def large(instrument, model):
    """40,000 people in 400 sites of 100."""
    sites = tuple(SiteDesign(f"s{n}", f"Site {n}", 100, "redcap") for n in range(400))
    design = Design("Large", "2026-01-05", sites, {})
    return simulate_programme(instrument, model, design, np.random.default_rng(5))
