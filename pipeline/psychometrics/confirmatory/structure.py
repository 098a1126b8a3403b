"""Which variables a model has and which part each plays, and what makes it impossible."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.psychometrics.confirmatory.model_text import Parameter


@dataclass(frozen=True, slots=True)
class Structure:
    """The variables of a model.

    Attributes
    ----------
    named : tuple of Parameter
        What the model names.
    latent : tuple of str
        Latent variables.
    items : tuple of str
        Observed variables, those that measure a factor first.
    regressed : tuple of str
        Observed variables that take part in regressions, or whose covariance with a factor or with
        one of them is named.
    n_categories : mapping of str to int, or None
        Categories of each item; None for continuous items.
    has_means : bool
        Whether means of continuous items are modelled.
    """

    named: tuple[Parameter, ...]
    latent: tuple[str, ...]
    items: tuple[str, ...]
    regressed: tuple[str, ...]
    n_categories: Mapping[str, int] | None
    has_means: bool

    @classmethod
    def of(
        cls,
        named: tuple[Parameter, ...],
        n_categories: Mapping[str, int] | None,
        has_means: bool,
    ) -> "Structure":
        """The variables that parameters name."""
        latent = tuple(dict.fromkeys(p.left for p in named if p.operator == "=~"))
        items = _items(named, latent)
        among_factors = _among_factors(named, latent)
        regressed = tuple(name for name in items if name in among_factors)
        means = has_means or any(p.operator == "~1" for p in named)
        return cls(named, latent, items, regressed, n_categories, means)

    @property
    def factors(self) -> tuple[str, ...]:
        """Rows of the matrices of factors: latent variables and items in regressions."""
        return (*self.latent, *self.regressed)

    @property
    def n_thresholds(self) -> tuple[int, ...]:
        """Thresholds of each item; empty for continuous items."""
        if self.n_categories is None:
            return ()
        return tuple(self.n_categories[item] - 1 for item in self.items)

    def predictors(self) -> set[str]:
        """Observed variables that explain others and that nothing explains."""
        explaining = {p.right for p in self.named if p.operator == "~"} - {*self.latent}
        explained = {p.left for p in self.named if p.operator == "~"}
        return explaining - explained - {p.right for p in self.named if p.operator == "=~"}

    def lone_indicators(self) -> set[str]:
        """What alone measures a factor, and no other one: taken to be without error."""
        measuring = [p for p in self.named if p.operator == "=~"]
        n_indicators = Counter(p.left for p in measuring)
        n_factors = Counter(p.right for p in measuring)
        return {p.right for p in measuring if n_indicators[p.left] == n_factors[p.right] == 1}

    def measured_by_items(self) -> list[str]:
        """Factors that items measure."""
        items = set(self.items)
        measured = {p.left for p in self.named if p.operator == "=~" and p.right in items}
        return [factor for factor in self.latent if factor in measured]

    def require_possible(self, n_groups: int) -> None:
        """Refuse what cannot be estimated whatever the answers are.

        Raises
        ------
        ValueError
            With everything that is wrong.
        """
        faults = [
            *self._faults_of_factors(),
            *self._faults_of_thresholds(),
            *self._faults_of_regressions(),
            *self._faults_of_groups(n_groups),
        ]
        if faults:
            raise ValueError("the model cannot be estimated:\n" + "\n".join(faults))

    def _faults_of_factors(self) -> Iterable[str]:
        if not self.latent:
            yield "no factor is measured; write for instance 'factor =~ item1 + item2 + item3'"
        if cycle := _cycle({(p.left, p.right) for p in self.named if p.operator == "=~"}):
            yield (
                f"factors measure one another in a circle: {' =~ '.join(cycle)}; leave one of "
                "these out"
            )

    def _faults_of_thresholds(self) -> Iterable[str]:
        for p in self.named:
            if p.operator != "|":
                continue
            n_categories = (self.n_categories or {}).get(p.left)
            if n_categories is None:
                yield (
                    f"{_where(p)}{p.left} is not an ordered item, so it has no thresholds; leave "
                    f"'{p}' out"
                )
            elif not 1 <= int(p.right[1:]) < n_categories:
                yield (
                    f"{_where(p)}{p.left} has {n_categories - 1} thresholds, so there is no "
                    f"{p.right}; leave it out"
                )

    def _faults_of_regressions(self) -> Iterable[str]:
        if self.n_categories is not None:
            for item in self.regressed:
                yield (
                    f"{item} is an ordered item and stands in a regression or a covariance with a "
                    "factor, which is not supported; let a factor stand for it"
                )

    def _faults_of_groups(self, n_groups: int) -> Iterable[str]:
        for p in self.named:
            for entries in (p.values, p.labels, p.starts):
                if len(entries) not in (1, n_groups):
                    yield (
                        f"{_where(p)}{p} says something of {len(entries)} groups, but there are "
                        f"{n_groups}; give one entry, or one a group"
                    )


def _items(named: tuple[Parameter, ...], latent: tuple[str, ...]) -> tuple[str, ...]:
    """Variables that are not latent, those that measure factors first."""
    seen: dict[str, None] = {}
    for p in sorted(named, key=lambda p: p.operator != "=~"):
        sides = (p.right,) if p.operator == "=~" else p.variables
        seen.update(dict.fromkeys(side for side in sides if side not in latent))
    return tuple(seen)


def _among_factors(named: tuple[Parameter, ...], latent: tuple[str, ...]) -> set[str]:
    """Variables that stand among the factors because of regressions, and what is tied to them."""
    found = {side for p in named if p.operator == "~" for side in (p.left, p.right)} | {*latent}
    pairs = [{p.left, p.right} for p in named if p.operator == "~~" and p.left != p.right]
    while tied := {side for pair in pairs if pair & found for side in pair} - found:
        found |= tied
    return found


def _where(parameter: Parameter) -> str:
    """The line of a text that names a parameter."""
    return f"line {parameter.line}: " if parameter.line else ""


def _cycle(edges: set[tuple[str, str]]) -> list[str]:
    """Factors that measure one another, if there are such."""
    below: dict[str, list[str]] = {}
    for left, right in sorted(edges):
        below.setdefault(left, []).append(right)

    def search(path: list[str]) -> list[str]:
        for step in below.get(path[-1], ()):
            if step in path:
                return [*path[path.index(step) :], step]
            if found := search([*path, step]):
                return found
        return []

    return next((found for start in below if (found := search([start]))), [])
