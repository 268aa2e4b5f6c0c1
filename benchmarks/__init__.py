"""Speed and memory of ebayes_lm beside R limma, pylimma and plain NumPy, measured in one run."""
