"""What the README and the pages that go on from it show runs as it stands."""

from __future__ import annotations

import doctest
import re
import shlex
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ebayes_lm
from ebayes_lm.errors import EbayesLMWarning

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TOUR = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
EXAMPLE, *TOUR_BLOCKS = re.findall(r"```python\n(.*?)```", README + TOUR, flags=re.DOTALL)
PAGES = [README, *(page.read_text(encoding="utf-8") for page in sorted((ROOT / "docs").glob("*.md")))]
COMMANDS = "".join(re.findall(r"```sh\n(.*?)```", "".join(PAGES), flags=re.DOTALL)).replace("\\\n", " ").splitlines()
FROM_R = README.partition("## From R to Python")[2].partition("\n## ")[0]
#: The second cell of each row of the map that holds nothing but code.
MAP = re.findall(r"^\|.*\| `([^`]+)` \|$", FROM_R, flags=re.MULTILINE)
MAPPED = (
    "EList", "model_matrix", "is_full_rank", "non_estimable", "lm_fit", "fitted", "residuals", "make_contrasts",
    "contrasts_fit", "contrast_as_coef", "all_pairwise", "one_vs_rest", "contrast_error", "ebayes", "ordinary", "treat",
    "top_table", "top_table_f", "top_treat", "test", "decide_tests", "classify_tests_f", "squeeze_var", "fit_f_dist",
    "fit_f_dist_robustly", "fit_f_dist_unequal_df1", "trigamma_inverse", "adjust_p", "prop_true_null", "q_value",
    "lowess", "weighted_lowess", "loess_fit", "choose_lowess_span", "DGEList", "norm_lib_sizes", "filter_by_expr",
    "cpm", "rpkm", "ave_log_cpm", "sum_tech_reps", "voom", "voom_with_quality_weights", "voom_lm_fit", "vooma",
    "vooma_by_group", "vooma_lm_fit", "array_weights", "array_weights_quick", "duplicate_correlation", "avereps",
    "avearrays", "avedups", "remove_batch_effect", "wsva", "combat", "surrogate_variables", "svaseq", "num_sv",
    "latent_factors", "ruv", "ruvg", "check_design", "residual_structure", "estimate_structure",
    "normalize_by_covariate", "scan",
    "volcano", "ma", "sa", "pvalues", "qq", "coefficients", "voom_trend", "volcano_data",
)  # fmt: skip


@pytest.fixture
def setting():
    """The names that the map takes for granted."""
    rng = np.random.default_rng(1)
    genes, names = [f"g{k}" for k in range(60)], [f"s{k}" for k in range(8)]
    return {
        "el": ebayes_lm,
        "E": pd.DataFrame(rng.normal(size=(60, 8)), index=genes, columns=names),
        "counts": pd.DataFrame(rng.negative_binomial(5, 0.1, size=(60, 8)), index=genes, columns=names),
        "probes": pd.DataFrame({"gene": np.repeat(genes[:30], 2), "length": 1000}, index=genes),
        "targets": pd.DataFrame(
            {"group": list("ABABABAB"), "batch": list("xxxxyyyy"), "patient": list("kkllmmnn")}, index=names
        ),
        "w": pd.Series(rng.uniform(0.5, 2, size=8), index=names),
        "W": rng.uniform(0.5, 2, size=(60, 8)),
        "p": rng.uniform(size=60),
    }


@pytest.mark.parametrize("block", TOUR_BLOCKS)
def test_block_of_the_tour_runs(block, capsys, tmp_path, monkeypatch):
    if "from anndata import" in block:
        pytest.importorskip("anndata")
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "tour.md", "exec"), {})
    assert capsys.readouterr().out


def test_example_prints_what_stands_below_it(capsys):
    exec(compile(EXAMPLE, "README.md", "exec"), {})
    (shown,) = re.findall(r"```text\n(.*?)```", README, flags=re.DOTALL)
    assert " ".join(shown.split()) in " ".join(capsys.readouterr().out.split())


def test_figures_are_those_of_the_page_on_figures():
    page = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8").splitlines()
    rows = [
        line for line in README.partition("## Figures")[2].partition("\n## ")[0].splitlines() if line.startswith("|")
    ]
    assert len(rows) > 10
    assert set(rows) <= set(page)


# sixty features of noise tell nothing of a hidden factor
@pytest.mark.filterwarnings("ignore::ebayes_lm.errors.HiddenFactorWarning")
def test_every_line_of_the_map_runs(setting):
    import matplotlib as mpl
    from matplotlib.pyplot import close

    mpl.use("Agg")
    for line in MAP:
        exec(compile(line, "README.md", "exec"), setting)
        close("all")


@pytest.mark.parametrize("verb", MAPPED)
def test_map_holds(verb):
    assert any(re.search(rf"\b{verb}\(", line) for line in MAP)


def test_every_row_of_the_map_is_read():
    assert len(MAP) == FROM_R.count("\n| ") - 1  # without the heading


def test_names_of_limma_that_are_mentioned_can_be_imported():
    for line in re.findall(r"`(from ebayes_lm\.limma import [^`]+)`", README):
        exec(compile(line, "README.md", "exec"), {})


def test_examples_of_the_page_on_limma_answer_what_they_say():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EbayesLMWarning)  # the page is about what they are of
        tried = doctest.testfile(str(ROOT / "docs" / "limma.md"), module_relative=False)
    assert tried.attempted
    assert not tried.failed


@pytest.mark.parametrize("command", COMMANDS)
def test_command_exists(command):
    from ebayes_lm.cli.options import parser

    program, *arguments = shlex.split(command)
    assert program == "ebayes-lm"
    parser().parse_args(arguments)


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
