"""A formula as terms: R's operators expanded into which variables stand together."""

from __future__ import annotations

from dataclasses import dataclass

from ebayes_lm.design.expression import MAX_LENGTH, parse
from ebayes_lm.design.nodes import LANGUAGE, Binary, Call, Name, Node, Number, Paren, Prefix, Sum, deparse
from ebayes_lm.design.tokens import shown
from ebayes_lm.errors import FormulaError

MAX_TERMS = 1_000


@dataclass(frozen=True)
class Formula:
    """What the right-hand side of a formula says.

    Attributes
    ----------
    text : str
        As written.
    variables : tuple of nodes
        Columns and calls, in order of appearance.
    terms : tuple of tuples of int
        Positions in ``variables`` that form each term, by degree and then in order of appearance; no intercept here.
    intercept : bool
    """

    text: str
    variables: tuple[Node, ...]
    terms: tuple[tuple[int, ...], ...]
    intercept: bool

    def label(self, term: tuple[int, ...]) -> str:
        """Name of a term: ``group:age``."""
        return ":".join(deparse(self.variables[v]) for v in term)


def parse_formula(text: str) -> Formula:
    """Read a formula such as ``~ group * age``.

    Parsed by this package's own grammar because the language is closed: a formula may come from a stranger, and must
    neither run code nor expand without bound.

    >>> formula = parse_formula("~ a*b + b:c")
    >>> [formula.label(term) for term in formula.terms]
    ['a', 'b', 'a:b', 'b:c']

    Raises
    ------
    FormulaError
        Anything outside the language, with the place where it stands.
    """
    if not isinstance(text, str):
        raise FormulaError(f"a formula is text such as '~ group + age', not {type(text).__name__}")
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"the formula has {len(text):,} characters; at most {MAX_LENGTH:,} are read")
    left, tilde, right = text.partition("~")
    if not tilde:
        raise FormulaError(f"{shown(text)} is not a formula: it begins with ~, as in {shown('~ ' + text.strip())}")
    if left.strip() or "~" in right:
        raise FormulaError(
            f"{shown(text)} has a left-hand side; the matrix is the response here, so write "
            f"{shown('~' + right.split('~')[-1])}"
        )
    if not right.strip():
        raise FormulaError("the formula is empty after ~; write '~ 1' for an intercept alone")
    expansion = _Expansion(text)
    terms, intercept = expansion.sum(parse(text, start=len(left) + 1))
    ordered = sorted(terms, key=int.bit_count)
    positions = tuple(tuple(v for v in range(len(expansion.variables)) if term >> v & 1) for term in ordered)
    return Formula(text.strip(), tuple(expansion.variables), positions, intercept is not False)


class _Expansion:
    """Turns operators into terms; a term is the set of its variables, as the bits of an integer."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.variables: list[Node] = []

    def sum(self, node: Node) -> tuple[list[int], bool | None]:
        """Terms of a node, and what it says about the intercept (None: nothing)."""
        match node:
            case Paren(inner):
                return self.sum(inner)
            case Number(value) if value in {0.0, 1.0}:
                return [], value == 1.0
            case Prefix(sign, operand):
                return self.combine([], None, sign, self.sum(operand))
            case Sum(first, rest):
                terms, intercept = self.sum(first)
                for sign, operand in rest:
                    terms, intercept = self.combine(terms, intercept, sign, self.sum(operand))
                return terms, intercept
            case _:
                return self.product(node), None

    def combine(
        self, terms: list[int], intercept: bool | None, sign: str, other: tuple[list[int], bool | None]
    ) -> tuple[list[int], bool | None]:
        more, says = other
        if sign == "+":
            return self.distinct(terms + more), intercept if says is None else says
        gone = set(more)
        return [term for term in terms if term not in gone], intercept if says is None else not says

    def product(self, node: Node) -> list[int]:
        match node:
            case Name() | Call():
                return [self.variable(node)]
            case Binary("^", base, power):
                return self.power(self.factor(base), power)
            case Binary(operator, left, right):
                return self.pair(operator, self.factor(left), self.factor(right))
        raise FormulaError(
            f"{deparse(node)} cannot stand as a term in the formula {shown(self.text)}; wrap arithmetic "
            f"in I(). {LANGUAGE}"
        )

    def factor(self, node: Node) -> list[int]:
        """Terms of one side of a product, where an intercept has no meaning."""
        terms, says = self.sum(node)
        if says is not None:
            raise FormulaError(
                f"0 and 1 can only be added or subtracted, not multiplied, in the formula {shown(self.text)}"
            )
        return terms

    def pair(self, operator: str, left: list[int], right: list[int]) -> list[int]:
        if operator == ":":
            return self.crossed(left, right)
        if operator == "*":
            return self.distinct(left + right + self.crossed(left, right))
        if operator == "/":
            return self.distinct(left + self.crossed([_union(left)], right))
        return self.crossed(left, [_union(right)])

    def power(self, base: list[int], power: Node) -> list[int]:
        if not isinstance(power, Number) or power.value != int(power.value) or power.value < 1:
            raise FormulaError(
                f"the power {deparse(power)!r} of terms is not a whole number from 1 on; "
                "(a + b)^2 means a + b + a:b, and arithmetic goes into I(age^2)"
            )
        terms = base
        for _ in range(int(power.value) - 1):
            wider = self.crossed(terms, base)
            if set(wider) == set(terms):
                break
            terms = wider
        return terms

    def crossed(self, left: list[int], right: list[int]) -> list[int]:
        if len(left) * len(right) > MAX_TERMS**2:
            raise self.too_many()
        return self.distinct([a | b for a in left for b in right])

    def distinct(self, terms: list[int]) -> list[int]:
        kept = list(dict.fromkeys(terms))
        if len(kept) > MAX_TERMS:
            raise self.too_many()
        return kept

    def too_many(self) -> FormulaError:
        return FormulaError(f"the formula {shown(self.text)} expands to more than {MAX_TERMS:,} terms")

    def variable(self, node: Node) -> int:
        if node == Name("."):
            raise FormulaError("the dot (all other columns) is not part of the language; name the columns")
        if isinstance(node, Call) and node.function == "c":
            raise FormulaError(f"{deparse(node)}: c(...) can only list the knots of bs or ns")
        if node not in self.variables:
            self.variables.append(node)
        return 1 << self.variables.index(node)


def _union(terms: list[int]) -> int:
    united = 0
    for term in terms:
        united |= term
    return united
