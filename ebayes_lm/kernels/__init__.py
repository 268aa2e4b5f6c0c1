"""Loops over features that NumPy cannot batch, or cannot batch fast, compiled on first call."""
