from __future__ import annotations

import json

from benchmarks import scans


def test_small_scans_agree_with_the_product(capsys):
    scans.main(["--quick", "--repeats", "1"])
    told = json.loads(capsys.readouterr().out)["scans"]
    assert [size["name"] for size in told] == [size.name for size in scans.SIZES]
    assert [size["product"] is None for size in told] == [False, False, True, True]
