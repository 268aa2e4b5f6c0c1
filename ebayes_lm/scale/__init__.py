"""Studies of any size: features as predictors."""
