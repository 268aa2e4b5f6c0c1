"""The report as a page: its words, its numbers, and the one file that holds both."""
