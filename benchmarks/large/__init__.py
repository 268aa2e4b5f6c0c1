"""Matrices of any size: what is drawn, what is measured of it, and what was aimed at."""
