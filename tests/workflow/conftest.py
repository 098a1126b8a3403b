"""A clean copy of the project, in which a test may run the whole workflow and spoil files."""

import shutil

import pytest

from tests.workflow.runs import copy_project, run_once


@pytest.fixture
def project(tmp_path):
    """A clean copy of the project."""
    return copy_project(tmp_path / "project")


@pytest.fixture(scope="session")
def example_run(tmp_path_factory):
    """The project after the bundled example has run once, and what that run said."""
    return run_once(tmp_path_factory, "example")


@pytest.fixture
def finished(example_run, tmp_path):
    """A copy of the finished example that a test may change."""
    folder = tmp_path / "project"
    shutil.copytree(example_run[0], folder, symlinks=True)
    return folder
