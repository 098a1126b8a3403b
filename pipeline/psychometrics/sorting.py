"""Where people put items who are told only what the scales are about."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose, nan
from typing import Any

import pandas as pd

from pipeline.psychometrics._distributions import tails
from pipeline.psychometrics._proportions import score_interval
from pipeline.psychometrics._responses import labels_of
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.result import Result

FEWEST_SORTERS = 3


@dataclass(frozen=True, slots=True)
class PlacementRate:
    """How often items were put in their home scale.

    Attributes
    ----------
    n_sorters, fewest_sorters : int
        People who placed any of the items, and the fewest behind any placed item.
    n_placements, n_at_home : int
        Placements of the items, and those of them in the home scale.
    rate, ci_low, ci_high : float
        Share of placements at home, with Wilson's interval.
    below_criterion : bool
        The share is lower than the criterion.
    condition : str or None
        ``item_without_ratings``: no estimate. ``too_few_raters``: fewer than three people placed
        one of the items.
    """

    n_sorters: int
    fewest_sorters: int
    n_placements: int
    n_at_home: int
    rate: float
    ci_low: float
    ci_high: float
    below_criterion: bool
    condition: str | None


@dataclass(frozen=True, slots=True)
class ItemPlacement:
    """Where one item was put.

    Attributes
    ----------
    item, home : str
        The item and its home scale.
    at_home : PlacementRate
        How often it was put there.
    wrong_places : tuple of str
        Where else it was put most often; several if equally often, none if nowhere.
    wrong_share : float
        Share of placements in each of these.
    """

    item: str
    home: str
    at_home: PlacementRate
    wrong_places: tuple[str, ...]
    wrong_share: float


@dataclass(frozen=True, slots=True)
class ScalePlacement:
    """How often the items of one scale were put there.

    Attributes
    ----------
    scale : str
        The scale.
    at_home : PlacementRate
        Over all placements of its items.
    n_items, n_items_below_criterion : int
        Its items that were placed, and those of them below the criterion.
    """

    scale: str
    at_home: PlacementRate
    n_items: int
    n_items_below_criterion: int


@dataclass(frozen=True, slots=True)
class Placement(Result):
    """Where the items of a questionnaire were put.

    Attributes
    ----------
    items : tuple of ItemPlacement
        Each item.
    scales : tuple of ScalePlacement
        Each home scale with an item that was placed, in the order of the items.
    overall : PlacementRate
        Over all placements.
    fleiss_kappa : float
        Agreement of the sorters beyond chance, whether at home or not.
    criterion, confidence_level : float
        What the rates are held against, and the coverage of their intervals.
    method : str
        How it was computed.
    condition : str or None
        Conditions of any of the items.
    """

    items: tuple[ItemPlacement, ...]
    scales: tuple[ScalePlacement, ...]
    overall: PlacementRate
    fleiss_kappa: float
    criterion: float
    confidence_level: float
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """The rows of every item, of every scale (as `factor`) and of all items.

        The share in a wrong place names the place as `factor`.
        """
        rows = [entry for item in self.items for entry in self._entries_of_item(item)]
        rows += [entry for scale in self.scales for entry in self._entries_of_scale(scale)]
        kappa = {"statistic": "fleiss_kappa", "estimate": self.fleiss_kappa}
        rows += [self._rate(self.overall), {**kappa, "n_respondents": self.overall.n_sorters}]
        return long_table(rows, method=self.method)

    def _entries_of_item(self, item: ItemPlacement) -> list[dict[str, Any]]:
        about = {"item": item.item, "n_respondents": item.at_home.n_sorters}
        wrong = [
            {
                **about,
                "factor": place,
                "statistic": "wrong_place_share",
                "estimate": item.wrong_share,
            }
            for place in item.wrong_places
        ]
        return [{**about, **self._rate(item.at_home)}, *wrong]

    def _entries_of_scale(self, scale: ScalePlacement) -> list[dict[str, Any]]:
        about = {"factor": scale.scale, "n_respondents": scale.at_home.n_sorters}
        counts = {
            "n_items_placed": scale.n_items,
            "n_items_below_criterion": scale.n_items_below_criterion,
            "fewest_sorters": scale.at_home.fewest_sorters,
        }
        named = [{**about, "statistic": name, "estimate": count} for name, count in counts.items()]
        return [{**about, **self._rate(scale.at_home)}, *named]

    def _rate(self, found: PlacementRate) -> dict[str, Any]:
        below = "below_criterion" if found.below_criterion else None
        return {
            "statistic": "placement_rate",
            "estimate": found.rate,
            "ci_low": found.ci_low,
            "ci_high": found.ci_high,
            "confidence_level": self.confidence_level,
            "n_respondents": found.n_sorters,
            "condition": joined([below, found.condition]),
        }


def placement_rates(
    placements: pd.DataFrame,
    home: Mapping[str, str],
    criterion: float,
    confidence_level: float = 0.95,
) -> Placement:
    r"""How often sorters put items in their home scale, and where else.

    Parameters
    ----------
    placements : DataFrame, shape (n_sorters, n_items)
        Where each sorter put each item, a text; missing where a sorter was not given the item.
        That an item fits nowhere is a place of its own.
    home : mapping of str to str
        The home scale of every item.
    criterion : float
        The least share of placements at home.
    confidence_level : float, optional
        Coverage of the intervals.

    Returns
    -------
    Placement

    Raises
    ------
    ValueError
        If there is no item, an item has no home, two columns have the same name, or the confidence
        level does not lie between 0 and 1.

    Notes
    -----
    The interval of a rate is Wilson's [1]_. For one item the placements are those of different
    people. For a scale and over all items it takes placements by the same person as independent,
    so there it is rather too short.

    .. math::
        \kappa = \frac{\bar P - P_e}{1 - P_e}, \qquad
        P_i = \frac{\sum_j n_{ij}^2 - n_i}{n_i (n_i - 1)}, \qquad
        P_e = \sum_j \Bigl(\frac{1}{I} \sum_i \frac{n_{ij}}{n_i}\Bigr)^2

    is Fleiss' kappa [2]_, with :math:`n_{ij}` of the :math:`n_i` sorters of item :math:`i` putting
    it in place :math:`j`, over the :math:`I` items with at least two sorters. It is missing where
    there are none, or all placements are in one place.

    References
    ----------
    .. [1] Wilson (1927). Journal of the American Statistical Association, 22(158), 209-212.
    .. [2] Fleiss (1971). Psychological Bulletin, 76(5), 378-382.

    Examples
    --------
    >>> placements = pd.DataFrame({"a": ["X", "X", "Y", "X"], "b": ["Y", "Y", "Y", "Y"]})
    >>> result = placement_rates(placements, {"a": "X", "b": "Y"}, criterion=0.70)
    >>> result.items[0].at_home.rate, result.items[0].wrong_places, result.overall.rate
    (0.75, ('Y',), 0.875)
    >>> round(result.fleiss_kappa, 3)
    0.467
    """
    tails(confidence_level)
    columns = _columns(placements, home)
    wanted = criterion, confidence_level
    items = tuple(_item(item, home[item], placed, *wanted) for item, placed in columns.items())
    homes = dict.fromkeys(item.home for item in items if item.at_home.n_sorters)
    scales = (
        _scale(name, [i for i in items if i.home == name], columns, *wanted) for name in homes
    )
    return Placement(
        items=items,
        scales=tuple(scales),
        overall=_rate_of(items, columns, *wanted),
        fleiss_kappa=_fleiss_kappa([Counter(placed.values()) for placed in columns.values()]),
        criterion=criterion,
        confidence_level=confidence_level,
        method="Wilson's interval, over several items as if placements by the same person were "
        f"independent; criterion: {criterion:.2f}",
        condition=joined(item.at_home.condition for item in items),
    )


Placed = Mapping[int, str]
"""Where an item was put, by the row of the sorter."""


def _columns(placements: pd.DataFrame, home: Mapping[str, str]) -> dict[str, Placed]:
    labels = labels_of(placements)
    if not labels:
        raise ValueError("the table has no items")
    if len(set(labels)) < len(labels):
        raise ValueError("two columns have the same name")
    if homeless := [label for label in labels if label not in home]:
        raise ValueError(f"these items have no home scale: {homeless}")
    return {
        label: {
            row: str(place)
            for row, place in enumerate(placements.iloc[:, position])
            if not pd.isna(place)
        }
        for position, label in enumerate(labels)
    }


def _item(
    item: str, home: str, placed: Placed, criterion: float, confidence_level: float
) -> ItemPlacement:
    elsewhere = Counter(place for place in placed.values() if place != home)
    most = max(elsewhere.values(), default=0)
    at_home = len(placed) - elsewhere.total()
    rate = _rate([len(placed)], at_home, len(placed), criterion, confidence_level)
    places = tuple(sorted(place for place, number in elsewhere.items() if number == most))
    return ItemPlacement(item, home, rate, places, most / len(placed) if placed else nan)


def _scale(
    scale: str,
    items: Sequence[ItemPlacement],
    columns: Mapping[str, Placed],
    criterion: float,
    confidence_level: float,
) -> ScalePlacement:
    return ScalePlacement(
        scale=scale,
        at_home=_rate_of(items, columns, criterion, confidence_level),
        n_items=sum(item.at_home.n_sorters > 0 for item in items),
        n_items_below_criterion=sum(item.at_home.below_criterion for item in items),
    )


def _rate_of(
    items: Sequence[ItemPlacement],
    columns: Mapping[str, Placed],
    criterion: float,
    confidence_level: float,
) -> PlacementRate:
    """The rate over several items."""
    sorters = {row for item in items for row in columns[item.item]}
    sizes = [item.at_home.n_placements for item in items if item.at_home.n_placements]
    at_home = sum(item.at_home.n_at_home for item in items)
    return _rate(sizes, at_home, len(sorters), criterion, confidence_level)


def _rate(
    sizes: Sequence[int], at_home: int, n_sorters: int, criterion: float, confidence_level: float
) -> PlacementRate:
    """The rate over items with these numbers of placements."""
    n, fewest = sum(sizes), min(sizes, default=0)
    rate = at_home / n if n else nan
    low, high = score_interval(rate, n, confidence_level)
    return PlacementRate(
        n_sorters=n_sorters,
        fewest_sorters=fewest,
        n_placements=n,
        n_at_home=at_home,
        rate=rate,
        ci_low=low,
        ci_high=high,
        below_criterion=rate < criterion and not isclose(rate, criterion),
        condition=_condition(fewest),
    )


def _condition(n_sorters: int) -> str | None:
    if not n_sorters:
        return "item_without_ratings"
    return "too_few_raters" if n_sorters < FEWEST_SORTERS else None


def _fleiss_kappa(counts: Sequence[Counter[str]]) -> float:
    usable = [count for count in counts if count.total() >= 2]
    places = sorted({place for count in usable for place in count})
    if len(places) < 2:
        return nan
    agreement = sum(_agreement(count) for count in usable) / len(usable)
    shares = (sum(c[place] / c.total() for c in usable) / len(usable) for place in places)
    chance = sum(share**2 for share in shares)
    return (agreement - chance) / (1 - chance)


def _agreement(count: Counter[str]) -> float:
    """Share of the pairs of sorters who put an item in the same place."""
    n = count.total()
    return (sum(number**2 for number in count.values()) - n) / (n * (n - 1))
