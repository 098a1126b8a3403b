"""Microsoft Forms: a workbook with a row for each response and question texts as headings.

The form writes its own headings in the language of who made it. The names below are those of many
languages; the English, German, Spanish, French, Dutch and Portuguese ones were seen in public code
that reads such workbooks, the others are the words of the translation. A language that is missing
is known by what the first five columns hold. What a quiz adds stays English in most workbooks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from pipeline.ingest.moments import are_moments, days_of, is_ambiguous, moments_of
from pipeline.ingest.raw import (
    ExportColumn,
    Platform,
    RawExport,
    Signature,
    cells_below,
    language_code,
    record_of,
    signature_of,
    text_or_missing,
    translate,
)
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.source import ExportSource
from pipeline.ingest.wording import one_line, without_invisible, wording_key


def _keys(*names: str) -> frozenset[str]:
    return frozenset(map(wording_key, names))


ID, START, END, ADDRESS, NAME = "id", "start", "end", "address", "name"
CHANGED, GRADED, LANGUAGE = "changed", "graded", "language"
POINTS, FEEDBACK = "points", "feedback"
FIRST_FIVE = (ID, START, END, ADDRESS, NAME)
NOTED: Mapping[str, frozenset[str]] = {
    ID: _keys("ID", "Identificador", "Identifiant", "N.º", "Tunnus", "Identyfikator"),
    START: _keys(
        *("Start time", "Hora de inicio", "Hora de início", "Startzeit", "Heure de début"),
        *("Starttid", "Starttidspunkt", "Begintijd", "Starttijd", "Ora di inizio", "Aloitusaika"),
        *("Alkamisaika", "Godzina rozpoczęcia", "Čas zahájení", "Время начала"),
        *("Hora d'inici", "開始時刻", "시작 시간", "开始时间", "開始時間"),
    ),
    END: _keys(
        *("Completion time", "Hora de finalización", "Hora de conclusão", "Fertigstellungszeit"),
        *("Heure de fin", "Heure d'achèvement", "Slutförandetid", "Sluttid", "Tid för slutförande"),
        *("Fuldførelsestidspunkt", "Fullføringstidspunkt", "Sluttidspunkt", "Tijd van voltooien"),
        *("Voltooiingstijd", "Ora di completamento", "Ora di fine", "Valmistumisaika"),
        *("Päättymisaika", "Godzina ukończenia", "Godzina zakończenia", "Čas dokončení"),
        *("Время завершения", "Время выполнения", "Hora de finalització", "完了時刻", "완료 시간"),
        *("完成时间", "完成時間"),
    ),
    ADDRESS: _keys(
        *("Email", "Correo electrónico", "E-Mail", "Adresse de messagerie", "E-mail", "E-post"),
        *("E-postadress", "E-postadresse", "Mailadresse", "Mail", "Posta elettronica"),
        *("Indirizzo di posta elettronica", "Sähköposti", "Adres e-mail", "Correu electrònic"),
        *("Адрес электронной почты", "E-posta", "メール", "전자 메일", "电子邮件", "電子郵件"),
    ),
    NAME: _keys(
        *("Name", "Nombre", "Nome", "Nom", "Naam", "Namn", "Navn", "Nimi", "Nazwa", "Imię"),
        *("Název", "Jméno", "Имя", "Ad", "名前", "이름", "名称", "姓名", "名稱"),
    ),
    CHANGED: _keys(
        *("Last modified time", "Hora de la última modificación", "Hora da última modificação"),
        *("Zeitpunkt der letzten Änderung", "Uhrzeit der letzten Änderung"),
        *("Heure de la dernière modification", "Tijd van laatste wijziging"),
        *("Ora dell'ultima modifica", "Senast ändrad", "Tid för senaste ändring"),
        *("Tidspunkt for seneste ændring", "Tidspunkt for siste endring", "Viimeksi muokattu"),
        *("Viimeisin muokkausaika", "Godzina ostatniej modyfikacji", "最終変更時刻"),
    ),
    GRADED: _keys("Grade posted time"),
    LANGUAGE: _keys(
        *("Language", "Idioma", "Sprache", "Langue", "Språk", "Sprog", "Taal", "Lingua", "Kieli"),
        *("Język", "Jazyk", "Язык", "言語", "언어", "语言", "語言"),
    ),
    POINTS: _keys(
        *("Total points", "Total de puntos", "Puntos totales", "Gesamtpunktzahl", "Totalpoäng"),
        *("Total de pontos", "Total des points", "Nombre total de points", "Totaal aantal punten"),
        *("Punteggio totale", "Poäng totalt", "Samlede point", "Totalt antall poeng"),
    ),
    FEEDBACK: _keys(
        *("Quiz feedback", "Comentarios del cuestionario", "Quizfeedback", "Feedback zum Quiz"),
        *("Comentários do teste", "Commentaires du questionnaire", "Testfeedback"),
        *("Commenti del quiz", "Feedback på test"),
    ),
}
"""What the form notes beside the answers, by the keys of its headings in many languages."""

PERSONAL = frozenset({ADDRESS, NAME, FEEDBACK})
_GRADE = re.compile(
    r"(points|puntos|punkte|pontos|punten|punti|poäng|point|poeng|pisteet|punkty|feedback|"
    r"comentarios|comentários|commentaires|commenti|palaute)\s*[-\u2013:]\s*(?P<question>.+)",
    re.IGNORECASE | re.DOTALL,
)
_LAST_DIGITS = re.compile(r"[0-9]{1,3}")


def signature(sheet: Sheet) -> Signature:
    """When each response was begun and completed, by whom, then question texts."""
    noted = _noted(sheet)
    named = {kind for kind in noted.values() if kind in FIRST_FIVE}
    return signature_of(
        (3, {START, END} <= named, "when a response was started and completed"),
        (1, {ID, START, END} <= named, "a number for each response in front"),
        (1, {START, END, ADDRESS, NAME} <= named, "who answered"),
    )


def read(sheet: Sheet, source: ExportSource) -> RawExport:
    """The rows of an export; every one was sent in, because the platform keeps no others."""
    cells = cells_below(sheet, 1)
    noted = _noted(sheet)
    return RawExport(
        file=sheet.file,
        platform="microsoft_forms",
        columns=_columns(sheet, noted),
        cells=cells,
        record=_record(cells, noted),
        layout=_layout(sheet, noted),
        tick_separator=";",
        notes=_notes(sheet, cells, noted),
    )


def _noted(sheet: Sheet) -> dict[int, str]:
    """What the columns in front of the questions note, by their place from 0.

    They end where a heading is none of the form, or one that was there before. In a language that
    is not known here, the first five are known by what they hold.
    """
    noted: dict[int, str] = {}
    for place, heading in enumerate(sheet.headings):
        kind = _kind_of(heading, set(noted.values()))
        if kind is None:
            break
        noted[place] = kind
    if {START, END} <= set(noted.values()):
        return noted
    return dict(enumerate(FIRST_FIVE)) if _holds_the_first_five(sheet) else noted


def _kind_of(heading: str, before: set[str]) -> str | None:
    key = wording_key(heading)
    kinds = (kind for kind, keys in NOTED.items() if key in keys and kind not in before)
    return next(kinds, None)


def _holds_the_first_five(sheet: Sheet) -> bool:
    """Numbers, two columns of moments, and addresses or one word for people without a name."""
    if len(sheet.columns) <= len(FIRST_FIVE):
        return False
    addresses = sheet.texts_below(3)
    named = any(addresses) and all("@" in text for text in addresses - {""})
    nameless = len(addresses) == 1 and all(map(str.isalpha, addresses))
    if not (named or nameless):
        return False
    if not all(are_moments(pd.Series(sheet.columns[place][1:])) for place in (2, 1)):
        return False
    numbers = sheet.texts_below(0)
    return len(numbers) == sheet.n_rows - 1 and all(map(str.isdecimal, numbers))


def _columns(sheet: Sheet, noted: Mapping[int, str]) -> tuple[ExportColumn, ...]:
    known = {one_line(heading) for heading in sheet.headings}
    return tuple(
        ExportColumn(place + 1, heading, is_record=True, is_personal=noted[place] in PERSONAL)
        if place in noted
        else _asked(sheet, place, known)
        for place, heading in enumerate(sheet.headings)
    )


def _asked(sheet: Sheet, place: int, known: set[str]) -> ExportColumn:
    """A question or a statement of a grid.

    What a quiz says of another column is no answer, and an empty column asks nothing.
    """
    heading = sheet.headings[place]
    if not heading and sheet.texts_below(place) <= {""}:
        return ExportColumn(place + 1, heading, is_record=True)
    graded = _GRADE.fullmatch(heading)
    if graded is not None and one_line(graded["question"]) in known:
        return ExportColumn(place + 1, heading, is_record=True, is_personal=True)
    wordings = (heading, *_without_number(sheet.row(0), place))
    return ExportColumn(place + 1, heading, code=heading, question=wordings)


def _without_number(raw_headings: Sequence[str], place: int) -> tuple[str, ...]:
    """The heading that a repeated one was made from, by a number behind it."""
    heading = raw_headings[place]
    shorter = (
        heading[:-length]
        for length in range(1, 4)
        if _LAST_DIGITS.fullmatch(heading[-length:]) and len(heading) > length
    )
    return tuple(without_invisible(text) for text in shorter if text in raw_headings)


def _record(cells: pd.DataFrame, noted: Mapping[int, str]) -> pd.DataFrame:
    by_kind = {kind: cells[place + 1] for place, kind in noted.items()}
    ids, language = by_kind.get(ID), by_kind.get(LANGUAGE)
    start, end = by_kind.get(START), by_kind.get(END)
    return record_of(
        cells.index,
        response_id=None if ids is None else translate(ids, text_or_missing, "string"),
        finished=pd.Series(True, index=cells.index),
        seconds=None if start is None or end is None else _seconds(start, end),
        language=None if language is None else translate(language, language_code, "string"),
        day=None if end is None else days_of(end, *(() if start is None else (start,))),
    )


def _seconds(start: pd.Series, end: pd.Series) -> pd.Series:
    passed = moments_of(end, start) - moments_of(start, end)
    seconds = passed.dt.total_seconds()
    return seconds.where(seconds >= 0)


def _layout(sheet: Sheet, noted: Mapping[int, str]) -> str:
    is_quiz = bool({POINTS, FEEDBACK} & set(noted.values()))
    return f"one heading row, answers as text{', with the points of a quiz' if is_quiz else ''}"


def _notes(sheet: Sheet, cells: pd.DataFrame, noted: Mapping[int, str]) -> tuple[str, ...]:
    times = [place for place, kind in noted.items() if kind in (START, END)]
    if not times:
        return ("no column tells when a response was completed, so the days are missing",)
    if is_ambiguous(*(cells[place + 1] for place in times)):
        heading = sheet.headings[times[-1]]
        told = "could have the day or the month first, so days and times taken are missing"
        return (f"the dates in '{heading}' {told}",)
    return ()


MICROSOFT_FORMS = Platform(
    name="microsoft_forms",
    signature=signature,
    read=read,
    decisive="headings ID, Start time, Completion time, Email and Name",
)
