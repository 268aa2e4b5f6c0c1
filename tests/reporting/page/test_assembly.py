"""Style and code of the page as they are put together."""

from __future__ import annotations

from importlib import resources

from ebayes_lm.reporting.page.assembly import assets, without_layout

FOLDER = resources.files("ebayes_lm.reporting").joinpath("assets")
#: Indentation and comments are a tenth of the code at least.
SHARE = 0.9


def test_layout_goes_and_code_stays() -> None:
    written = [
        "const a = `x // ${1}`;",
        "",
        "  // words",
        '\tcall("// none");  ',
        "//",
        "  /** words */",
        " /* a */ b(); /* c */",
    ]
    kept = ["const a = `x // ${1}`;", 'call("// none");', "/* a */ b(); /* c */"]
    assert without_layout("\n".join(written)) == "\n".join(kept)


def test_all_pieces_are_there_without_their_layout() -> None:
    names = FOLDER.joinpath("order.txt").read_text().split()
    assert sorted(names) == sorted(f.name for f in FOLDER.iterdir() if f.name.endswith(".js"))
    pieces = [FOLDER.joinpath(name).read_text() for name in names]
    assert len(assets().script) < SHARE * sum(map(len, pieces))
    for piece in pieces:
        assert f"const {piece.split('const ', 1)[1].split(' ')[0]} = " in assets().script


def test_no_text_of_the_code_runs_over_lines() -> None:
    """Indentation inside one would be lost."""
    for file in FOLDER.iterdir():
        for line in file.read_text().splitlines():
            assert line.count("`") % 2 == 0, f"{file.name}: {line}"
            assert not line.endswith("\\"), f"{file.name}: {line}"
