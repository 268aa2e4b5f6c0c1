"""Plain NumPy: the one product that no fit can do without, and the shortest fit that anyone would write."""

from __future__ import annotations

import sys

import numpy as np

from benchmarks.runners.serving import Inputs, Outcome, Stopwatch, fit_checksum, serve, total


def main() -> None:
    inputs = Inputs(sys.argv[1:], labels=False)
    q, r = np.linalg.qr(inputs.design)
    inverse = np.linalg.inv(r).T

    def product() -> Outcome:
        watch = Stopwatch()
        effects = watch.part("product", lambda: inputs.y @ q)
        return watch.parts, {"coefficients": total(effects @ inverse)}

    def plain_fit() -> tuple[np.ndarray, np.ndarray]:
        effects = inputs.y @ q
        residuals = inputs.y - effects @ q.T
        df = inputs.samples - inputs.coefficients
        return effects @ inverse, np.sqrt(np.einsum("ij,ij->i", residuals, residuals) / df)

    def fit() -> Outcome:
        watch = Stopwatch()
        coefficients, sigma = watch.part("fit", plain_fit)
        return watch.parts, fit_checksum(coefficients, sigma)

    serve({"product": product, "fit": fit}, np.__version__)


if __name__ == "__main__":
    main()
