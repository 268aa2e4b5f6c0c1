"""Decisions: which features are up, down or neither."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.adjust import adjust_p
from ebayes_lm.errors import ArgumentError, counted
from ebayes_lm.results.arguments import choice, probability, real
from ebayes_lm.results.axes import Labels
from ebayes_lm.results.genewise import hierarchical_codes, nested_f_codes
from ebayes_lm.results.html import section
from ebayes_lm.results.levels import warn_of_levels
from ebayes_lm.results.linear import split_key
from ebayes_lm.results.stages import require_f, require_tests
from ebayes_lm.results.tested import TestedFit

_METHODS = ("separate", "global", "hierarchical", "nestedF")
#: Stands for "no test" among the codes -1, 0 and 1.
MISSING = -128


@dataclass(frozen=True, eq=False, repr=False)
class TestResults:
    """Outcome of tests: -1 down, 0 neither, 1 up, missing where there was no test; features x coefficients."""

    __test__ = False

    codes: AnyArray
    labels: Labels

    @classmethod
    def of(cls, codes: FloatArray, labels: Labels) -> TestResults:
        """Results of codes -1, 0 and 1, NaN where there was no test."""
        return cls(np.where(np.isnan(codes), MISSING, codes).astype(np.int8), labels)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of features and of coefficients."""
        features, coefs = self.codes.shape
        return features, coefs

    def to_frame(self) -> pd.DataFrame:
        """Codes as nullable integers, features x coefficients."""
        mask = self.codes == MISSING
        columns = {k: pd.arrays.IntegerArray(self.codes[:, k].copy(), mask[:, k]) for k in range(self.shape[1])}
        return pd.DataFrame(columns, index=self.labels.features).set_axis(self.labels.coefs, axis=1)

    def summary(self) -> pd.DataFrame:
        """Number of features Down, NotSig and Up per coefficient."""
        counts = [(self.codes == code).sum(axis=0) for code in (-1, 0, 1)]
        return pd.DataFrame(np.array(counts), index=pd.Index(["Down", "NotSig", "Up"]), columns=self.labels.coefs)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write everything into a folder, from which :func:`load` reads it.

        Parameters
        ----------
        path : str or Path
            A new folder, or one that holds a saved result, which is replaced.

        Returns
        -------
        Path
            The folder. It holds a header in JSON and arrays as .npy files; nothing in it is code.
        """
        from ebayes_lm.results.saving import save_result

        return save_result(self, path)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> AnyArray:
        missing = self.codes == MISSING
        if missing.any() and (dtype is None or np.dtype(dtype).kind in "fc"):
            return np.where(missing, np.nan, self.codes).astype(dtype or np.float64)
        return np.array(self.codes, dtype=dtype)

    def __eq__(self, codes: object) -> pd.DataFrame:  # type: ignore[override]
        """Where the codes are these, as a table: ``results == 1`` is true where a feature is up."""
        return self._where(self.codes == getattr(codes, "codes", codes))

    def __ne__(self, codes: object) -> pd.DataFrame:  # type: ignore[override]
        """Where the codes are others; where there was no test, neither is true."""
        return self._where(self.codes != getattr(codes, "codes", codes))

    __hash__ = None  # type: ignore[assignment]

    def _where(self, true: Any) -> pd.DataFrame:
        return pd.DataFrame(true & (self.codes != MISSING), index=self.labels.features, columns=self.labels.coefs)

    def __getitem__(self, key: Any) -> TestResults:
        """Subset by position; coefficients also by name."""
        rows, columns = split_key(key, self.labels)
        return TestResults(self.codes[rows][:, columns], self.labels.take(rows, columns))

    def __repr__(self) -> str:
        return f"TestResults of {counted(self.shape[0], 'feature')}\n{self.summary()}"

    def _repr_html_(self) -> str:
        return section(f"TestResults of {counted(self.shape[0], 'feature')}", self.summary(), "Number of features")


def decide_tests(
    fit: Any, *, method: str = "separate", adjust_method: str = "BH", p_value: float = 0.05, lfc: float = 0.0
) -> TestResults:
    """Decide for every feature and coefficient whether it is up, down or neither.

    Parameters
    ----------
    fit : ModeratedFit or TreatFit
    method : {"separate", "global", "hierarchical", "nestedF"}
        Adjust the p-values of each coefficient on their own, or of all together; or select features by F, and then
        adjust within each of them ("hierarchical"), or see how many of its largest t make F significant ("nestedF").
        The last two are not for a TreatFit.
    adjust_method : str
        As in :func:`adjust_p`; where F selects features "none", "bonferroni", "holm", "BH", "fdr" or "BY".
    p_value : float
        Adjusted p-values below this are significant.
    lfc : float
        Effects must exceed this in size, too.

    Returns
    -------
    TestResults

    Raises
    ------
    StageError
        The fit has no tests yet.
    ArgumentError
        An unknown method, or a bound outside its range.

    Notes
    -----
    Features without F are left out of the adjustment by F, and missing in its result. For nested F see
    :func:`classify_tests_f`.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> y = np.random.default_rng(1).normal(size=(200, 6))
    >>> y[:5, 3:] += 8
    >>> fit = el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AAABBB")}))
    >>> el.decide_tests(fit.ebayes())[:, ["groupB"]].summary().T.to_numpy().tolist()
    [[0, 195, 5]]
    """
    mod = require_tests(fit, "decide_tests")
    choice(method, _METHODS, "method", "'separate', 'global', 'hierarchical' or 'nestedF'")
    probability(p_value, "p_value", "the bound for adjusted p-values")
    if not real(lfc, "lfc", "the smallest effect") >= 0.0:
        raise ArgumentError(f"lfc is the smallest size of an effect and not negative, not {lfc!r}")
    if len(mod.tested_positions) < mod.shape[1]:
        mod = mod[:, mod.tested_positions]
    warn_of_levels(mod, range(mod.shape[1]))
    if method in ("hierarchical", "nestedF"):
        by_f = hierarchical_codes if method == "hierarchical" else nested_f_codes
        codes = by_f(require_f(mod, f"decide_tests(method={method!r})"), adjust_method, p_value)
    else:
        codes = _coefficientwise_codes(mod, method, adjust_method, p_value)
    with np.errstate(invalid="ignore"):
        small = np.abs(mod.fit.record.coefficients) <= lfc
    codes[small & (lfc > 0.0) & ~np.isnan(codes)] = 0.0
    return TestResults.of(codes, mod.labels)


def _coefficientwise_codes(mod: TestedFit, method: str, adjust_method: str, p_value: float) -> FloatArray:
    """Codes (features, coefs) by the p of each coefficient, adjusted column by column or all together."""
    p = np.column_stack([mod.p_value_of(k) for k in range(mod.shape[1])])
    if method == "global":
        adjusted = adjust_p(p.ravel(order="F"), adjust_method).reshape(p.shape, order="F")
    else:
        adjusted = np.column_stack([adjust_p(column, adjust_method) for column in p.T])
    with np.errstate(invalid="ignore"):
        codes = np.where(adjusted < p_value, np.sign(mod.fit.record.coefficients), 0.0)
    codes[np.isnan(p)] = np.nan
    return codes
