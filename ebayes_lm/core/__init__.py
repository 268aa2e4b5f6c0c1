"""Numbers: float64 arrays in, small frozen records out. No labels, no tables."""
