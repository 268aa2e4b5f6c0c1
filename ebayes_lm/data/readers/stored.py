"""Optional packages, asked for where files need them."""

from __future__ import annotations

from importlib.util import find_spec

from ebayes_lm.errors import MissingExtraError


def require_extra(package: str, extra: str, why: str) -> None:
    """Refuse, naming what to install, where an optional package is missing."""
    if find_spec(package) is None:
        raise MissingExtraError(f'{why} needs {package}: pip install "ebayes-lm[{extra}]"')
