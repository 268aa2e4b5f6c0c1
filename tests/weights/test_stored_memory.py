"""How much memory weights over a store take."""

from __future__ import annotations

import numpy as np

from tests.peaks import linux, peaks_within

#: Of the allocator and the interpreter, beside blocks and what is kept of features; robust fits take many small pieces,
#: which the allocator keeps for each thread.
OVERHEAD, PIECES = 9e6, 30e6
G, N, ROOM = 20_000, 200, 2e6
#: Bytes of a feature beside its values: a handful of numbers, the points of a trend while it is smoothed, and what a
#: fit of its own needs to be put together.
KEPT, SMOOTHED, OWN = 40, 200, 200

CODE = """
import numpy as np, ebayes_lm as el
from ebayes_lm.data.matrix import as_feature_matrix
x = np.column_stack([np.ones(200), np.arange(200) % 2])
run = {"max_memory": "2MB", "threads": 2, "progress": False}
verbs = {
    "reml": lambda y: el.array_weights(y, x, **run),
    "quick": lambda y: el.array_weights_quick(y, el.lm_fit(y, x, **run), **run),
    "blocks": lambda y: el.duplicate_correlation(y, x, block=np.arange(200) // 2, **run),
    "rows": lambda y: el.duplicate_correlation(y, x, spacing=y.shape[0] // 2, **run),
    "vooma": lambda y: el.lm_fit(el.vooma(y, x, **run), **run),
    "robust": lambda y: el.lm_fit(y, x, method="robust", **run).contrast("x1 + x2"),
    "fit": lambda y: el.vooma_lm_fit(y, x, sample_weights=True, **run).contrast("x1 + x2"),
}
# this loads and compiles what they need
small = as_feature_matrix(np.random.default_rng(1).normal(5, size=(6_000, 200)).astype(np.float32))
y, peaks = el.open_matrix(sys.argv[1]), {}
for name in sys.argv[2:]:
    verbs[name](small)
    peaks[name] = peak(lambda: verbs[name](y))
print(json.dumps(peaks))
"""


@linux
def test_room_is_kept_to(tmp_path):
    path = stored(tmp_path / "y.npy", G)
    bound = ROOM + KEPT * G + OVERHEAD
    bounds = dict.fromkeys(("reml", "quick", "blocks", "rows"), bound)
    bounds |= dict.fromkeys(("vooma", "fit"), bound + (SMOOTHED + OWN) * G)
    peaks_within(bounds, CODE, path, *bounds)
    assert path.stat().st_size > 1.3 * bound
    assert 1.5 * bounds["fit"] < 8 * G * N


@linux
def test_weights_of_robust_fits_are_not_held(tmp_path):
    g = 2 * G
    bound = ROOM + (KEPT + OWN) * g + PIECES
    peaks_within({"robust": bound}, CODE, stored(tmp_path / "y.npy", g), "robust")
    assert 1.5 * bound < 8 * g * N


def stored(path, features):
    values = np.lib.format.open_memmap(path, "w+", np.float32, (features, N))
    one = np.random.default_rng(1).normal(5, size=features)
    for sample in range(N):
        values[:, sample] = np.roll(one, 97 * sample)
    return path
