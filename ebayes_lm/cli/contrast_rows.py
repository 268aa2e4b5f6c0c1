"""Contrasts that a file lists, one a row, in the layout of nf-core/differentialabundance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ebayes_lm.cli.sample_tables import no_column
from ebayes_lm.errors import DataError, listing, nearest, warn

#: What a row may say, as tables name it.
FIELDS = (
    "id", "variable", "reference", "target", "blocking", "exclude_samples_col", "exclude_samples_values", "formula",
    "make_contrasts_str",
)  # fmt: skip
_COMPARED = ("variable", "reference", "target")
_LISTS = ("blocking", "exclude_samples_values")
#: What YAML calls lists that tables write in one cell or in three.
_BLOCKING, _COMPARISON = "blocking_factors", "comparison"
_YAML = (".yaml", ".yml")
_TABLES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
_MISSING = ("", "NA", "NaN", "nan", "null", "~")
_MOST_BYTES, _MOST_ROWS, _LONGEST = 2_000_000, 10_000, 4_000


@dataclass(frozen=True)
class ContrastRow:
    """One contrast of a file.

    Attributes
    ----------
    name : str
        Its id.
    variable, reference, target : str or None
        The column of the sample table, and its two levels that are compared: target less reference.
    blocking : tuple of str
        Columns to adjust for.
    exclude : pair of str and tuple of str, or None
        A column and those of its values whose samples are left out.
    formula : str or None
        The model; by default cell means of the variable, and the columns to adjust for.
    expression : str or None
        The contrast in terms of coefficients, in place of two levels.
    """

    name: str
    variable: str | None = None
    reference: str | None = None
    target: str | None = None
    blocking: tuple[str, ...] = ()
    exclude: tuple[str, tuple[str, ...]] | None = None
    formula: str | None = None
    expression: str | None = None


def read_contrast_rows(file: str) -> list[ContrastRow]:
    """The contrasts of a table (CSV, TSV) or of YAML.

    Raises
    ------
    DataError
        The file cannot be read, or a row does not say what is compared.
    """
    path = Path(file)
    if path.stat().st_size > _MOST_BYTES:
        raise DataError(f"{file} is larger than {_MOST_BYTES // 10**6} MB, too large for a list of contrasts")
    name = path.name.casefold()
    if name.endswith(_YAML):
        from ebayes_lm.cli.plain_yaml import read_yaml

        records = _yaml_records(read_yaml(path), file)
    elif name.endswith(_TABLES):
        records = _table_records(path, file)
    else:
        raise DataError(f"{file} is no kind of file for contrasts; they stand in .csv, .tsv, .txt, .yaml or .yml")
    if len(records) > _MOST_ROWS:
        raise DataError(f"{file} lists more than {_MOST_ROWS:,} contrasts, which are as many as are taken")
    rows = [_row(record, f"{file}, contrast {k}") for k, record in enumerate(records, start=1)]
    names = [row.name for row in rows]
    twice = list(dict.fromkeys(name for name in names if names.count(name) > 1))
    if twice:
        raise DataError(f"{file} uses an id more than once: {listing(twice)}; files are named after it")
    return rows


def _table_records(path: Path, file: str) -> list[dict[str, str]]:
    """Cells by column; those that a row leaves out at its end are empty, as most readers take it."""
    from ebayes_lm.data.readers.text import open_text

    table = open_text(path)
    columns = list(table.header)
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise DataError(f"{file} has columns that appear more than once: {listing(twice)}; rename all but one")
    if not {"variable", "formula"} & set(columns):
        raise DataError(
            f"{file} has neither a column 'variable' nor 'formula'.{nearest('variable', columns)} The columns of a "
            f"list of contrasts are {', '.join(FIELDS)}"
        )
    _note_unknown([name for name in columns if name], FIELDS, file)
    records = []
    for line, cells in table.records():
        if any(cells[len(columns) :]):
            raise DataError(f"{file}, line {line}: {len(cells)} cells where the header has {len(columns)}")
        records.append(dict(zip(columns, cells, strict=False)))
        if len(records) > _MOST_ROWS:
            break
    if not records:
        raise DataError(f"{file} has a header and no rows; one line a contrast is needed")
    return records


def _yaml_records(content: Any, file: str) -> list[dict[str, Any]]:
    """Rows as a table would have them."""
    listed = content.get("contrasts") if isinstance(content, Mapping) else None
    if not (isinstance(listed, list) and listed and all(isinstance(entry, Mapping) for entry in listed)):
        raise DataError(f"{file} does not hold a list 'contrasts:' whose entries have an id and what is compared")
    fields = [*FIELDS, _BLOCKING, _COMPARISON]
    _note_unknown(dict.fromkeys(str(name) for entry in listed for name in entry), fields, file)
    return [_flat(entry, f"{file}, contrast {k}") for k, entry in enumerate(listed, start=1)]


def _flat(entry: Mapping[str, Any], where: str) -> dict[str, Any]:
    record = {name: value for name, value in entry.items() if name in FIELDS}
    if entry.get(_BLOCKING):
        record["blocking"] = entry[_BLOCKING]
    compared = entry.get(_COMPARISON)
    if compared:
        if not (isinstance(compared, list) and len(compared) == len(_COMPARED)):
            raise DataError(f"{where}: 'comparison' is a list of three, [variable, reference, target]")
        record |= dict(zip(_COMPARED, compared, strict=True))
    return record


def _note_unknown(names: Sequence[str] | Mapping[str, None], known: Sequence[str], file: str) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        warn(f"{file} says {listing(unknown)}, which is not known here and ignored.{nearest(unknown[0], known)}")


def _row(record: Mapping[str, Any], where: str) -> ContrastRow:
    said = {name: _text(record.get(name), f"{where}: {name!r}") for name in FIELDS if name not in _LISTS}
    lists = {name: _texts(record.get(name), f"{where}: {name!r}") for name in _LISTS}
    compared = [said[name] for name in _COMPARED]
    if said["make_contrasts_str"] is None and None in compared:
        lacking = [name for name in _COMPARED if said[name] is None]
        raise DataError(
            f"{where} does not say {listing(lacking)}; give variable, reference and target, or formula and "
            "make_contrasts_str"
        )
    if said["make_contrasts_str"] is not None and said["variable"] is not None:
        warn(f"{where} says both what levels to compare and make_contrasts_str; the latter is tested")
    if said["reference"] is not None and said["reference"] == said["target"]:
        raise DataError(f"{where} compares {said['target']!r} with itself")
    name = said["id"] or "_".join(part for part in (*compared, *lists["blocking"]) if part)
    if not name:
        raise DataError(f"{where} has no id; files are named after it")
    column, values = said["exclude_samples_col"], lists["exclude_samples_values"]
    if (column is None) != (not values):
        raise DataError(f"{where}: exclude_samples_col and exclude_samples_values go together")
    return ContrastRow(
        name,
        said["variable"],
        said["reference"],
        said["target"],
        blocking=tuple(b for b in lists["blocking"] if b != said["variable"]),
        exclude=None if column is None else (column, values),
        formula=said["formula"],
        expression=said["make_contrasts_str"],
    )


def _texts(value: Any, what: str) -> tuple[str, ...]:
    """A list, or one cell with semicolons between the values, each once."""
    parts = value if isinstance(value, list) else (_text(value, what) or "").split(";")
    return tuple(dict.fromkeys(text for part in parts if (text := _text(part, what)) is not None))


def _text(value: Any, what: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise DataError(f"{what} is {type(value).__name__}, where text is expected")
    if len(value) > _LONGEST:
        raise DataError(f"{what} is {len(value):,} characters long; at most {_LONGEST:,} are taken")
    text = value.strip()
    if not text.isprintable():
        raise DataError(f"{what} is {text[:40]!r}, which holds line breaks or characters that do not show")
    return None if text in _MISSING else text


def require_columns(row: ContrastRow, columns: Sequence[str]) -> None:
    """Refuse columns that the sample table does not have."""
    named = [("variable", row.variable)] if row.variable is not None and row.expression is None else []
    named += [("blocking", name) for name in row.blocking]
    named += [("exclude_samples_col", row.exclude[0])] if row.exclude is not None else []
    for field, name in named:
        if name not in columns:
            raise no_column(f"contrast {row.name!r}: {field}", name, columns)
