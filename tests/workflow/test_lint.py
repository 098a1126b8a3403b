"""The workflow keeps to the advice of Snakemake's own checker."""

import subprocess
import sys

NOT_FOLLOWED = {
    # The steps run in the locked environment that `make` builds and that holds this package;
    # a conda environment or a container for each rule would not know the package.
    "Specify a conda environment or container for each rule.",
}


def test_the_workflow_follows_the_advice_of_snakemake(project):
    command = [sys.executable, "-m", "snakemake", "--lint"]
    result = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    said = (result.stdout + result.stderr).splitlines()
    advice = {line.strip("* :") for line in said if line.startswith("    * ")}
    assert advice, "the checker said nothing at all"
    assert advice == NOT_FOLLOWED
