"""The command ``demo``: the bladder cancer arrays that come with the package."""

from __future__ import annotations

from argparse import Namespace

from ebayes_lm.cli.analysis import Job, analyse
from ebayes_lm.cli.choices import Choices
from ebayes_lm.cli.comparisons import Wanted, comparisons
from ebayes_lm.cli.inputs import Inputs
from ebayes_lm.cli.results import Results
from ebayes_lm.reporting.works import DYRSKJOT

FORMULA = "~ cancer + batch"
#: The difference that the study was made for comes first.
WANTED = Wanted(coefs=("cancerCancer", "cancerBiopsy"))
SOURCE = "the bladder cancer arrays of Dyrskjøt et al. (2004)"


def run_demo(arguments: Namespace, said: list[str]) -> None:
    """Fit, tell and write."""
    from ebayes_lm import datasets, model_matrix

    data = datasets.bladder()
    samples = data.targets
    if samples is None:
        raise RuntimeError("the bladder arrays come with a sample table")
    design = model_matrix(FORMULA, samples)
    choices = Choices(top=arguments.top, digits=arguments.digits)
    compared = comparisons(design, WANTED, samples, choices.plan(design))
    job = Job(Inputs(data, data.shape, samples, [], SOURCE), design, WANTED, compared, choices, DYRSKJOT)
    Results(arguments, [job]).deliver([analyse(job)], said)
