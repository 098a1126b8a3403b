"""A structural model written down: which parameters it names, and what is said of each.

The notation is that of lavaan: ``=~`` measured by, ``~~`` (co)variance, ``~`` regressed on,
``~ 1`` intercept, ``|`` thresholds, ``~*~`` scale of an ordered item. What a text leaves unsaid
(markers, residual variances, factor correlations) is not added here.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

Operator = Literal["=~", "~~", "~", "~1", "|", "~*~"]

Key = tuple[str, str, str]
"""Left side, operator and right side of a parameter; sides of a covariance in one order."""

_OPERATORS: dict[str, Operator] = {"=~": "=~", "~~": "~~", "~": "~", "~*~": "~*~"}
_STATEMENT = re.compile(
    r"(?P<left>[^=~|]+?)\s*(?P<operator>=~|~\*~|~~|~|\|)\s*(?P<right>.+)", re.DOTALL
)
_NAME = re.compile(r"[^\W\d][\w.]*")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_UNKNOWN_OPERATOR = re.compile(r"(==|:=|<~|[<>])")
_EXAMPLE = "write for instance 'factor =~ item1 + item2 + item3'"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter that a model names.

    Attributes
    ----------
    left, operator, right : str
        What it relates: ``factor =~ item``, ``item ~~ item``, ``factor ~ factor``, ``item ~1`` (no
        right side), ``item | t1``.
    values : tuple of (float or None)
        Fixed value, one for all groups or one a group; None where it is estimated.
    labels : tuple of (str or None)
        Label, likewise; parameters with the same label are equal.
    starts : tuple of (float or None)
        Starting value, likewise.
    is_free : bool
        Whether the text says ``NA*``: estimated, even if it would be fixed by default.
    line : int
        Line of the text, from 1; 0 if the model was not given as a text.
    """

    left: str
    operator: Operator
    right: str
    values: tuple[float | None, ...] = (None,)
    labels: tuple[str | None, ...] = (None,)
    starts: tuple[float | None, ...] = (None,)
    is_free: bool = False
    line: int = 0

    def __str__(self) -> str:
        """As it is written in a model."""
        return f"{self.left} {self.operator} {self.right}".strip()

    @property
    def key(self) -> Key:
        """What tells it apart; a covariance is the same whichever side comes first."""
        sides = (self.left, self.right)
        first, second = sorted(sides) if self.operator == "~~" else sides
        return first, self.operator, second

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables it relates: one of an intercept or a threshold, else two."""
        return (self.left,) if self.operator in ("~1", "|") else (self.left, self.right)

    def of_group(self, number: int) -> "Parameter":
        """What is said of it in one group, with single values, labels and starts."""

        def own(entries: tuple[Any, ...]) -> tuple[Any, ...]:
            return entries[number : number + 1] if len(entries) > 1 else entries

        return replace(
            self, values=own(self.values), labels=own(self.labels), starts=own(self.starts)
        )


class _Statement(NamedTuple):
    """A logical line, and the number of the physical line it begins on."""

    line: int
    text: str


class _StatementError(Exception):
    """What is wrong with one statement."""


def parameters_of(model: str | Mapping[str, Sequence[str]]) -> tuple[Parameter, ...]:
    """The parameters that a model names, in its order.

    Parameters
    ----------
    model : str or mapping of str to sequence of str
        A text in the notation of lavaan, or the items of each factor.

    Returns
    -------
    tuple of Parameter
        What is named twice, such as the loading of an item of which first the value and then the
        label is told, stands once.

    Raises
    ------
    ValueError
        With everything that cannot be understood, a line each, with its number in the text.

    Examples
    --------
    >>> [p.right for p in parameters_of({"trust": ["a", "b"]})]
    ['a', 'b']
    >>> loading, covariance = parameters_of("trust =~ 0.8*a ; a ~~ same*b")
    >>> loading.values, covariance.labels
    ((0.8,), ('same',))
    """
    if isinstance(model, Mapping):
        return _of_mapping(model)
    if not isinstance(model, str):
        raise ValueError(
            f"a model is a text or the items of each factor, got {type(model).__name__}; {_EXAMPLE}"
        )
    named: dict[Key, Parameter] = {}
    faults = []
    for statement in _statements(model):
        try:
            for parameter in _read(statement):
                _add(named, parameter)
        except _StatementError as fault:
            faults.append(f"line {statement.line}: {fault}")
    if not named and not faults:
        faults.append(f"the model is empty; {_EXAMPLE}")
    if faults:
        raise ValueError("the model cannot be understood:\n" + "\n".join(faults))
    return tuple(named.values())


def _of_mapping(model: Mapping[str, Sequence[str]]) -> tuple[Parameter, ...]:
    """The loadings that the items of each factor make."""
    faults = [
        f"factor {factor!r} has no items, or they are not a list"
        for factor, items in model.items()
        if not _is_list(items) or not len(items)
    ]
    faults += [
        f"factor {factor!r} names an item more than once"
        for factor, items in model.items()
        if _is_list(items) and len(set(items)) < len(items)
    ]
    if not model:
        faults.append("the model has no factors")
    if faults:
        raise ValueError("the model cannot be understood:\n" + "\n".join(faults))
    return tuple(
        Parameter(str(factor), "=~", str(item)) for factor, items in model.items() for item in items
    )


def _is_list(items: object) -> bool:
    return isinstance(items, Collection) and not isinstance(items, str)


def _statements(model: str) -> Iterator[_Statement]:
    """Statements end with a line or a semicolon; an open sum or bracket goes on in the next."""
    begun, text = 0, ""
    for number, line in enumerate(model.splitlines(), 1):
        for part in re.split(r"[#!]", line)[0].split(";"):
            if not part.strip() and not text:
                continue
            begun = begun if text else number
            text = f"{text} {part}".strip()
            if not _goes_on(text):
                yield _Statement(begun, text)
                text = ""
    if text:
        yield _Statement(begun, text)


def _goes_on(text: str) -> bool:
    """Whether a statement is not finished at the end of its line."""
    return text.endswith(("+", "~", "|", "*", ",")) or text.count("(") > text.count(")")


def _read(statement: _Statement) -> Iterator[Parameter]:
    """The parameters of one statement."""
    if strange := _UNKNOWN_OPERATOR.search(statement.text):
        raise _StatementError(
            f"{strange.group()!r} is not supported; use labels to set parameters equal"
        )
    found = _STATEMENT.fullmatch(statement.text)
    if found is None:
        raise _StatementError(
            f"{statement.text!r} has no operator with something on both sides; {_EXAMPLE}"
        )
    operator = found["operator"]
    rights = [part.strip() for part in _split(found["right"], "+")]
    for left in (part.strip() for part in found["left"].split("+")):
        _require_name(left)
        for right in rights:
            yield _parameter(left, operator, right, statement.line)


def _parameter(left: str, operator: str, right: str, line: int) -> Parameter:
    """One parameter with what is said of it before its name."""
    *modifiers, name = [part.strip() for part in _split(right, "*")]
    if operator == "~" and name == "1":
        parameter = Parameter(left, "~1", "", line=line)
    elif operator == "|":
        if not re.fullmatch(r"t\d+", name):
            raise _StatementError(f"{name!r} is no threshold; they are called t1, t2, ...")
        parameter = Parameter(left, "|", name, line=line)
    else:
        _require_name(name)
        if operator in ("=~", "~") and name == left:
            raise _StatementError(f"{left!r} cannot be explained by itself")
        if operator == "~*~" and name != left:
            raise _StatementError(f"the scale of {left!r} is written {left} ~*~ {left}")
        parameter = Parameter(left, _OPERATORS[operator], name, line=line)
    for modifier in modifiers:
        parameter = _modified(parameter, modifier)
    return parameter


def _modified(parameter: Parameter, modifier: str) -> Parameter:
    """The parameter with a fixed value, label, starting value, or the word that it is free."""
    call = re.fullmatch(r"(c|start|equal)\s*\((.*)\)", modifier, re.DOTALL)
    kind, inside = (call.group(1), call.group(2)) if call else ("", modifier)
    entries = [entry.strip() for entry in inside.split(",")] if kind in ("c", "start") else [inside]
    numbers = tuple(float(e) if _NUMBER.fullmatch(e) else None for e in entries)
    is_number = [number is not None for number in numbers]
    if kind == "start":
        if not all(is_number):
            raise _StatementError(f"start() needs numbers, got {inside!r}")
        return replace(parameter, starts=numbers)
    if kind != "equal" and all(e == "NA" for e in entries):
        return replace(parameter, is_free=True)
    if kind != "equal" and all(n or e == "NA" for n, e in zip(is_number, entries, strict=True)):
        return replace(parameter, values=numbers)
    labels = tuple(entry.strip("\"' ") for entry in entries)
    if kind == "equal" and "~" in inside:
        raise _StatementError(
            f"equal() takes a label, got {inside}; give both one label: a*x2 + a*x3"
        )
    for label in labels:
        _require_name(label)
    return replace(parameter, labels=labels)


def _add(named: dict[Key, Parameter], parameter: Parameter) -> None:
    """Put a parameter with the others, or what is said of it to what was said before."""
    before = named.get(parameter.key)
    if before is None:
        named[parameter.key] = parameter
        return
    nothing = Parameter(parameter.left, parameter.operator, parameter.right)
    said: dict[str, Any] = {
        name: getattr(parameter, name)
        for name in ("values", "labels", "starts", "is_free")
        if getattr(parameter, name) != getattr(nothing, name)
    }
    for name, value in said.items():
        if getattr(before, name) not in (value, getattr(nothing, name)):
            raise _StatementError(
                f"{parameter} was said to be otherwise in line {before.line}; leave one of the two "
                "out"
            )
    named[parameter.key] = replace(before, **said)


def _split(text: str, separator: str) -> list[str]:
    """Parts between separators that stand outside brackets."""
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        follows_exponent = re.search(r"[\d.][eE]$", text[:place]) is not None
        if sign == separator and depth == 0 and not follows_exponent:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


def is_name(name: str) -> bool:
    """Whether a variable of a text may be called so."""
    return _NAME.fullmatch(name) is not None


def _require_name(name: str) -> None:
    """Refuse what is no name of a variable or a label."""
    if not is_name(name):
        raise _StatementError(
            f"{name!r} is not a name" if name else f"a name is missing; {_EXAMPLE}"
        )
