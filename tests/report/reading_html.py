"""Reading a page as a browser would, far enough to check what it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser

VOID = {"meta", "br", "img", "hr", "input", "link"}
CELLS = {"td", "th"}
SELF_CLOSING = {"line", "rect", "circle", "ellipse", "path"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    parent: Element | None
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        inner = [child.text for child in self.children if child.tag != "script"]
        return " ".join(" ".join([*self.pieces, *inner]).split())

    def all(self, *tags: str) -> list[Element]:
        found = [self] if self.tag in tags else []
        for child in self.children:
            found.extend(child.all(*tags))
        return found

    def inside(self, tag: str) -> bool:
        return self.parent is not None and (self.parent.tag == tag or self.parent.inside(tag))


class Reader(HTMLParser):
    """Builds a tree and refuses wrong nesting."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("root", {}, None)
        self.here = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> repeats an attribute"
        if tag in CELLS:
            self.end_cell()
        element = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(element)
        if tag not in VOID:
            self.here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SELF_CLOSING, f"<{tag}/> does not close itself"
        attributes = {name: value or "" for name, value in attrs}
        self.here.children.append(Element(tag, attributes, self.here))

    def end_cell(self) -> None:
        """A cell may end where the next one begins, or its row ends."""
        if self.here.tag in CELLS:
            assert self.here.parent is not None
            self.here = self.here.parent

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr":
            self.end_cell()
        assert tag == self.here.tag, f"</{tag}> closes <{self.here.tag}>"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.pieces.append(data)


@cache
def read(page: str) -> Element:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.here is reader.root, f"<{reader.here.tag}> is not closed"
    return reader.root


@cache
def words_of(page: str) -> str:
    """What a reader sees or hears: all text but style sheets and scripts."""
    body = read(page).all("body")[0]
    return body.text
