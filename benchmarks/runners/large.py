"""One task in a process of its own. What the bare interpreter holds is looked at before anything is imported."""

from __future__ import annotations

import json
import sys
from importlib import import_module

from benchmarks.watching import status_mb


def main() -> None:
    bare = status_mb("VmRSS")
    module, _, function = sys.argv[1].partition(":")
    task = getattr(import_module(f"benchmarks.large.{module}"), function)
    print(json.dumps({"bare_mb": bare, **task(**json.loads(sys.argv[2]))}))


if __name__ == "__main__":
    main()
