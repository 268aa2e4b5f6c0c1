"""Matrices on disk: one file per format, opened without reading the values."""
