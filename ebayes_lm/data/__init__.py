"""The input boundary: whatever the caller has, as a features x samples matrix with its labels."""
