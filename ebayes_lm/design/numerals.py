"""Numbers as R writes them, for column names and factor levels."""

from __future__ import annotations


def r_number(value: float) -> str:
    """Up to 15 significant digits, in the shorter of fixed and scientific notation.

    >>> [r_number(x) for x in (2.0, 0.5, 100000.0, 123456.0, 1e-4)]
    ['2', '0.5', '1e+05', '123456', '1e-04']
    """
    mantissa, exponent = f"{value:.14e}".split("e")
    digits = mantissa.rstrip("0").rstrip(".")
    scientific = f"{digits}e{exponent}"
    decimals = max(0, len(digits.lstrip("-").replace(".", "")) - 1 - int(exponent))
    fixed = f"{value:.{decimals}f}" if abs(int(exponent)) < 20 else scientific
    return fixed if len(fixed) <= len(scientific) else scientific
