"""How the documentation is made into a site: ``make docs``."""

from __future__ import annotations

import os
from importlib.metadata import version as installed

project = "ebayes_lm"
author = "The ebayes_lm developers"
release = version = installed("ebayes-lm")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
exclude_patterns = ["_site"]

html_theme = "furo"
html_title = f"ebayes_lm {release}"
html_theme_options = {"light_css_variables": {"font-stack": "system-ui, sans-serif"}}
html_show_sourcelink = False

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # docstrings say the types in words
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_preprocess_types = False

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
# Notebooks are stored without outputs; they are run for the site when that is asked for.
nb_execution_mode = "force" if os.environ.get("DOCS_RUN_NOTEBOOKS") else "off"
nb_execution_timeout = 300
nb_execution_raise_on_error = True

copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True

# Docstrings speak to terminals as well: single backquotes are names in them.
default_role = "literal"
suppress_warnings = ["myst.header", "mystnb.unknown_mime_type", "ref.python"]
