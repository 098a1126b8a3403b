"""Every encoding is told by the file, by its words, by the study, or refused with byte and line."""

import codecs

import pytest

from .corpus import CLEAN, REMARK, Refused, csv_of, lines_of, table, with_cell

UNKNOWN = Refused(
    r": is not UTF-8 or UTF-16 text \(byte 0x[0-9a-f]{2} in line [0-9]+\); save it as"
)
CUT_OFF = Refused(r": ends within a character; it was cut off, so export it again")
NUL = Refused(r": is not UTF-8 or UTF-16 text \(byte 0x00 in line 3\); save it as CSV UTF-8")
NO_HEADINGS = Refused(", column 'Q aaa101': the mapping names this heading but the file has none")
MISNAMED = Refused(r": is not text in the encoding '[-a-z0-9]+'; correct `encoding`")
NO_ENCODING = Refused(r": there is no encoding '.*'; write one such as utf-8 or cp1252")


def remarked(text):
    """The clean table, in which somebody wrote a text."""
    return lines_of(with_cell(3, "remarks", text))


WESTERN, CYRILLIC = "Süße Grüße aus dem Café, 5 €", "Всё хорошо"
POLISH, GREEK, TURKISH, ARABIC = "Łódź", "Καλημέρα", "İyi günler, şimdi", "مرحبا"
JAPANESE, CHINESE, KOREAN = "日本語のテキスト", "一起领导", "함께 이끌기"

FOUND_OUT = {
    "UTF-8": ("utf-8", WESTERN, CLEAN),
    "UTF-8 with its mark": ("utf-8-sig", CYRILLIC, CLEAN),
    "UTF-16 with its mark": ("utf-16", JAPANESE, CLEAN),
    "UTF-16 little-endian without its mark": ("utf-16-le", WESTERN, CLEAN),
    "UTF-16 big-endian without its mark": ("utf-16-be", WESTERN, CLEAN),
    "UTF-32 with its mark": ("utf-32", CHINESE, CLEAN),
    "UTF-32 little-endian without its mark": ("utf-32-le", WESTERN, UNKNOWN),
    "UTF-32 big-endian without its mark": ("utf-32-be", WESTERN, UNKNOWN),
    "Windows-1252": ("cp1252", WESTERN, CLEAN),
    "Latin-1": ("latin-1", "Süße Grüße", CLEAN),
    "Latin-9 with the sign that differs": ("iso8859-15", "5 € Süße", UNKNOWN),
    "Mac Roman": ("mac-roman", WESTERN, UNKNOWN),
    "Polish of Windows": ("cp1250", POLISH, UNKNOWN),
    "Cyrillic of Windows": ("cp1251", CYRILLIC, UNKNOWN),
    "Cyrillic of Unix": ("koi8-r", CYRILLIC, UNKNOWN),
    "Greek of Windows": ("cp1253", GREEK, UNKNOWN),
    "Turkish of Windows": ("cp1254", TURKISH, UNKNOWN),
    "Arabic of Windows": ("cp1256", ARABIC, UNKNOWN),
    "western of DOS": ("cp850", WESTERN.replace("€", "EUR"), UNKNOWN),
    "Shift JIS": ("shift-jis", JAPANESE, UNKNOWN),
    "EUC of Japan": ("euc-jp", JAPANESE, UNKNOWN),
    "GB 18030": ("gb18030", CHINESE, UNKNOWN),
    "Big 5": ("big5", "一起", UNKNOWN),
    "EUC of Korea": ("euc-kr", KOREAN, UNKNOWN),
    "EBCDIC": ("cp500", WESTERN.replace("€", "EUR"), Refused(": ")),
}
"""Encoding, what somebody wrote, and what comes out when nothing is said about the file."""


@pytest.mark.parametrize("case", FOUND_OUT)
def test_an_encoding_is_found_out_or_refused_but_never_guessed_wrong(case, judge):
    encoding, text, expected = FOUND_OUT[case]
    judge(remarked(text).encode(encoding), expected)


@pytest.mark.parametrize("case", FOUND_OUT)
def test_every_encoding_is_read_when_the_study_names_it(case, judge):
    encoding, text, _ = FOUND_OUT[case]
    mapped = {"mapping": judge.mapping(), "encoding": encoding}
    judge(remarked(text).encode(encoding), CLEAN, **mapped)


PLAIN = csv_of(table())
BYTES = {
    "a byte that Windows-1252 does not know": (remarked("x\x81y").encode("latin-1"), UNKNOWN),
    "controls of Latin-1": (remarked("x\x90\x9dy").encode("latin-1"), UNKNOWN),
    "UTF-8 and Windows-1252 in one file": (
        remarked("für Ä").encode() + "x\nÜber,é\n".encode("cp1252"),
        UNKNOWN,
    ),
    "a capital in UTF-8 beside Windows-1252": (
        remarked("Ãœber ä").encode("cp1252"),
        UNKNOWN,
    ),
    "quotation marks in UTF-8 beside Windows-1252": (
        remarked("q ü").encode("cp1252").replace(b"q ", "\u2018so\u2019 ".encode()),
        UNKNOWN,
    ),
    "a character cut at the end": (
        remarked("Süße").encode().removesuffix(b"\n") + "ü".encode()[:1],
        CUT_OFF,
    ),
    "three of four bytes of an emoji at the end": (
        remarked("Süße").encode().removesuffix(b"\n") + "😀".encode()[:3],
        CUT_OFF,
    ),
    "UTF-16 cut within a character": (remarked("Süße").encode("utf-16")[:-1], CUT_OFF),
    "overlong UTF-8": (PLAIN.replace(REMARK.encode(), b"x\xc0\xafy", 1), UNKNOWN),
    "half of a surrogate pair": (PLAIN.replace(REMARK.encode(), b"x \xed\xa0\x80 y", 1), UNKNOWN),
    "surrogate pairs in UTF-8": (
        PLAIN.replace(REMARK.encode(), b"\xed\xa0\xbd\xed\xb8\x80", 1),
        UNKNOWN,
    ),
    "half of a surrogate pair in UTF-16": (
        remarked("?").encode("utf-16").replace(b"?\0", b"\x00\xd8", 1),
        UNKNOWN,
    ),
    "beyond the last character of Unicode": (
        PLAIN.replace(REMARK.encode(), b"\xf5\x80\x80\x80", 1),
        UNKNOWN,
    ),
    "the mark twice": (codecs.BOM_UTF8 * 2 + PLAIN, CLEAN),
    "the mark in front of every line": (PLAIN.replace(b"\n", b"\n" + codecs.BOM_UTF8), CLEAN),
    "the mark in cells": (PLAIN.replace(b",4", b",4" + codecs.BOM_UTF8), CLEAN),
    "the mark within a heading": (PLAIN.replace(b"Q bbb104", "Q\ufeff bbb104".encode()), CLEAN),
    "the mark, then another encoding": (
        codecs.BOM_UTF8 + remarked(WESTERN).encode("cp1252"),
        UNKNOWN,
    ),
    "the mark of UTF-16 on UTF-8": (codecs.BOM_UTF16_LE + PLAIN, Refused(": ")),
    "the mark of UTF-16 with the bytes in the other order": (
        codecs.BOM_UTF16_BE + remarked(WESTERN).encode("utf-16-le"),
        Refused(": "),
    ),
    "the mark of UTF-32 on UTF-16": (
        codecs.BOM_UTF32_LE + remarked(WESTERN).encode("utf-16-le"),
        Refused(": "),
    ),
    "NUL in a cell": (remarked("a\0b").encode(), NUL),
    "NUL in UTF-16": (remarked("a\0b").encode("utf-16"), NUL),
    "NUL after the last line": (PLAIN + bytes(512), Refused(": is not UTF-8 .* in line 8")),
    "only NUL": (bytes(4096), Refused(": is not UTF-8 or UTF-16 text")),
    "only the mark of UTF-8": (codecs.BOM_UTF8, Refused(": is empty; export it again")),
    "only the mark of UTF-16": (codecs.BOM_UTF16_LE, Refused(": is empty; export it again")),
    "only the mark of UTF-32": (codecs.BOM_UTF32_BE, Refused(": is empty; export it again")),
    "half of the mark of UTF-16": (b"\xff", NO_HEADINGS),
    "two thirds of the mark of UTF-8": (b"\xef\xbb", NO_HEADINGS),
    "compressed": (b"\x1f\x8b\x08\x00\x00\x00\x00\x00" + bytes(range(256)), UNKNOWN),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(64), UNKNOWN),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", UNKNOWN),
    "a program": (b"\x7fELF\x02\x01\x01" + bytes(64), Refused(": is not UTF-8")),
    "a pickle": (b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00cos\nsystem\n.", UNKNOWN),
    "a columnar table": (b"PAR1\x15\x04\x15\x10\x00" + bytes(32) + b"PAR1", Refused(": is not")),
    "a web page": (b"<html><body>Sign in</body></html>\n", NO_HEADINGS),
}


@pytest.mark.parametrize("case", BYTES)
def test_bytes_that_are_no_text_are_refused(case, judge):
    judge(*BYTES[case])


NAMED = {
    "an encoding that does not fit": ("cp1252", "utf-8", WESTERN, MISNAMED),
    "an encoding that knows fewer characters": ("utf-8", "ascii", WESTERN, MISNAMED),
    "UTF-16 for a file with an odd number of bytes": (
        "utf-8",
        "utf-16",
        "xy",
        Refused("(, column 'Q |: is not text)"),
    ),
    "no encoding at all": ("utf-8", "latin-99", WESTERN, NO_ENCODING),
    "an empty name": ("utf-8", "", WESTERN, NO_ENCODING),
    "a codec that makes no text": ("utf-8", "base64", WESTERN, NO_ENCODING),
    "a codec that compresses": ("utf-8", "zlib", WESTERN, NO_ENCODING),
    "a codec of names of hosts": ("utf-8", "idna", WESTERN, Refused(": ")),
    "a codec that is not one line": ("utf-8", "utf-8\nx", WESTERN, NO_ENCODING),
    "a codec with NUL in its name": ("utf-8", "utf\0", WESTERN, NO_ENCODING),
    "UTF-7": ("utf-7", "utf-7", WESTERN, CLEAN),
    "the mark of UTF-8 although UTF-8 is named": ("utf-8-sig", "utf-8", WESTERN, CLEAN),
}
"""Encoding of the file, encoding the study names, what somebody wrote, and what comes out."""


@pytest.mark.parametrize("case", NAMED)
def test_a_named_encoding_that_does_not_fit_is_told(case, judge):
    written, named, text, expected = NAMED[case]
    judge(remarked(text).encode(written), expected, mapping=judge.mapping(), encoding=named)
