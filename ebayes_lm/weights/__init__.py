"""What one observation counts beside another: precision weights, sample weights, correlation within blocks."""
