"""Words that LimeSurvey writes in the language of an export, and its own names for what they head.

They are those of its public translations, as they stand in exports. A language that is not here is
recognised by what the first columns hold.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.ingest.wording import wording_key

PERSONAL_NAMES = frozenset({"ipaddr", "refurl", "token"})
PARTICIPANT_NAMES = frozenset(
    {
        *("firstname", "lastname", "email", "emailstatus", "blacklisted", "tid", "participant_id"),
        *("language", "sent", "remindersent", "remindercount", "completed", "usesleft"),
        *("validfrom", "validuntil", "mpid"),
    }
)
"""Names of the columns that come from the list of participants."""
_HEADINGS = {
    "id": (
        *("Response ID", "Antwort ID", "Antwort-ID", "ID de la réponse", "ID réponse"),
        *("ID de respuesta", "ID de la respuesta", "ID odpowiedzi", "Antwoord ID", "Reactie ID"),
        *("ID risposta", "ID della risposta", "ID da resposta", "ID de resposta", "Svars-ID"),
        *("Svar-ID", "Svar ID", "Vastauksen tunnus", "ID odpovědi"),
    ),
    "submitdate": (
        *("Date submitted", "Datum Abgeschickt", "Date de soumission", "Fecha de envío"),
        *("Data zakończenia", "Data wysłania", "Datum ingestuurd", "Datum verzonden"),
        *("Data invio", "Data di invio", "Data de envio", "Data d'enviament", "Inskickad datum"),
    ),
    "lastpage": (
        *("Last page", "Letzte Seite", "Dernière page", "Última página", "Ostatnia strona"),
        *("Laatste pagina", "Ultima pagina", "Darrera pàgina", "Sista sidan", "Siste side"),
        *("Sidste side", "Viimeinen sivu", "Poslední stránka"),
    ),
    "startlanguage": (
        *("Start language", "Start-Sprache", "Startsprache", "Langue de départ"),
        *("Lenguaje inicial", "Idioma inicial", "Język początkowy", "Starttaal", "Start taal"),
        *("Lingua iniziale", "Startspråk", "Startsprog", "Aloituskieli", "Výchozí jazyk"),
    ),
    "seed": ("Seed", "Zufallsstartwert", "Tête de série", "Semilla", "Seme", "Semente"),
    "startdate": (
        *("Date started", "Datum gestartet", "Date de lancement", "Fecha de inicio"),
        *("Data rozpoczęcia", "Datum gestart", "Startdatum", "Data di inizio", "Data de início"),
    ),
    "datestamp": (
        *("Date last action", "Datum letzte Aktivität", "Date de la dernière action"),
        *("Fecha de la última acción", "Data ostatniej akcji", "Datum laatste actie"),
        *("Data dell'ultima azione", "Data ultima azione", "Data da última ação"),
    ),
    "ipaddr": (
        *("IP address", "IP-Adresse", "Adresse IP", "Dirección IP", "Adres IP", "IP-adres"),
        *("Indirizzo IP", "Endereço IP", "IP-adress"),
    ),
    "refurl": (
        *("Referrer URL", "Referring URL", "Weiterleitende URL", "Referrer-URL"),
        *("URL référente", "URL de référence", "URL de referencia"),
    ),
    "token": (
        *("Access code", "Token", "Zugangscode", "Zugangsschlüssel", "Code d'accès"),
        *("Código de acceso", "Contraseña", "Código de acesso", "Toegangscode"),
    ),
    "interviewtime": ("Total time", "Gesamtzeit", "Temps total", "Tiempo total"),
}
RECORD_WORDS: Mapping[str, str] = {
    wording_key(heading): name for name, headings in _HEADINGS.items() for heading in headings
}
"""LimeSurvey's own name of each heading that is about the response, by the key of its wording."""
PARTICIPANT_WORDS: Mapping[str, str] = {
    wording_key(heading): name
    for name, headings in {
        "firstname": ("First name", "Vorname", "Prénom", "Nombre", "Voornaam"),
        "lastname": ("Last name", "Nachname", "Nom", "Apellidos", "Achternaam"),
        "email": ("Email address", "E-Mail-Adresse", "Adresse e-mail", "Correo electrónico"),
    }.items()
    for heading in headings
}
TIME_WORDS = frozenset(
    map(wording_key, ("Group time", "Question time", "Gruppenzeit", "Fragenzeit", "Gruppen-Zeit"))
)
"""What stands before the colon where a heading is about the time of a page or a question."""
OPEN_PARTS = frozenset(
    map(
        wording_key,
        (
            *("Other", "Sonstiges", "Autre", "Otro", "Otra", "Anders", "Altro", "Outro", "Inne"),
            *("Annat", "Andet", "Annet", "Muu", "Altres", "Jiné", "Other comment"),
            *("Comment", "Kommentar", "Commentaire", "Comentario", "Opmerking", "Commento"),
        ),
    )
)
"""What heads the text that people write beside a choice."""
YES_AND_NO = (
    *(("yes", "no"), ("ja", "nein"), ("oui", "non"), ("sí", "no"), ("ja", "nee"), ("ja", "nej")),
    *(("ja", "nei"), ("kyllä", "ei"), ("sì", "no"), ("si", "no"), ("sim", "não"), ("tak", "nie")),
    *(("ano", "ne"), ("áno", "nie"), ("igen", "nem"), ("da", "nu"), ("da", "ne"), ("да", "нет")),
    *(
        ("\u03bd\u03b1\u03b9", "\u03cc\u03c7\u03b9"),
        ("evet", "hay\u0131r"),
        ("jah", "ei"),
        ("taip", "ne"),
        ("jā", "nē"),
    ),
    *(("はい", "いいえ"), ("是", "否"), ("نعم", "لا"), ("כן", "לא"), ("ie", "na")),
)
"""What stands in a box that was ticked and in one that was not, where answers are texts."""
NOT_SHOWN = "N/A"
"""What stands in a box, or a question with the answers yes and no, that was never shown."""
NOT_SHOWN_IN_VV = "{question_not_shown}"
"""What an export for a later import (VV) writes for a question that was never shown."""
