"""Stages of an analysis, each a type, with labels on everything they hand out."""
