"""Files and folders are replaced whole or not at all."""

import pytest

from pipeline.tables import replace_folder, write_text
from pipeline.tables.io import write_atomically


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    target = tmp_path / "report.html"
    write_text("old", target)

    def fail(part):
        part.write_text("half", encoding="utf-8")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_atomically(target, fail)
    assert target.read_text(encoding="utf-8") == "old"


def test_a_folder_holds_exactly_the_new_files(tmp_path):
    source = tmp_path / "page.html"
    source.write_text("new", encoding="utf-8")
    built = tmp_path / "built"
    (built / "sites").mkdir(parents=True)
    (built / "sites" / "closed-site.html").write_text("old", encoding="utf-8")
    replace_folder({"index.html": source, "sites/a.html": source}, built)
    assert sorted(p.relative_to(built).as_posix() for p in built.rglob("*.html")) == [
        "index.html",
        "sites/a.html",
    ]


def test_a_folder_stays_as_it_was_when_a_page_is_missing(tmp_path):
    built = tmp_path / "built"
    built.mkdir()
    (built / "index.html").write_text("old", encoding="utf-8")
    with pytest.raises(FileNotFoundError):
        replace_folder({"index.html": tmp_path / "nowhere.html"}, built)
    assert (built / "index.html").read_text(encoding="utf-8") == "old"
