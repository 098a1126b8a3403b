"""The configuration of a study: one short file, checked as a whole before anything runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from pipeline.problems import InputError, Problem, refuse_if_any

if TYPE_CHECKING:
    from pipeline.report import Study

CAPTIONS = Path(__file__).parents[1] / "reports" / "captions"
SCHEMA = Path(__file__).parents[1] / "config" / "schema" / "study.schema.yaml"


@dataclass(frozen=True, slots=True)
class Export:
    """One file that a survey platform wrote, and how to read it. Field names follow the schema."""

    file: str
    site_column: str | None = None
    platform: str | None = None
    definition: str | None = None
    mapping: str | None = None
    name_map: str | None = None
    encoding: str | None = None
    form: str | None = None
    wave: str | None = None
    occasions: Mapping[str, str] = field(default_factory=dict)
    person_column: str | None = None
    recodes: Literal["refuse", "undo"] = "refuse"

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that is read for this export."""
        known = (self.file, self.definition, self.mapping, self.name_map)
        return tuple(file for file in known if file)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A part of the programme.

    Attributes
    ----------
    name : str
        As reports show it.
    parent : str or None
        Cluster it is part of; None for the programme.
    sites : tuple of str
        Every site of it, those of its parts included.
    """

    name: str
    parent: str | None
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StudyConfig:
    """Everything an evaluator decides about a study. Field names follow the schema."""

    title: str
    wave: str
    earlier_waves: tuple[str, ...]
    synthetic: bool
    source: str
    language: str
    instrument_folder: str
    form: str
    added_sections: tuple[str, ...]
    exports: tuple[Export, ...]
    sites: str | None
    clusters: tuple[Cluster, ...]
    case_mix: tuple[str, ...]
    same_person: Literal["most_answers", "first", "last"]
    secret_file: str | None
    data_folder: str
    reports_folder: str
    exclude_from_flags: int
    seconds_per_item: float
    strong_flags: tuple[str, ...] | None
    attention_checks: Mapping[str, str]
    confidence_level: float
    parallel_replications: int
    bootstrap_replications: int
    split_from: int
    cutoff_draws: int
    group_minimum: int
    seed: int
    minimum_n: int
    override_reason: str | None
    batches: int

    @property
    def waves(self) -> tuple[str, ...]:
        """Every survey round that is reported on, oldest first."""
        return (*self.earlier_waves, self.wave)

    def unanswered_waves(self, answered: Collection[str]) -> Iterator[Problem]:
        """A problem for each earlier survey round that none of the `answered` ones is."""
        for wave in self.earlier_waves:
            if wave not in answered:
                known = ", ".join(f"'{name}'" for name in sorted(answered)) or "none"
                cure = (
                    f"no analysed answer is of the round '{wave}'; write it as the exports do "
                    f"(rounds with answers: {known}), or leave it out"
                )
                yield Problem("the configuration", cure, column="study.earlier_waves")

    @property
    def input_files(self) -> list[str]:
        """Exports, their companions, the site list and the secret of the study."""
        files = [file for export in self.exports for file in export.files]
        return [*files, *(file for file in (self.sites, self.secret_file) if file)]

    @property
    def instrument_files(self) -> list[str]:
        """The files of the questionnaire."""
        folder = Path(self.instrument_folder)
        return sorted(
            path.as_posix()
            for pattern in (
                "*.yaml",
                "scales/*.yaml",
                "translations/*.yaml",
                "evidence/translations/*.yaml",
            )
            for path in folder.glob(pattern)
        )

    @property
    def expectation_files(self) -> list[str]:
        """What was expected of the answers beforehand, where the questionnaire says."""
        path = Path(self.instrument_folder, "evidence", "hypotheses.yaml")
        return [path.as_posix()] if path.is_file() else []

    @property
    def evidence_files(self) -> list[str]:
        """What people said about the items, where the questionnaire has a folder for it."""
        folder = Path(self.instrument_folder, "evidence")
        return sorted(path.as_posix() for path in folder.glob("*.csv"))

    def for_reports(self) -> Study:
        """What every report says about this study."""
        from pipeline import __version__
        from pipeline.report import AnalysisSettings, SiteCluster, Study, load_expectations

        return Study(
            title=self.title,
            wave=self.wave,
            earlier_waves=self.earlier_waves,
            clusters=tuple(SiteCluster(one.name, one.sites) for one in self.clusters),
            synthetic=self.synthetic,
            language=self.language,
            source_note=self.source,
            product_version=__version__,
            minimum_n=self.minimum_n,
            override_reason=self.override_reason,
            expectations=load_expectations(Path(self.instrument_folder), self.language),
            settings=AnalysisSettings(
                confidence_level=self.confidence_level,
                seed=self.seed,
                parallel_replications=self.parallel_replications,
                bootstrap_replications=self.bootstrap_replications,
                split_from=self.split_from,
                cutoff_draws=self.cutoff_draws,
                group_minimum=self.group_minimum,
                exclude_from_flags=self.exclude_from_flags,
                seconds_per_item=self.seconds_per_item,
            ),
        )


def read_study(config: Mapping[str, Any], file: str, *, with_phrases: bool = True) -> StudyConfig:
    """The study that a configuration describes.

    Parameters
    ----------
    config : mapping
        Parsed configuration.
    file : str
        Where it came from, for messages.
    with_phrases : bool, optional
        Whether the phrases of the language are read too, to tell what is wrong with them. Jobs of
        a workflow need not: its start has done so.

    Raises
    ------
    InputError
        With every problem: unknown or missing keys, wrong values, paths that leave the folder of
        the study, files that do not exist, a smaller minimum without a reason, phrases of the
        reports that are missing or not known.
    """
    refuse_if_any(list(_schema_problems(config, file)))
    refuse_if_any(
        [
            *_path_problems(config, file),
            *_privacy_problems(config, file),
            *_wave_problems(config, file),
            *_cluster_problems(config, file),
            *_language_problems(config, file, with_phrases),
            *_linkage_problems(config, file),
        ]
    )
    study, instrument = config["study"], config["instrument"]
    folders, screening = config.get("folders", {}), config.get("screening", {})
    psychometrics, disclosure = config.get("psychometrics", {}), config.get("disclosure", {})
    return StudyConfig(
        title=study["title"],
        wave=study["wave"],
        earlier_waves=tuple(study.get("earlier_waves", ())),
        synthetic=study["data"] == "synthetic",
        source=study.get("source", ""),
        language=study.get("language", "en"),
        instrument_folder=instrument["folder"],
        form=instrument["form"],
        added_sections=tuple(instrument.get("add", ())),
        exports=tuple(Export(**export) for export in config["exports"]),
        sites=config.get("sites"),
        clusters=tuple(_clusters(config.get("clusters", {}))),
        case_mix=tuple(config.get("case_mix", ())),
        same_person=config.get("same_person", "most_answers"),
        secret_file=config.get("linkage", {}).get("secret"),
        data_folder=folders.get("data", "data"),
        reports_folder=folders.get("reports", "reports/built"),
        exclude_from_flags=screening.get("exclude_from_flags", 2),
        seconds_per_item=screening.get("seconds_per_item", 2.0),
        strong_flags=tuple(screening["strong"]) if "strong" in screening else None,
        attention_checks=screening.get("attention_checks", {}),
        confidence_level=psychometrics.get("confidence_level", 0.95),
        parallel_replications=psychometrics.get("parallel_replications", 200),
        bootstrap_replications=psychometrics.get("bootstrap_replications", 200),
        split_from=psychometrics.get("split_from", 1000),
        cutoff_draws=psychometrics.get("cutoff_draws", 25),
        group_minimum=psychometrics.get("group_minimum", 200),
        seed=psychometrics.get("seed", 20240313),
        minimum_n=disclosure.get("minimum_n", 11),
        override_reason=disclosure.get("override_reason"),
        batches=config.get("batches", 8),
    )


def _schema_problems(config: Mapping[str, Any], file: str) -> Iterator[Problem]:
    import yaml
    from jsonschema import Draft202012Validator

    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    errors = Draft202012Validator(schema).iter_errors(config)
    for error in sorted(errors, key=lambda error: str(error.json_path)):
        where = error.json_path.removeprefix("$").removeprefix(".")
        if error.validator == "additionalProperties":
            yield from _unknown_keys(error, where, file)
        else:
            yield Problem(file, error.message, column=where or None)


def _unknown_keys(error: Any, where: str, file: str) -> Iterator[Problem]:
    known = list(error.schema["properties"])
    for key in error.instance:
        if key not in known:
            close = get_close_matches(str(key), known, n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"known are {', '.join(known)}"
            name = f"{where}.{key}".lstrip(".")
            yield Problem(file, f"this key is not known; {hint}", column=name)


def _path_problems(config: Mapping[str, Any], file: str) -> Iterator[Problem]:
    for where, path in _paths(config):
        if _leaves_the_study(path):
            yield Problem(file, "must be a path inside this folder, without '..'", column=where)
        elif not where.startswith("folders") and not Path(path).exists():
            yield Problem(file, f"there is no file or folder '{path}'", column=where)


def _paths(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "instrument.folder", config["instrument"]["folder"]
    for index, export in enumerate(config["exports"]):
        for key in ("file", "definition", "mapping", "name_map"):
            if key in export:
                yield f"exports[{index}].{key}", export[key]
    if "sites" in config:
        yield "sites", config["sites"]
    if "linkage" in config:
        yield "linkage.secret", config["linkage"]["secret"]
    for key, path in config.get("folders", {}).items():
        yield f"folders.{key}", path


def _leaves_the_study(path: str) -> bool:
    parts = PurePosixPath(path.replace("\\", "/"))
    inside = (Path.cwd() / path).resolve().is_relative_to(Path.cwd().resolve())
    return parts.is_absolute() or ".." in parts.parts or ":" in path or not inside


def _language_problems(
    config: Mapping[str, Any], file: str, with_phrases: bool
) -> Iterator[Problem]:
    """A language that the reports do not speak, or not whole, told before anything is computed."""
    language = config["study"].get("language", "en")
    spoken = sorted(path.stem for path in CAPTIONS.glob("*.yaml"))
    if language not in spoken:
        cure = f"there are no reports in '{language}'; there are {', '.join(spoken)}"
        yield Problem(file, cure, column="study.language")
    elif with_phrases:
        yield from _phrase_problems(language)


def _phrase_problems(language: str) -> Iterator[Problem]:
    from pipeline.report.phrases import load_phrases

    try:
        load_phrases(language, CAPTIONS)
    except InputError as error:
        yield from error.problems


def _linkage_problems(config: Mapping[str, Any], file: str) -> Iterator[Problem]:
    """Keys of persons without a secret to hash them with."""
    keyed = [export["file"] for export in config["exports"] if "person_column" in export]
    if keyed and "linkage" not in config:
        cure = (
            "a column with keys of persons needs a secret to hash them with: write at least 16 "
            "characters that nobody can guess into a file and name it as linkage.secret"
        )
        yield Problem(file, cure, column="linkage.secret")


def _clusters(tree: Mapping[str, Any], parent: str | None = None) -> Iterator[Cluster]:
    """Every part of the tree, a whole before its parts."""
    for name, content in tree.items():
        yield Cluster(str(name), parent, tuple(_sites_under(content)))
        if isinstance(content, Mapping):
            yield from _clusters(content, str(name))


def _sites_under(content: Mapping[str, Any] | list[Any]) -> Iterator[str]:
    parts = content.values() if isinstance(content, Mapping) else ()
    for part in parts:
        yield from _sites_under(part)
    if not isinstance(content, Mapping):
        yield from (str(site) for site in content)


def _cluster_problems(config: Mapping[str, Any], file: str) -> Iterator[Problem]:
    """Clusters of one name, and sites in two clusters beside each other."""
    clusters = list(_clusters(config.get("clusters", {})))
    names = Counter(cluster.name for cluster in clusters)
    for name in sorted(name for name, times in names.items() if times > 1):
        yield Problem(
            file, f"two clusters are called '{name}'; give each its own name", column="clusters"
        )
    lowest = list(_sites_under(config.get("clusters", {})))
    for site in sorted(site for site, times in Counter(lowest).items() if times > 1):
        cure = f"site '{site}' is in two clusters; leave it in one of them"
        yield Problem(file, cure, column="clusters")


def _wave_problems(config: Mapping[str, Any], file: str) -> Iterator[Problem]:
    """The survey round of the study among those before it."""
    study = config["study"]
    if study["wave"] in study.get("earlier_waves", ()):
        cure = f"'{study['wave']}' is the round of the study, so it cannot be an earlier one"
        yield Problem(file, cure, column="study.earlier_waves")


def _privacy_problems(config: Mapping[str, Any], file: str) -> Iterator[Problem]:
    disclosure = config.get("disclosure", {})
    if disclosure.get("minimum_n", 11) < 11 and "override_reason" not in disclosure:
        cure = "a minimum below 11 needs disclosure.override_reason, printed on every report"
        yield Problem(file, cure, column="disclosure.minimum_n")
