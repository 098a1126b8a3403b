"""Reading a PDF of ours far enough to check its text and its structure.

It knows what Typst writes (no object streams, compressed contents, a ``ToUnicode`` table for each
typeface) and no other file.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

OBJECT = re.compile(rb"(\d+) 0 obj\s*(.*?)endobj", re.S)
FONT = re.compile(rb"/(f\d+) (\d+) 0 R")
ARTIFACT = re.compile(rb"/Artifact.*?EMC", re.S)
WRITING = re.compile(rb"\bBT\b(.*?)\bET\b", re.S)
PLAIN = rb"(?:\\.|[^\\()]|\((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*\))*"
LETTERS = re.compile(rb"/(f\d+) [\d.]+ Tf|\((" + PLAIN + rb")\)|<([0-9A-Fa-f]+)>", re.S)
ESCAPED = re.compile(rb"\\(\d{3}|.)", re.S)
SIGNS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(pdf: bytes) -> str:
    """All text but running heads and feet, in the order of the pages, without any space."""
    objects = dict(OBJECT.findall(pdf))
    return "".join("".join(_page(page, objects).split()) for page in _pages(objects))


def kinds_in(pdf: bytes) -> set[str]:
    """The kinds of elements of its structure, such as H1 or TH."""
    return {kind.decode() for kind in re.findall(rb"/Type/StructElem/S/(\w+)", pdf)}


def unpacked(body: bytes) -> bytes:
    """The content of a stream."""
    head, content = body.split(b"stream", 1)
    content = content.removeprefix(b"\r").removeprefix(b"\n")
    return zlib.decompressobj().decompress(content) if b"FlateDecode" in head else content


def _pages(objects: dict[bytes, bytes]) -> Iterator[bytes]:
    """The page objects in the order in which the tree of pages lists them."""
    (tree,) = (body for body in objects.values() if re.search(rb"/Type\s*/Pages\b", body))
    kids = re.search(rb"/Kids\s*\[(.*?)\]", tree, re.S)
    assert kids
    for number in re.findall(rb"(\d+) 0 R", kids.group(1)):
        yield objects[number]


def _page(page: bytes, objects: dict[bytes, bytes]) -> str:
    resources, contents = (
        objects[number]
        for name in (b"Resources", b"Contents")
        for number in re.findall(rb"/%s (\d+) 0 R" % name, page)
    )
    fonts = {name: _letters_of(objects[at], objects) for name, at in FONT.findall(resources)}
    shown: list[str] = []
    letters: dict[int, str] = {}
    drawn = ARTIFACT.sub(b"", unpacked(contents))
    for font, plain, coded in LETTERS.findall(b"".join(WRITING.findall(drawn))):
        if font:
            letters = fonts[font]
            continue
        codes = bytes.fromhex(coded.decode()) if coded else ESCAPED.sub(_sign, plain)
        pairs = (codes[place : place + 2] for place in range(0, len(codes), 2))
        shown.extend(letters[int.from_bytes(pair)] for pair in pairs)
    return "".join(shown)


def _sign(found: re.Match[bytes]) -> bytes:
    escaped = found.group(1)
    if len(escaped) == 3:
        return bytes([int(escaped, 8)])
    return SIGNS.get(escaped, escaped)


def _letters_of(font: bytes, objects: dict[bytes, bytes]) -> dict[int, str]:
    table = re.search(rb"/ToUnicode (\d+) 0 R", font)
    assert table
    found = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", unpacked(objects[table.group(1)]))
    return {int(code, 16): bytes.fromhex(sign.decode()).decode("utf-16-be") for code, sign in found}
