"""Why a model could not be fitted, short enough for a report."""

MOST_FAULTS = 2
"""So many faults are told in full; more are counted, without the names of items."""


def in_short(fault: ValueError) -> str:
    """What an error says, in one line.

    An error tells every fault in a line of its own, after one line about all of them; with many
    faults, such as one for each pair of items, their kind and number say as much.

    Examples
    --------
    >>> in_short(ValueError("it cannot be fitted:\\na: all alike\\nb: all alike\\nc: all alike"))
    'it cannot be fitted: all alike (3 times)'
    """
    first, *faults = str(fault).splitlines() or [""]
    if len(faults) <= MOST_FAULTS:
        return " ".join(str(fault).split())
    kinds: dict[str, int] = {}
    for line in faults:
        kind = line.partition(": ")[2] or line
        kinds[kind] = kinds.get(kind, 0) + 1
    told = [f"{kind} ({times} times)" if times > 1 else kind for kind, times in kinds.items()]
    return " ".join([first, "; ".join(told[:MOST_FAULTS])]).strip()
