"""``python -m ebayes_lm`` is ``ebayes-lm``."""

from __future__ import annotations

import sys

from ebayes_lm.cli import main

if __name__ == "__main__":
    sys.exit(main())
