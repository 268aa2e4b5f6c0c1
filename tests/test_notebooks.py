"""Every notebook runs from top to bottom, warnings being errors, and is stored without its outputs."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
#: The kernel's own machinery may warn; what the notebook does may not.
STRICT = """
import warnings
warnings.simplefilter("error")
warnings.filterwarnings("default", module="ipykernel")
"""
TIMEOUT = 300  # seconds for one cell, compilation and a busy machine included


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    """A notebook as it is stored."""
    return nbformat.read(request.param, as_version=4)


def test_there_are_notebooks():
    assert NOTEBOOKS


# Deprecations of the client that runs the notebook are not the notebook's; the kernel has filters of its own.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_runs(notebook, tmp_path):
    notebook.cells.insert(0, nbformat.v4.new_code_cell(STRICT))
    _execute(notebook, tmp_path)
    figures = [output for output in _outputs(notebook) if "image/png" in output.get("data", {})]
    assert figures


def test_is_stored_without_outputs(notebook):
    nbformat.validate(notebook)
    assert not _outputs(notebook)
    assert all(cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")


def _outputs(notebook):
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def _execute(notebook, folder):
    """Run a notebook in the interpreter that runs this test, whatever kernels the machine has installed."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    class OwnInterpreter(AsyncKernelManager):
        def _kernel_spec_manager_default(self):
            return KernelSpecManager(kernel_dirs=[])

    where = {"metadata": {"path": str(folder)}}
    client = NotebookClient(notebook, kernel_manager_class=OwnInterpreter, timeout=TIMEOUT, resources=where)
    settings = {"IPYTHONDIR": str(folder), "MPLCONFIGDIR": str(folder), "PYTHONPATH": str(ROOT)}
    client.execute(env=os.environ | settings)
