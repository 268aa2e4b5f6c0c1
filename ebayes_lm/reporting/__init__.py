"""An analysis in words."""
