"""Diagnostics of an analysis: what is seen, what it means, and what to do about it."""
