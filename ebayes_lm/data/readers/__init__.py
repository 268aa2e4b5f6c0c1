"""Files to matrices and sample tables."""
