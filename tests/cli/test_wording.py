"""Python arguments as options."""

from __future__ import annotations

import pytest

from ebayes_lm.cli.options import parser
from ebayes_lm.cli.wording import in_options


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ('zero_variance="exclude" keeps them out', "--zero-variance exclude keeps them out"),
        ('or take them for missing with inf="missing"', "or take them for missing with --inf missing"),
        ("legacy=False says so, legacy=True does not", "--prior likelihood says so, --prior moments does not"),
        ("min_observed=200 asks for more", "--min-observed 200 asks for more"),
        ("describe features in feature_columns=", "describe features in --feature-columns"),
        ("or estimate the prior with robust=False.", "or estimate the prior without --robust."),
        ("without compat='limma' they are exact", "without --compat limma they are exact"),
        ("such as fit.contrast('groupA - groupB')", "such as --contrast 'groupA - groupB'"),
        ("ebayes() therefore, or treat(), estimates", "the program therefore, or the program, estimates"),
        ("var_group puts all samples into one group", "--var-group puts all samples into one group"),
        (
            "give one between -1 and 1, or leave out block= and ndups=",
            "give one between -1 and 1, or leave out --block",
        ),
        ("raise p, leave out features with few counts, or", "leave out features with few counts (--filter), or"),
        ("leave such samples out", "leave such samples out"),
        ("samples out, or use TMMwsp", "samples out, or use --normalize TMMwsp"),
        ("the column 'legacy=True2' is odd", "the column 'legacy=True2' is odd"),
        ("sinf=3 and my_ebayes() stay", "sinf=3 and my_ebayes() stay"),
    ],
)
def test_wording(message, told):
    assert in_options(message) == told


def test_what_it_tells_to_type_can_be_typed():
    told = in_options('zero_variance="exclude" inf="missing" legacy=False legacy=True compat=\'limma\' min_observed=3')
    arguments = parser().parse_args(["fit", "x", "--formula", "~ a", *told.split()])
    assert (arguments.zero_variance, arguments.inf, arguments.prior) == ("exclude", "missing", "moments")
    assert (arguments.compat, arguments.min_observed) == ("limma", 3)
