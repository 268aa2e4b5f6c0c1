"""Many regressions at once, interpreted jointly."""
