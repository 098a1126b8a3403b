"""What pyxform lets pass in an XLSForm, and people trip over."""

TRANSLATED = ("label", "hint", "constraint_message")


def faults(sheets):
    """One sentence each; nothing for a good form."""
    return [
        *(fault for name, rows in sheets.items() for fault in mixed_languages(name, rows)),
        *repeated_names(sheets["survey"]),
        *unlabelled(sheets["survey"]),
    ]


def mixed_languages(sheet, rows):
    """A text without a language beside one with a language, or languages that differ."""
    headings = list(rows[0]) if rows else []
    languages = {h.partition("::")[2] for h in headings if h.partition("::")[0] in TRANSLATED}
    if "" in languages and len(languages) > 1:
        yield f"sheet {sheet} mixes texts with and without a language"


def repeated_names(rows):
    """Names that are the same once the names of the groups are left out of the headings."""
    names = [row["name"].lower() for row in rows if row["name"]]
    return [f"name {name} appears twice" for name in sorted(set(names)) if names.count(name) > 1]


def unlabelled(rows):
    label = next(heading for heading in rows[0] if heading.startswith("label"))
    silent = ("begin_group", "end_group", "calculate", "start", "end")
    return [f"no label for {r['name']}" for r in rows if r["type"] not in silent and not r[label]]
