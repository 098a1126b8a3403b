"""Which survey platform a file comes from: points for signs, each with a reason."""

from __future__ import annotations

from pipeline.ingest.platforms import PLATFORMS
from pipeline.ingest.raw import Platform, Signature
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.source import ExportSource
from pipeline.ingest.wording import did_you_mean
from pipeline.problems import InputError, Problem

LEAST_POINTS = 3
LEAST_LEAD = 2


def platform_of(sheet: Sheet, source: ExportSource) -> Platform:
    """The platform the study names, or the one the file looks like.

    Raises
    ------
    InputError
        If the named platform is not known, or no platform, or more than one, fits the file.
    """
    if source.platform is not None:
        return _named_platform(source.platform, source)
    if source.mapping is not None:
        return _named_platform("generic", source)
    ranked = _ranked(sheet)
    (best, signature), (_, runner_up) = ranked[:2]
    if signature.points < LEAST_POINTS:
        raise InputError([Problem(source.name, _unknown_cure(ranked))])
    if signature.points - runner_up.points < LEAST_LEAD:
        raise InputError([Problem(source.name, _ambiguous_cure(ranked))])
    return best


def _named_platform(name: str, source: ExportSource) -> Platform:
    if name in PLATFORMS:
        return PLATFORMS[name]
    cure = f"there is no platform '{name}'; it can be {', '.join(sorted(PLATFORMS))}"
    raise InputError([Problem(source.name, cure + did_you_mean(name, PLATFORMS))])


def _ranked(sheet: Sheet) -> list[tuple[Platform, Signature]]:
    scored = [(platform, platform.signature(sheet)) for platform in PLATFORMS.values()]
    return sorted(scored, key=lambda pair: (-pair[1].points, pair[0].name))


def _unknown_cure(ranked: list[tuple[Platform, Signature]]) -> str:
    return (
        f"the survey platform cannot be told; the best guesses are {_guesses(ranked)}. "
        "Write `platform: ...` for this file in the configuration, or `mapping: ...` with a "
        "mapping file"
    )


def _ambiguous_cure(ranked: list[tuple[Platform, Signature]]) -> str:
    return (
        f"looks like two survey platforms: {_guesses(ranked)}. "
        "Write `platform: ...` for this file in the configuration"
    )


def _guesses(ranked: list[tuple[Platform, Signature]]) -> str:
    return " and ".join(_guess(platform, signature) for platform, signature in ranked[:2])


def _guess(platform: Platform, signature: Signature) -> str:
    seen = ", ".join(signature.reasons) or "no sign of it"
    return f"{platform.name} ({seen}; what would decide: {platform.decisive})"
