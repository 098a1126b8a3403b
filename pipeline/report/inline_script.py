"""A script inside a page, with the hash by which the policy of the page allows it and no other."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache

from pipeline.report.pages import TEMPLATES


@dataclass(frozen=True, slots=True)
class InlineScript:
    """A script as it stands in a page.

    Attributes
    ----------
    text : str
        What stands between the tags, byte by byte.
    source : str
        How a content security policy names exactly this text.
    """

    text: str
    source: str


@cache
def inline_script(name: str) -> InlineScript:
    """The script of that name, which lies beside the templates.

    Notes
    -----
    The source is ``'sha256-'`` and the hash of the text in Base64 (W3C, Content Security Policy
    Level 3, section 6.7.2). A browser runs the script only if the hash of what it finds between
    the tags is the same.
    """
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    digest = hashlib.sha256(text.encode()).digest()
    return InlineScript(text, f"'sha256-{base64.b64encode(digest).decode()}'")
