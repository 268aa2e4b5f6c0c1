"""Names of arguments, which R lets one cut short: ``topTable(fit, n = 5, adjust = "BH")``."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Any, TypeVar

from ebayes_lm.errors import ArgumentTypeError, nearest

_Verb = TypeVar("_Verb", bound=Callable[..., Any])
#: What limma's functions take that has no counterpart, and what does it here.
_ELSEWHERE = {"plot": "el.plot.voom_trend() draws what comes back", "trace": "progress= tells how far a long run is"}


def completing(verb: _Verb) -> _Verb:
    """The verb, which takes an argument by as much of its name as is clear, and names its arguments to who errs.

    What comes after ``**`` in its signature goes on as it is.
    """
    parameters = signature(verb).parameters.values()
    names = [p.name for p in parameters if p.kind in (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)]
    further = any(p.kind is Parameter.VAR_KEYWORD for p in parameters)

    def whole(name: str) -> str:
        begun = [known for known in names if known.startswith(name)]
        if name in names or len(begun) == 1:
            return name if name in names else begun[0]
        if further and not begun and name not in _ELSEWHERE:
            return name
        hint = f" {_ELSEWHERE[name]}." if name in _ELSEWHERE else nearest(name, names)
        raise ArgumentTypeError(f"{verb.__name__}() has no argument {name!r}.{hint} It has {', '.join(names)}")

    @wraps(verb)
    def wrapper(*args: Any, **options: Any) -> Any:
        spelt = [(whole(name), value) for name, value in options.items()]
        if len(dict(spelt)) < len(spelt):
            raise ArgumentTypeError(f"{verb.__name__}() is given an argument twice: {', '.join(options)}")
        return verb(*args, **dict(spelt))

    return wrapper  # type: ignore[return-value]
