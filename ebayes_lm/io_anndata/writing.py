"""A result put into an AnnData."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm.data.fingerprints import digest
from ebayes_lm.data.matrix import is_anndata
from ebayes_lm.data.readers.stored import require_extra
from ebayes_lm.errors import ArgumentError, ArgumentTypeError
from ebayes_lm.io_anndata.held_arrays import HeldWriter, no_folder
from ebayes_lm.io_anndata.statistics import NAMES, plain_names, tables_of
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.structures import say
from ebayes_lm.results.tested import TestedFit, describe_prior

FORMAT, VERSION = "ebayes_lm result in AnnData", 1


def write(adata: Any, mod: Any, *, key: str) -> Any:
    """Give an AnnData that holds a result, beside everything that it held before.

    Parameters
    ----------
    adata : AnnData
        Samples x features. It is not changed. Features are matched by name; those that were not fitted get NaN.
    mod : LinearFit, MixedFit, VoomFit, ModeratedFit or TreatFit
    key : str
        Under which name. A result of the same name is replaced; anything else is not.

    Returns
    -------
    AnnData
        A new one, which shares its values with the one given; one that is backed by a file comes into memory. It
        holds, as far as the result has them,

        * ``varm["KEY_logFC"]``, and ``stdev_unscaled``, ``t``, ``P.Value``, ``adj.P.Val`` (BH) and ``B`` likewise:
          tables with a column for each coefficient, in whose names ``/`` is written ``%2F``;
        * ``varm["KEY_features"]``: AveExpr, sigma, df_residual, n_observed, s2_prior, df_prior, s2_post, df_total, F
          and F.P.Value, a column each; what differs between coefficients is a table of its own, such as
          ``varm["KEY_df_total"]``;
        * ``uns["KEY"]``: kind, version, design, contrasts, prior and options to look at, and for :func:`read` a header
          and arrays.

    Raises
    ------
    MissingExtraError
        anndata is not installed.
    ArgumentError, ArgumentTypeError
        A name that cannot be used, or something that is no AnnData or no fit.
    AlignmentError
        Features that are no variables of the AnnData.
    DataError
        The result holds labels of a kind that cannot be kept.

    Notes
    -----
    Nothing is pickled. The tables in ``varm`` go along when variables are chosen; what stands in ``uns`` stays whole.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> study = el.datasets.simulate(n_features=50, groups={"a": 3, "b": 3}, seed=1)
    >>> mod = el.lm_fit(study.data, "~ group").ebayes()
    >>> try:
    ...     from anndata import AnnData
    ... except ImportError:
    ...     pass
    ... else:
    ...     adata = AnnData(study.data.E.T, obs=study.data.targets)
    ...     adata = el.io_anndata.write(adata, mod, key="limma")
    ...     assert list(adata.varm["limma_t"].columns) == ["(Intercept)", "groupb"]
    """
    require_extra("anndata", "anndata", "a result in AnnData")
    name = checked_key(key)
    if not is_anndata(adata):
        raise ArgumentTypeError(f"results are written into an AnnData, not into {type(adata).__name__}")
    if not isinstance(mod, (LinearFit, TestedFit)):
        raise ArgumentTypeError(f"what is written is a fit, with tests or without; not {type(mod).__name__}")
    _require_free(adata, name)
    tables = {f"{name}_{which}": table for which, table in tables_of(mod, adata.var_names).items()}
    kept = {held: values for held, values in adata.varm.items() if held not in varm_keys(name)}
    return _with(adata, kept | tables, dict(adata.uns) | {name: _entry(mod, name)})


def checked_key(key: Any) -> str:
    """The name of a result.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        It cannot be one.
    """
    if not isinstance(key, str):
        raise ArgumentTypeError(f"key is the name of the result, such as 'limma', not {key!r:.60}")
    if not key.strip() or "/" in key:
        raise ArgumentError(f"key={key!r} cannot be a name in a file of AnnData; it is text without '/'")
    return key


def varm_keys(key: str) -> set[str]:
    """What a result of this name may have in varm."""
    return {f"{key}_{which}" for which in NAMES}


def checksum(said: Mapping[str, Any]) -> str:
    """Of a header, for whoever reads it."""
    return digest(json.dumps(said, sort_keys=True))


def _require_free(adata: Any, key: str) -> None:
    held = adata.uns.get(key)
    if isinstance(held, Mapping) and str(held.get("format", "")) == FORMAT:
        return
    taken = [f"uns[{key!r}]"] if key in adata.uns else [f"varm[{k!r}]" for k in sorted(varm_keys(key) & {*adata.varm})]
    if taken:
        raise ArgumentError(f"{taken[0]} of this AnnData holds something else, which is not replaced; use another key")


def _entry(mod: Any, key: str) -> dict[str, Any]:
    writer = HeldWriter(no_folder(key))
    package = version("ebayes-lm")
    said: dict[str, Any] = {"format": FORMAT, "version": VERSION, "package": package, "result": say(mod, writer)}
    said["arrays"] = writer.written
    return {
        "format": FORMAT,
        "version": package,
        "kind": type(mod).__name__,
        "description": repr(mod),
        "design": _table(mod.design.frame),
        "contrasts": _table(mod.contrasts),
        "options": _options(mod),
        **({"prior": _prior(mod)} if isinstance(mod, TestedFit) else {}),
        "header": json.dumps(said | {"checksum": checksum(said)}),
        "arrays": writer.held,
    }


def _table(frame: pd.DataFrame) -> pd.DataFrame:
    """A table of numbers under names that files can hold."""
    rows = pd.Index([str(label) for label in frame.index], dtype=object)
    return pd.DataFrame(frame.to_numpy(np.float64, copy=True), index=rows, columns=plain_names(frame.columns))


def _prior(mod: TestedFit) -> dict[str, Any]:
    each = getattr(mod.prior, "each", (mod.prior,))
    df = np.array([part.df2 for part in each], dtype=np.float64)
    return {"method": mod.prior.method, "df": df, "description": describe_prior(mod)}


def _options(mod: Any) -> dict[str, Any]:
    names = ("proportion", "stdev_coef_lim", "lfc", "upshot", "compat", "correlation")
    fit = getattr(mod, "fit", mod)
    found = {name: getattr(mod, name, getattr(fit, name, None)) for name in names}
    as_kept = {name: np.asarray(value) if isinstance(value, tuple) else value for name, value in found.items()}
    return {name: value for name, value in as_kept.items() if isinstance(value, (bool, float, str, np.ndarray))}


def _with(adata: Any, varm: Mapping[str, Any], uns: Mapping[str, Any]) -> Any:
    """The same AnnData with another varm and uns; values are shared, not copied."""
    from anndata import AnnData

    given = adata.to_memory() if adata.isbacked else adata
    raw = None if given.raw is None else {"X": given.raw.X, "var": given.raw.var, "varm": dict(given.raw.varm)}
    return AnnData(
        given.X, obs=given.obs, var=given.var, uns=dict(uns), obsm=dict(given.obsm), varm=dict(varm),
        layers=dict(given.layers), obsp=dict(given.obsp), varp=dict(given.varp), raw=raw,
        shape=given.shape if given.X is None else None,
    )  # fmt: skip
