"""From raw counts to what can be fitted: library sizes, filters, counts per million."""
