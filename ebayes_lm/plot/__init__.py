"""Pictures of data, fits and tests: each takes ``ax=``, gives the Axes, and has a twin that gives what is drawn.

>>> import ebayes_lm as el
>>> simulation = el.datasets.simulate(n_features=500, groups={"control": 4, "treated": 4}, seed=1)
>>> mod = el.lm_fit(simulation.data, "~ group").ebayes()
>>> el.plot.volcano(mod, "grouptreated").get_ylabel()
'−log10 p'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ebayes_lm.plot.averages import ma as ma
    from ebayes_lm.plot.averages import ma_data as ma_data
    from ebayes_lm.plot.coefficient_pairs import coefficients as coefficients
    from ebayes_lm.plot.coefficient_pairs import coefficients_data as coefficients_data
    from ebayes_lm.plot.components import pca as pca
    from ebayes_lm.plot.components import pca_data as pca_data
    from ebayes_lm.plot.correlations import sample_correlation as sample_correlation
    from ebayes_lm.plot.correlations import sample_correlation_data as sample_correlation_data
    from ebayes_lm.plot.density_curves import densities as densities
    from ebayes_lm.plot.density_curves import densities_data as densities_data
    from ebayes_lm.plot.design_picture import design as design
    from ebayes_lm.plot.design_picture import design_data as design_data
    from ebayes_lm.plot.effects import volcano as volcano
    from ebayes_lm.plot.effects import volcano_data as volcano_data
    from ebayes_lm.plot.heat_map import heatmap as heatmap
    from ebayes_lm.plot.heat_map import heatmap_data as heatmap_data
    from ebayes_lm.plot.leading_changes import mds as mds
    from ebayes_lm.plot.leading_changes import mds_data as mds_data
    from ebayes_lm.plot.p_values import pvalues as pvalues
    from ebayes_lm.plot.p_values import pvalues_data as pvalues_data
    from ebayes_lm.plot.precision_trend import voom_trend as voom_trend
    from ebayes_lm.plot.precision_trend import voom_trend_data as voom_trend_data
    from ebayes_lm.plot.prior_trend import sa as sa
    from ebayes_lm.plot.prior_trend import sa_data as sa_data
    from ebayes_lm.plot.quantiles import qq as qq
    from ebayes_lm.plot.quantiles import qq_data as qq_data
    from ebayes_lm.plot.residual_picture import residuals as residuals
    from ebayes_lm.plot.residual_picture import residuals_data as residuals_data
    from ebayes_lm.plot.upset_picture import upset as upset
    from ebayes_lm.plot.upset_picture import upset_data as upset_data
    from ebayes_lm.plot.venn_picture import venn as venn
    from ebayes_lm.plot.venn_picture import venn_data as venn_data

_HOMES = {
    "averages": ("ma", "ma_data"),
    "coefficient_pairs": ("coefficients", "coefficients_data"),
    "components": ("pca", "pca_data"),
    "correlations": ("sample_correlation", "sample_correlation_data"),
    "density_curves": ("densities", "densities_data"),
    "design_picture": ("design", "design_data"),
    "effects": ("volcano", "volcano_data"),
    "heat_map": ("heatmap", "heatmap_data"),
    "leading_changes": ("mds", "mds_data"),
    "p_values": ("pvalues", "pvalues_data"),
    "precision_trend": ("voom_trend", "voom_trend_data"),
    "prior_trend": ("sa", "sa_data"),
    "quantiles": ("qq", "qq_data"),
    "residual_picture": ("residuals", "residuals_data"),
    "upset_picture": ("upset", "upset_data"),
    "venn_picture": ("venn", "venn_data"),
}
_HOME = {name: f"{__name__}.{module}" for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    """Import a plot when it is first used."""
    from importlib import import_module

    if name not in _HOME:
        from ebayes_lm.errors import nearest

        raise AttributeError(f"module {__name__!r} has no attribute {name!r}.{nearest(name, __all__)}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
