"""What a result rests on: the code, the versions, and a log that tells people what to do."""

from __future__ import annotations

import logging
import sys
import traceback
from hashlib import blake2b
from pathlib import Path
from types import TracebackType

from pipeline.problems import InputError

PACKAGE = Path(__file__).parent
PROBLEMS_FILE = "problems.txt"
LOGS = "logs"


def code_fingerprint(*packages: str) -> str:
    """A short hash over the source of some packages of the pipeline.

    Declared as a parameter of a rule, it lets Snakemake see a change in imported modules.
    """
    digest = blake2b(digest_size=8)
    for package in sorted(packages):
        for path in _sources(PACKAGE / package):
            digest.update(path.relative_to(PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources(package: Path) -> list[Path]:
    if package.is_dir():
        return sorted(p for p in package.rglob("*") if p.suffix in {".py", ".yaml"})
    return [package.with_suffix(".py")]


def log_to(path: str) -> None:
    """Send messages, warnings and failures of a step to its log.

    An :class:`InputError` is told in plain lines, on the terminal and in ``problems.txt`` in the
    folder of all logs; anything else leaves its place in the code in the log and one line on the
    terminal. Messages of other libraries are left out of both, because they may quote an answer.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        filename=path, filemode="w", level=logging.INFO, format="%(levelname)s %(message)s"
    )
    logging.captureWarnings(True)
    sys.excepthook = lambda kind, error, trace: _tell(target, kind, error, trace)


def _tell(
    log: Path, kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if isinstance(error, InputError):
        lines = [str(problem) for problem in error.problems]
        logging.error("\n".join(lines))
    else:
        logging.error(_where(kind, error, trace))
        lines = [f"{log.as_posix()}: the program failed here ({kind.__name__}); please report it"]
    with (_logs_folder(log) / PROBLEMS_FILE).open("a", encoding="utf-8") as problems:
        problems.writelines(f"{line}\n" for line in lines)


def _logs_folder(log: Path) -> Path:
    """The folder of all logs; a step that works on batches has a folder of its own inside it."""
    return next((folder for folder in log.parents if folder.name == LOGS), log.parent)


def _where(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> str:
    frames = "".join(traceback.format_tb(trace))
    ours = kind.__module__.startswith("pipeline.")
    return f"{kind.__module__}.{kind.__name__}{f': {error}' if ours else ''}\n{frames}"
