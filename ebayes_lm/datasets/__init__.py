"""Data to try things on: published arrays, and simulated data whose truth is known."""

from __future__ import annotations

from ebayes_lm.datasets.arrays import bladder

__all__ = ["bladder"]
