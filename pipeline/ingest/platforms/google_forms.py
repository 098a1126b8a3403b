"""Google Forms: one row a response, question texts as headings, answers as texts.

The form writes its own headings in the language of who made it. The names below are those of many
languages; the English, Spanish, French, German and Italian ones were seen in public code, the
others are the words of the translation. A language that is missing is known by what columns hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from pipeline.ingest.moments import are_moments, days_of, is_ambiguous
from pipeline.ingest.raw import (
    ExportColumn,
    Platform,
    RawExport,
    Signature,
    cells_below,
    record_of,
    signature_of,
)
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.source import ExportSource
from pipeline.ingest.wording import one_line, wording_key


def _keys(*names: str) -> frozenset[str]:
    return frozenset(map(wording_key, names))


TIMESTAMPS = _keys(
    *("Timestamp", "Marca temporal", "Marca de temps", "Horodateur", "Zeitstempel"),
    *("Tidsstämpel", "Tidstämpel", "Tidsstempel", "Tidstempel", "Aikaleima", "Tímastimpill"),
    *("Carimbo de data/hora", "Carimbo de data hora", "Indicação de data e hora", "Data/hora"),
    *("Informazioni cronologiche", "Tijdstempel", "Sygnatura czasowa", "Časová značka"),
    *("Časové razítko", "Časovna oznaka", "Vremenska oznaka", "Időbélyeg", "Marcaj de timp"),
    *("Marcă de timp", "Отметка времени", "Позначка часу", "Клеймо за време"),
    *("Χρονική σήμανση", "Ajatempel", "Laika zīmogs", "Laikspiedols", "Laiko žyma"),
    *("タイムスタンプ", "타임스탬프", "时间戳记", "时间戳", "時間戳記", "חותמת זמן", "طابع زمني"),
    *("ประทับเวลา", "Dấu thời gian", "Stempel waktu", "Cap waktu", "Denboraren marka"),
)
ADDRESSES = _keys(
    *("Email Address", "Username", "Dirección de correo electrónico", "Nombre de usuario"),
    *("Correo electrónico", "Adresse e-mail", "Nom d'utilisateur", "E-Mail-Adresse"),
    *("Nutzername", "E-postadress", "E-postadresse", "Mailadresse", "Användarnamn", "Brukernavn"),
    *("Brugernavn", "Sähköpostiosoite", "Käyttäjänimi", "Endereço de e-mail", "Nome de usuário"),
    *("Nome de utilizador", "Indirizzo email", "Nome utente", "E-mailadres", "Gebruikersnaam"),
    *("Adres e-mail", "Nazwa użytkownika", "Адрес электронной почты", "メールアドレス"),
)
SCORES = _keys(
    *("Score", "Total score", "Puntuación", "Puntuación total", "Punteggio", "Punteggio totale"),
    *("Pontuação", "Pontuação total", "Punktzahl", "Gesamtpunktzahl", "Score total", "Poäng"),
    *("Totalpoäng", "Poeng", "Pistemäärä", "Wynik"),
)
GRADES = _keys("Score", "Feedback", "Puntuación", "Comentarios", "Punktzahl", "Punteggio")
FIRST_OF_OTHERS = _keys(
    *("Submission Date", "SubmissionDate", "start", "StartDate", "Start Date", "Start time"),
    *("Date submitted", "Submitted at", "created", "created_at", "Date", "today"),
)
"""Headings of the first column by which other platforms tell when a response was given."""

WITH_SECONDS = re.compile(r".*\d[:.]\d{2}[:.]\d{2}.*")
WITH_ZONE = re.compile(r"\d{4}-\d{2}-\d{2}T.*|.*[+-]\d{2}:?\d{2}")
_ADDRESS = re.compile(r"\S+@\S+\.\S+")


def signature(sheet: Sheet) -> Signature:
    """The moment of each response in front, then question texts."""
    place = _timestamp_place(sheet)
    heading = "" if place is None else sheet.headings[place]
    named = wording_key(heading) in TIMESTAMPS
    return signature_of(
        (4, named, f"the first column is called '{heading}'"),
        (3, place is not None and not named, "question texts behind a first column of times"),
        (1, place is not None and _are_times(sheet, place), "a time in every row"),
    )


def read(sheet: Sheet, source: ExportSource) -> RawExport:
    """The rows of an export; every one was sent in, because Google keeps no others."""
    cells = cells_below(sheet, 1)
    place = _timestamp_place(sheet)
    moments = None if place is None else cells[place + 1]
    columns = _columns(sheet, place)
    return RawExport(
        file=sheet.file,
        platform="google_forms",
        columns=columns,
        cells=cells,
        record=record_of(
            cells.index,
            finished=pd.Series(True, index=cells.index),
            day=None if moments is None else days_of(moments),
        ),
        layout=_layout(columns),
        tick_separator=",",
        notes=_notes(sheet, place, moments),
    )


def _timestamp_place(sheet: Sheet) -> int | None:
    """Place of the column that tells when a response came, from 0.

    It is the first, or the second after one without a heading that other programs put in front.
    In a language whose word is not known here, it is known by what it holds.
    """
    headings = sheet.headings
    places = [0, 1] if _is_unnamed(headings[0]) else [0]
    for place in places:
        if place < len(headings) and wording_key(headings[place]) in TIMESTAMPS:
            return place
    return 0 if _has_google_times_first(sheet) else None


def _is_unnamed(heading: str) -> bool:
    return heading == "" or heading == "Unnamed: 0"


def _has_google_times_first(sheet: Sheet) -> bool:
    """Whether times with seconds stand in front of questions in words, as only Google has it."""
    headings = sheet.headings
    others = headings[1:]
    worded = [heading for heading in others if len(heading.split()) > 1]
    known = wording_key(headings[0]) in FIRST_OF_OTHERS
    named_by_machine = any(heading.startswith(("_", "$")) for heading in headings)
    if not headings[0] or known or named_by_machine or 2 * len(worded) <= len(others):
        return False
    texts = sheet.texts_below(0) - {""}
    seconds = all(WITH_SECONDS.fullmatch(text) for text in texts)
    return seconds and not any(map(WITH_ZONE.fullmatch, texts)) and _are_times(sheet, 0)


def _are_times(sheet: Sheet, place: int) -> bool:
    return are_moments(pd.Series(sheet.columns[place][1:]))


def _columns(sheet: Sheet, timestamp: int | None) -> tuple[ExportColumn, ...]:
    headings = sheet.headings
    known = {one_line(heading) for heading in headings}
    first = 0 if timestamp is None else timestamp + 1
    return tuple(
        ExportColumn(place + 1, heading, is_record=True)
        if place < first
        else _noted(sheet, place, first) or _asked(sheet, place, known)
        for place, heading in enumerate(headings)
    )


def _noted(sheet: Sheet, place: int, first: int) -> ExportColumn | None:
    """What Google notes itself right after the moment: who answered, and the points of a quiz."""
    heading = sheet.headings[place]
    if place > first + 1:
        return None
    if wording_key(heading) in ADDRESSES or (place == first and _holds_addresses(sheet, place)):
        return ExportColumn(place + 1, heading, is_record=True, is_personal=True)
    is_score = wording_key(heading) in SCORES
    return ExportColumn(place + 1, heading, is_record=True) if is_score else None


def _holds_addresses(sheet: Sheet, place: int) -> bool:
    texts = sheet.texts_below(place) - {""}
    return bool(texts) and all(_ADDRESS.fullmatch(text.strip()) for text in texts)


def _asked(sheet: Sheet, place: int, known: set[str]) -> ExportColumn:
    """A question, or the row of a grid, whose name stands in square brackets behind its question.

    The points and the feedback that a quiz gives to another column are no answer, and an empty
    column asks nothing.
    """
    position, heading = place + 1, sheet.headings[place]
    if not heading and sheet.texts_below(place) <= {""}:
        return ExportColumn(position, heading, is_record=True)
    question, part = split_grid(heading)
    if part is None:
        return ExportColumn(position, heading, code=heading, question=(heading,))
    if wording_key(part) in GRADES and one_line(question) in known:
        return ExportColumn(position, heading, is_record=True, is_personal=True)
    return ExportColumn(
        position, heading, code=question, subcode=part, question=(question,), part=(part,)
    )


def split_grid(heading: str) -> tuple[str, str | None]:
    """The question and the row of a grid in ``Question [row]``; no row where there is none.

    Examples
    --------
    >>> split_grid("How often? [At [our] site]")
    ('How often?', 'At [our] site')
    """
    depth = 0
    for place in range(len(heading) - 1, -1, -1):
        depth += {"]": 1, "[": -1}.get(heading[place], 0)
        if depth == 0:
            question, part = heading[:place].strip(), heading[place + 1 : -1].strip()
            return (question, part) if heading[-1] == "]" and question and part else (heading, None)
    return heading, None


def _layout(columns: Sequence[ExportColumn]) -> str:
    grids = any(column.part for column in columns)
    return "one heading row, answers as text" + (", rows of grids in brackets" if grids else "")


def _notes(sheet: Sheet, place: int | None, moments: pd.Series | None) -> tuple[str, ...]:
    if moments is None or place is None:
        return ("no column tells when a response came, so the days are missing",)
    heading = sheet.headings[place]
    if is_ambiguous(moments):
        told = "could have the day or the month first, so the days of the responses are missing"
        return (f"the dates in '{heading}' {told}",)
    return ()


GOOGLE_FORMS = Platform(
    name="google_forms",
    signature=signature,
    read=read,
    decisive="a first column 'Timestamp' with a date and a time in every row",
)
