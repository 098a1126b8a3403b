from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.instrument import load_instrument

from .fabricated_study import Fabricated, fabricate, render_all, with_groups

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {
    "main": (ROOT / "instrument", "long", ["enablers", "barriers"]),
    "climate": (ROOT / "data" / "example" / "leadership_climate" / "instrument", "full", []),
}


@pytest.fixture(scope="session")
def studies() -> dict[str, Fabricated]:
    """A made-up study for the questionnaire, for a second one, and for that one with groups."""
    main, climate = (load_instrument(*FOLDERS[name]) for name in ("main", "climate"))
    return {
        "main": fabricate(main),
        "climate": fabricate(climate),
        "groups": fabricate(with_groups(climate)),
    }


@pytest.fixture(scope="session")
def pages(studies: dict[str, Fabricated]) -> dict[str, str]:
    """Every page of every made-up study."""
    return {
        f"{name}/{address}": page
        for name, made in studies.items()
        for address, page in render_all(made).items()
    }


@pytest.fixture
def study(studies: dict[str, Fabricated]) -> Fabricated:
    """The smallest study with everything: two groups, short scales."""
    return studies["groups"]
