from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def client():
    """Two worker processes of this machine, for as long as a file needs them: waiting, they take time from others."""
    pytest.importorskip("distributed")
    from ebayes_lm.data.cluster import local_cluster

    with local_cluster(2) as client:
        yield client
