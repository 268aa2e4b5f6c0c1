"""Messages of the package in the words of the command line: Python arguments become options."""

from __future__ import annotations

import re

#: Options whose value is spelled in another way than the argument's.
_SPELLED = {
    "legacy=True": "--prior moments",
    "legacy=False": "--prior likelihood",
    "with robust=False": "without --robust",
    "compat='limma'": "--compat limma",
    "block= and ndups=": "--block",
    "raise p, leave out features with few counts": "leave out features with few counts (--filter)",
    "or use TMMwsp": "or use --normalize TMMwsp",
    "and RLE rests on those; use TMMwsp": "and RLE rests on those; use --normalize TMMwsp",
    ", and out= writes to a file": "",
    "which later steps with the same y share. To keep a file of features, use "
    'open_matrix(...).write("y.zarr") and work with what it returns': "which later steps share",
    "reference gives": "--ref gives",
    "y holds samples": "the data hold samples",
    "; pass that as samples=": ", which --samples names",
    "the prior variance, ordinary() gives no tests": "the prior variance",
    "var_group": "--var-group",
    "Weights from array_weights(..., var_group=...) with these groups put": "--var-group with the column of these "
    "groups puts",
}
_NAMED = (
    "block",
    "correlation",
    "inf",
    "min_observed",
    "weights",
    "zero_variance",
    "feature_columns",
    "coef",
    "span",
    "scheduler",
    "keep_p",
    "outcome",
    "interaction",
    "layer",
    "orientation",
    "max_memory",
    "chunk_size",
    "checkpoint",
)
_ARGUMENT = re.compile(rf"\b({'|'.join(_NAMED)})=[\"']?([\w-]*)[\"']?(?=[\s,.;:)]|$)")
#: Verbs that a run goes through; whoever typed a command has called none of them.
_VERB = re.compile(r"\b(?:ebayes|treat|lm_fit)\(\)")
_CONTRAST = re.compile(r"\bfit\.contrast\(('[^']*'|\"[^\"]*\")\)")
_SPELLING = re.compile("|".join(rf"(?<!\w){re.escape(argument)}(?!\w)" for argument in _SPELLED))


def in_options(message: str) -> str:
    """A message with options in place of Python arguments.

    Examples
    --------
    >>> in_options('2 features have no variance. zero_variance="exclude" keeps them out')
    '2 features have no variance. --zero-variance exclude keeps them out'
    >>> in_options("ebayes() estimates the prior otherwise; legacy=True keeps to moments")
    'the program estimates the prior otherwise; --prior moments keeps to moments'
    """
    message = _SPELLING.sub(lambda found: _SPELLED[found[0]], _CONTRAST.sub(r"--contrast \1", message))
    return _VERB.sub("the program", _ARGUMENT.sub(_option, message))


def _option(found: re.Match[str]) -> str:
    name, value = found[1].replace("_", "-"), found[2]
    return f"--{name} {value}" if value else f"--{name}"
