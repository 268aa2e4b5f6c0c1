"""Names as R writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Words of R's language, which are no names.
_RESERVED = {
    *("if", "else", "repeat", "while", "function", "for", "next", "break", "in", "TRUE", "FALSE", "NULL", "Inf", "NaN"),
    *("NA", "NA_integer_", "NA_real_", "NA_character_", "NA_complex_"),
}


def r_names(names: Sequence[str]) -> list[str]:
    """Names as R's ``make.names`` writes them, which coefficients have in R pipelines.

    >>> r_names(["(Intercept)", "groupB:timet2", "2nd", "a b", "NA"])
    ['X.Intercept.', 'groupB.timet2', 'X2nd', 'a.b', 'NA.']
    """
    return [_r_name(name) for name in names]


def _r_name(name: str) -> str:
    text = re.sub(r"[^\w.]", ".", name)
    text = text if re.match(r"[^\W\d_]|\.(?!\d)", name) else f"X{text}"
    return f"{text}." if text in _RESERVED else text
