"""Files of an office program that are the same bytes whenever they are made."""

from __future__ import annotations

import io
import re
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_MADE = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:(?:created|modified)>)")
_NO_DATE = rb"\g<1>2000-01-01T00:00:00Z\g<2>"
_NO_ZIP_DATE = (2000, 1, 1, 0, 0, 0)


def without_dates(content: bytes) -> bytes:
    """The same package of files without the time it was made, also in workbooks within it."""
    target = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as made, ZipFile(target, "w") as kept:
        for entry in made.infolist():
            part = _undated(entry.filename, made.read(entry))
            info = ZipInfo(entry.filename, date_time=_NO_ZIP_DATE)
            info.compress_type = ZIP_DEFLATED
            kept.writestr(info, part)
    return target.getvalue()


def _undated(name: str, part: bytes) -> bytes:
    if name.endswith(".xlsx"):
        return without_dates(part)
    return _MADE.sub(_NO_DATE, part) if name == "docProps/core.xml" else part
