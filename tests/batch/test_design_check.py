from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.errors import AlignmentError, DesignError

# Least squares by two routes, condition below 100.
SOLVED = 1e-10

BLADDER = el.datasets.bladder().targets


def table(**columns):
    return pd.DataFrame({name: list(values) for name, values in columns.items()})


def said(check, *words):
    """Findings in which all these words stand."""
    return [line for line in check.findings if all(word in line for word in words)]


def test_weights_are_the_estimates_of_single_samples():
    check = el.check_design("~ cancer + batch", BLADDER, contrasts=["cancerCancer", "cancerBiopsy - batch2"])
    ones = pd.DataFrame(np.eye(57), columns=BLADDER.index)
    fit = el.lm_fit(ones, "~ cancer + batch", samples=BLADDER).contrast(["cancerCancer", "cancerBiopsy - batch2"])
    assert_allclose(check.weights, fit.coefficients, atol=SOLVED)
    assert list(check.weights.index) == list(BLADDER.index)
    assert_array_equal(check.comparisons["informing"], (np.abs(fit.coefficients) > 1e-8).sum())


def test_adjustment_costs_what_two_fits_say():
    check = el.check_design("~ cancer + batch", BLADDER)
    y = pd.DataFrame(np.zeros((1, 57)), columns=BLADDER.index)
    within, cancer, batch = (
        el.lm_fit(y, formula, samples=BLADDER).stdev_unscaled.iloc[0]
        for formula in ("~ cancer + batch", "~ cancer", "~ batch")
    )
    for name in within.index[1:]:
        without = cancer if "cancer" in name else batch
        assert_allclose(check.comparisons.loc[name, "variance_inflation"], (within[name] / without[name]) ** 2)
    (line,) = said(check, "Adjusting for batch", "cancerBiopsy")
    assert "by 2.7 (as if 21 of 57 samples were left)" in line
    assert "cancerCancer by 2.1" in line


def test_leverage_is_the_diagonal_of_the_hat_matrix():
    check = el.check_design("~ cancer + batch", BLADDER)
    x = el.model_matrix("~ cancer + batch", BLADDER).matrix
    assert_allclose(check.leverage, np.diag(x @ np.linalg.pinv(x)), rtol=SOLVED)


def test_the_words_on_bladder():
    check = el.check_design(el.model_matrix("~ cancer + batch", BLADDER, of_interest="cancer"), BLADDER)
    assert check.findings[0] == (
        "batch goes along with cancer (Cramér's V 0.74): Normal is in batch 2 (4) and 3 (4); Biopsy is in batch 4 (5) "
        "and 5 (4); Cancer is in batch 5 (15), 2 (14) and 1 (11)."
    )
    assert said(check, "some of the samples that contrasts compare say nothing", "30 of 48 of cancerCancer")
    assert said(check, "cancerBiopsy is in part an indirect comparison: 29 samples")
    assert said(check, "outcome is not in the design, and tells cancer wholly")
    assert not said(check, "batch3")
    assert repr(check).splitlines()[1:] == [f"- {line}" for line in check.findings]
    assert len(check.empty_cells) == 8


def test_what_the_table_has_and_the_design_leaves_out():
    check = el.check_design("~ cancer", BLADDER)
    (line,) = said(check, "batch is not in the design, and goes along with cancer")
    assert "Taking it in would multiply the variance of cancerBiopsy by 2.7 and of cancerCancer by 2.1" in line
    assert np.isinf(check.left_out.loc["outcome", ("cancerCancer", "variance_inflation")])
    both = el.check_design("~ cancer + batch", BLADDER).comparisons["variance_inflation"]
    found = check.left_out.loc["batch"].xs("variance_inflation", level=1)
    assert_allclose(found, both[found.index], rtol=SOLVED)


def test_a_balanced_design_has_nothing_that_stands_out():
    samples = table(group="AABBAABB", batch="XXXXYYYY", age=[30, 41, 38, 33, 36.0, 31, 40, 35])
    check = el.check_design("~ group + batch", samples)
    assert check.findings == ()
    assert repr(check).endswith("- Nothing stands out.")
    assert_allclose(check.comparisons["variance_inflation"], 1)
    assert_allclose(check.comparisons["effective_samples"], 8)


def test_confounded_wholly():
    check = el.check_design("~ group + batch", table(group="AAABBB", batch="XXXYYY"))
    assert said(check, "not of full rank: batchY = groupB", "leaves groupB and batchY without an estimate")
    assert said(check, "batch divides the samples as group does")
    assert check.dependencies == ("batchY = groupB",)
    assert not check.comparisons["estimable"].any()
    assert np.isinf(check.comparisons.loc["groupB", "variance_inflation"])
    assert check.weights["groupB"].isna().all()
    left = el.check_design("~ group", table(group="AAABBB", batch="XXXYYY"))
    assert said(left, "batch is not in the design", "would leave groupB without an estimate")


def test_without_empty_cells_the_strongest_is_named():
    samples = table(group="A" * 12 + "B" * 12, batch="2" * 11 + "1" + "2" + "1" * 11)
    (line,) = said(el.check_design("~ group + batch", samples), "goes along")
    assert "of 12 samples of A, 11 are in batch 2" in line


@pytest.mark.parametrize(
    ("columns", "df", "word"),
    [(6, 0, "Every sample is fitted exactly: no residual"), (5, 1, "1 residual degree "), (4, 2, "2 residual degrees")],
)
def test_few_residual_df_are_said(columns, df, word):
    check = el.check_design(np.random.default_rng(1).normal(size=(6, columns)))
    assert check.df_residual == df
    assert word in check.findings[0]


def test_samples_that_carry_a_contrast_or_stand_alone():
    samples = pd.DataFrame(
        {"group": ["A"] * 12 + ["B"] * 2, "lot": ["u"] * 13 + ["v"]}, index=[f"s{i}" for i in range(14)]
    )
    check = el.check_design("~ group", samples[["group"]])
    assert said(check, "groupB rests on samples s12 and s13: 86 % of its variance")
    assert check.comparisons.loc["groupB", "carried_by"] == 2
    assert_allclose(check.comparisons.loc["groupB", "effective_samples"], 4 * 24 / 14)
    alone = el.check_design("~ group + lot", samples.assign(group=["A"] * 9 + ["B"] * 5))
    assert said(alone, "Sample s13 is fitted exactly (leverage 1), and tells nothing about variance.")


def test_many_sentences_of_a_kind_are_summed_up():
    samples = table(group="ABABABABABABBBBBBB", person=[*np.repeat(list("abcdef"), 2), *"ghijkl"])
    check = el.check_design("~ person + group", samples)
    assert len(said(check, "rests on")) == 3
    assert len(said(check, "more contrasts; .comparisons has all")) >= 1


def test_contrasts_of_which_the_same_is_to_be_said_share_a_sentence():
    check = el.check_design("~ cancer + batch", BLADDER)
    assert said(check, "With batch adjusted for", "9 of 17 of cancerBiopsy and 30 of 48 of cancerCancer")
    assert said(check, "batch3 and batch4 are in part indirect comparisons", "18 samples of other groups take part in")
    assert len(check.findings) <= 10
    assert "of_interest=" in check.findings[-1]
    few = el.check_design("~ cancer", BLADDER)
    assert not said(few, "of_interest=")


def test_numbers_of_samples_are_said_to_look_like_identifiers():
    check = el.check_design("~ cancer", BLADDER)
    (line,) = said(check, "sample numbers the samples")
    assert "looks like an identifier" in line
    assert "Taking it in" not in line
    assert said(
        el.check_design("~ cancer", BLADDER.assign(sample=BLADDER["sample"] * 2)), "sample is not in the design"
    )


def test_annotations_that_are_left_out_are_summed_up():
    many = BLADDER.assign(**{f"copy{i}": BLADDER["batch"] for i in range(9)})
    check = el.check_design("~ cancer", many)
    assert len(said(check, "is not in the design")) == 3
    assert said(check, "8 more annotations", ".left_out has all")


def test_one_sample_is_spoken_of_as_one():
    samples = table(group="AAAABBBB", lot="uuuvuuuw")
    check = el.check_design("~ group + lot", samples, contrasts="groupB")
    assert said(check, "2 of the 8 samples that groupB compares say nothing about it; they help")
    one = el.check_design("~ group + lot", table(group="AAAABBBB", lot="uuuuuuuw"), contrasts="groupB")
    assert said(one, "1 of the 8 samples that groupB compares says nothing about it; it helps")


def test_interactions_keep_their_margins():
    samples = table(group="AAAABBBB", sex="ffmmffmm", lot="uvuvuvuv")
    check = el.check_design("~ group * sex + lot", samples)
    assert set(check.comparisons.loc[["groupB", "sexm", "groupB:sexm"], "adjusted_for"]) == {"lot"}
    assert_allclose(check.comparisons.loc["groupB:sexm", "variance_inflation"], 1)


def test_means_are_compared_in_pairs_or_with_the_rest():
    samples = table(group=[*"AABBCC", *"DDEE"])
    assert list(el.check_design("~ 0 + group", samples[:6]).weights) == ["B - A", "C - A", "C - B"]
    assert next(iter(el.check_design("~ 0 + group", samples).weights)) == "A - rest"


def test_contrasts_of_interest():
    check = el.check_design("~ 0 + cancer + batch", BLADDER, contrasts={"tumour": "cancerCancer - cancerNormal"})
    whole = el.check_design("~ cancer + batch", BLADDER)
    assert_allclose(check.weights["tumour"], whole.weights["cancerCancer"], atol=SOLVED)
    assert_allclose(check.comparisons.loc["tumour", "variance_inflation"], 15 / 7, rtol=SOLVED)
    assert said(check, "batch goes along with cancer")


def test_a_number_goes_along_with_a_group_and_with_a_number():
    samples = table(group="AAAABBBB", age=[30.0, 33, 31, 35, 60, 62, 58, 66], dose=[0.0, 1, 0, 2, 8, 9, 7, 10])
    check = el.check_design("~ group + age", samples)
    assert said(check, "age differs between levels of group (R2 0.9", "mean of age is 32.2 in A and 61.5 in B")
    assert said(check, "dose is not in the design", "multiply the variance of groupB")
    numbers = el.check_design("~ age + dose", samples[["age", "dose"]])
    assert said(numbers, "Adjusting for age", "of dose by 125 (as if hardly a sample were left)")
    assert said(numbers, "dose goes along with age (correlation 1.00)")


def test_a_design_of_numbers_speaks_by_its_columns():
    x = pd.DataFrame({"one": 1.0, "treated": [0, 0, 0, 1, 1, 1.0], "batch": [0, 0, 1, 1, 1, 1.0]}, index=list("abcdef"))
    check = el.check_design(x)
    assert list(check.comparisons.index) == ["treated", "batch"]
    assert said(check, "batch goes along with treated")
    samples = pd.DataFrame({"sex": list("fffmmm")}, index=list("fedcba"))
    assert said(el.check_design(x, samples), "sex is not in the design, and divides the samples as treated does")


def test_a_coded_factor_speaks_by_its_levels():
    """Without a sample table, as with one: by levels, and not by the columns that stand for them."""
    samples = table(cancer="NNNNNNBBBBBBCCCC", batch="2222333344455511")
    known = el.check_design("~ cancer + batch", samples)
    for formula in ("~ cancer + batch", "~ 0 + cancer + batch"):
        check = el.check_design(el.model_matrix(formula, samples))
        assert said(check, "batch goes along with cancer") == said(known, "batch goes along with cancer")
        assert said(check, "B is in batch 4 (3), 3 (2) and 5 (1)")
    other = el.check_design(el.model_matrix("~ C(cancer, contr.sum) + batch", samples))
    assert said(other, "batch goes along with C(cancer, contr.sum)", "-1 C(cancer, contr.sum)1")


def test_a_level_that_is_a_number_is_named_with_its_factor():
    check = el.check_design("~ batch", table(cancer="NNNNNNBBBBBBCCCC", batch="2222333344455511"))
    assert said(check, "batch 1 is in cancer C (2); batch 2 is in cancer N (4)")


def test_terms_with_commas_stay_whole():
    samples = table(group="AAAABBBB", batch="xxxyxyyy")
    check = el.check_design("~ group + C(batch, contr.sum)", samples, contrasts="groupB")
    assert check.comparisons.loc["groupB", "adjusted_for"] == "C(batch, contr.sum)"
    several = el.check_design("~ group + batch + age", samples.assign(age=[1, 2.5, 3, 5, 4, 7, 6, 9]))
    assert several.comparisons.loc["groupB", "adjusted_for"] == "batch and age"


def test_a_mean_that_is_rounding_is_zero():
    hidden = pd.DataFrame({"F1": [0.1, 0.2, -0.3, 3, 3.1, 3.2]}, index=list("abcdef"))
    design = el.model_matrix("~ group", pd.DataFrame({"group": list("AAABBB")}, index=list("abcdef")))
    assert said(el.check_design(design.with_nuisance(hidden)), "the mean of F1 is 0 in A and 3.1 in B")


def test_nuisance_is_adjustment():
    design = el.model_matrix("~ group", table(group="AAAABBBB"))
    hidden = pd.DataFrame({"SV1": [-1.0, -2, 0, -1, 1, 2, 1, 0]}, index=design.samples)
    check = el.check_design(design.with_nuisance(hidden), table(group="AAAABBBB"))
    assert list(check.comparisons.index) == ["groupB"]
    assert check.comparisons.loc["groupB", "adjusted_for"] == "SV1"
    assert said(check, "SV1 differs between levels of group")
    assert repr(check).startswith("Check of the design of ~ group and 'SV1': 8 samples")
    assert said(check, "Adjusting for SV1 multiplies the variance of groupB")


def test_odd_columns_are_passed_over():
    samples = table(
        group="AABB", day=pd.date_range("2020", periods=4), name="wxyz", one="kkkk", mixed=["a", 1, None, 2.5]
    )
    check = el.check_design("~ group", samples.assign(gap=[1.5, np.nan, 2.0, np.inf], empty=np.nan))
    assert set(check.associations["second"]) == {"gap"}
    assert check.associations["n"].tolist() == [2]


def test_days_are_groups():
    times = pd.to_datetime(["2020-01-01 09:00", "2020-01-01 11:30", "2020-02-03 10:00", "2020-02-03 16:15"]).repeat(2)
    check = el.check_design("~ group", table(group="AAAABBBB", scanned=times))
    assert said(check, "scanned is not in the design, and divides the samples as group does")
    known = table(group="AAAABBBB", scanned=times[[0, 2, 4, 6, 0, 2, 4, 6]].tz_localize("UTC"))
    known.loc[0, "scanned"] = pd.NaT
    found = el.check_design("~ group", known).associations.set_index("second")
    assert found.loc["scanned", ["measure", "n"]].tolist() == ["Cramér's V", 7]


def test_annotations_with_gaps_count_where_they_are_known():
    samples = table(group="AAAABBBB", lot=["u", "u", "u", None, "v", "v", "v", None], x=[1.0, 2, 3, 4, 5, 6, 7, 8])
    check = el.check_design("~ group", samples)
    assert check.associations.set_index(["first", "second"]).loc[("group", "lot"), "n"] == 6
    assert said(check, "lot is not in the design, and divides the samples as group does")


def test_more_levels_than_samples_can_pay_for():
    samples = table(group="AAABBB", lot="uvwuvw", who="aabbcc")
    check = el.check_design("~ group + lot", samples)
    assert check.left_out.loc["who"].isna().all() or np.isfinite(check.left_out.loc["who"]).any()


def test_means_are_neither_split_nor_said_to_rest_on_few():
    samples = table(group="AAAABBBB", sex="ffmmffmm", lot="uvuvuvuv")
    assert el.check_design("~ 0 + group:sex", samples).findings == ()
    assert el.check_design("~ 1", samples).findings == ()


def test_html_is_escaped():
    samples = table(group=["<b>", "<b>", "c", "c", "c"], lot="uvuvv")
    html = el.check_design("~ group + lot", samples)._repr_html_()
    assert "<b>" not in html
    assert "&lt;b&gt;" in html or "groupc" in html


def test_the_result_is_frozen_and_the_table_unchanged():
    samples = BLADDER.copy(deep=True)
    check = el.check_design("~ cancer", samples)
    pd.testing.assert_frame_equal(samples, BLADDER)
    with pytest.raises(AttributeError):
        check.findings = ()


def test_labels_have_to_match():
    x = pd.DataFrame({"a": [1.0, 0, 1]}, index=list("xyz"))
    with pytest.raises(AlignmentError, match="'q'"):
        el.check_design(x, pd.DataFrame({"b": [1, 2, 3]}, index=list("xyq")))
    with pytest.raises(DesignError, match="second argument"):
        el.check_design("~ group")
