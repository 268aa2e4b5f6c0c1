"""Interfaces that packages of the scverse know.

:class:`LinearModel` has the methods of pertpy's models of differential expression, and limma's numbers.
"""

from __future__ import annotations

from ebayes_lm.scverse.linear_model import LinearModel

__all__ = ["LinearModel"]
