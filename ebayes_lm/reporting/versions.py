"""What an analysis was computed with."""

from __future__ import annotations

#: Packages that numbers and pictures depend on.
_PACKAGES = ("numpy", "pandas", "scipy", "numba", "matplotlib")


def versions() -> dict[str, str]:
    """The program, Python, and the packages that numbers depend on, as far as they are installed."""
    from importlib.metadata import PackageNotFoundError, version
    from platform import python_version

    found = {"ebayes-lm": version("ebayes-lm"), "python": python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
