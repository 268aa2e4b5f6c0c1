"""Formulas, design matrices and contrasts."""
