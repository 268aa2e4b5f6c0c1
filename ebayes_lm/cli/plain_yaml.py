"""YAML as plain data: text, lists and mappings, and nothing that refers to something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ebayes_lm.errors import DataError

#: Levels of nesting; a list of contrasts has four.
_DEEPEST = 20


def read_yaml(path: Path) -> Any:
    """The content of a file; every scalar stays the text that it is, so that ``no`` and ``007`` are levels.

    Raises
    ------
    DataError
        The file is not YAML, refers to itself by anchors and aliases, repeats a key, or nests too deeply.
    """
    import yaml

    try:
        text = path.read_text(encoding="utf-8-sig")
        _require_plain(text, path)
        return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - which makes text, lists and mappings alone
    except UnicodeDecodeError:
        raise DataError(f"{path} is not text in UTF-8") from None
    except yaml.YAMLError as error:
        raise DataError(f"{path} is not YAML: {' '.join(str(error).split())}") from None


def _require_plain(text: str, path: Path) -> None:
    """Look at the stream before anything is made of it: a few bytes of aliases stand for gigabytes."""
    import yaml

    open_keys: list[_Keys] = []
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        line = 1 + (event.start_mark.line if event.start_mark else 0)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise DataError(f"{path}, line {line}: anchors and aliases are not taken; write the values out")
        if isinstance(event, yaml.CollectionEndEvent):
            open_keys.pop()
            continue
        if not isinstance(event, yaml.NodeEvent):
            continue
        if open_keys:
            open_keys[-1].meet(event, path, line)
        if isinstance(event, yaml.CollectionStartEvent):
            if len(open_keys) == _DEEPEST:
                raise DataError(f"{path}, line {line}: nested more than {_DEEPEST} levels deep")
            open_keys.append(_Keys(isinstance(event, yaml.MappingStartEvent)))


class _Keys:
    """Keys of a mapping that is being read; of a list there are none."""

    def __init__(self, is_mapping: bool) -> None:
        self.is_mapping = is_mapping
        self.known: set[str] = set()
        self.next_is_key = True

    def meet(self, event: Any, path: Path, line: int) -> None:
        if not self.is_mapping:
            return
        if self.next_is_key and (key := getattr(event, "value", None)) is not None:
            if key in self.known:
                raise DataError(f"{path}, line {line}: {key!r} is said twice")
            self.known.add(key)
        self.next_is_key = not self.next_is_key
