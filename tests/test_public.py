"""What the package does to its surroundings: nothing, but for warnings at the caller's own line."""

from __future__ import annotations

import copy
import inspect
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import DesignWarning, EbayesLMWarning, VarianceWarning

SAMPLES = pd.DataFrame({"group": list("AAABBB"), "batch": list("XYXYXY")}, index=[f"s{i}" for i in range(6)])


@pytest.fixture
def y() -> pd.DataFrame:
    values = np.random.default_rng(2).normal(8.0, 0.5, size=(60, 6))
    return pd.DataFrame(values, index=[f"g{i}" for i in range(60)], columns=SAMPLES.index)


@pytest.fixture
def surroundings(y: pd.DataFrame) -> Iterator[None]:
    """pandas options, NumPy error handling and warning filters are the same afterwards."""
    analysis(y)  # importing SciPy adds warning filters of its own
    options, errors, filters = pandas_options(), np.geterr(), list(warnings.filters)
    yield
    assert pandas_options() == options
    assert np.geterr() == errors
    assert list(warnings.filters) == filters


def pandas_options() -> dict[str, object]:
    names = (
        "display.max_rows",
        "display.width",
        "display.precision",
        "display.float_format",
    )
    return {name: pd.get_option(name) for name in names}


def analysis(y: pd.DataFrame) -> el.ModeratedFit:
    mod = el.lm_fit(y, "~ 0 + group + batch", samples=SAMPLES).contrast("groupB - groupA").ebayes(trend=True)
    for shown in (mod, mod.fit, mod.decide_tests(), mod.top_table(number=3)):
        repr(shown)
        shown._repr_html_()
    mod.top_table(confint=True, sort_by="P")
    mod.conf_int()
    return mod


@pytest.mark.usefixtures("surroundings")
def test_an_analysis_is_silent_and_leaves_settings_alone(y: pd.DataFrame, capfd: pytest.CaptureFixture[str]) -> None:
    analysis(y)
    assert capfd.readouterr() == ("", "")


def test_what_is_handed_in_stays_as_it_was(y: pd.DataFrame) -> None:
    table, before, weights = SAMPLES.copy(), y.copy(), np.array([1.0, 2, 1, 1, 2, 1])
    el.lm_fit(y, "~ group", samples=table, weights=weights).ebayes(trend=True).top_table(features=y[["s0"]])
    pd.testing.assert_frame_equal(y, before)
    pd.testing.assert_frame_equal(table, SAMPLES)
    assert weights.tolist() == [1, 2, 1, 1, 2, 1]


def test_read_only_data_can_be_fitted(y: pd.DataFrame) -> None:
    values = y.to_numpy().copy()
    values.flags.writeable = False
    assert el.lm_fit(values, np.ones(6)).shape == (60, 1)


def rank_deficient(y: pd.DataFrame) -> object:
    return el.lm_fit(y, "~ group + batch", samples=SAMPLES.assign(batch=SAMPLES["group"]))


def constant_features(y: pd.DataFrame) -> object:
    y.loc["g1"] = 3.0
    return el.lm_fit(y, "~ group", samples=SAMPLES).ebayes()


def level_in_table(y: pd.DataFrame) -> object:
    return el.lm_fit(y, "~ 0 + group", samples=SAMPLES).ebayes().top_table("groupA")


def level_in_decisions(y: pd.DataFrame) -> object:
    return el.decide_tests(el.lm_fit(y, "~ 0 + group", samples=SAMPLES).ebayes()[:, ["groupA"]])


def adjustment_tested_too(y: pd.DataFrame) -> object:
    return el.top_table(el.lm_fit(y, "~ group + batch", samples=SAMPLES).ebayes())


@pytest.mark.parametrize(
    ("call", "category"),
    [
        (rank_deficient, DesignWarning),
        (constant_features, VarianceWarning),
        (level_in_table, DesignWarning),
        (level_in_decisions, DesignWarning),
        (adjustment_tested_too, DesignWarning),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_warnings_point_at_the_line_of_the_caller(y: pd.DataFrame, call: object, category: type[Warning]) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call(y)  # type: ignore[operator]
    assert [w.category for w in caught] == [category]
    assert issubclass(category, EbayesLMWarning)
    lines, start = inspect.getsourcelines(call)  # type: ignore[arg-type]
    assert caught[0].filename == __file__
    assert start < caught[0].lineno < start + len(lines)


def test_names_resolve_and_are_listed() -> None:
    for name in el.__all__:
        assert getattr(el, name) is not None
        assert name in dir(el)
    assert el.__version__.count(".") == 2
    with pytest.raises(AttributeError, match=r"no attribute 'lmfit'\. Did you mean 'lm_fit'\?"):
        _ = el.lmfit


def test_a_fit_is_copied_whole(y: pd.DataFrame) -> None:
    mod = analysis(y)
    pd.testing.assert_frame_equal(copy.copy(mod).top_table(), mod.top_table())
