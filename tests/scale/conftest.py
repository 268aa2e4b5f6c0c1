from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def client():
    """Two worker processes of this machine."""
    pytest.importorskip("distributed")
    from ebayes_lm.data.cluster import local_cluster

    with local_cluster(2) as client:
        yield client
