"""The rules of formr's item sheets, as its source and documentation state them."""

import re

ANSWERED_FROM_A_LIST = {
    "mc",
    "mc_button",
    "mc_multiple",
    "mc_multiple_button",
    "mc_heading",
    "select_one",
    "select_multiple",
    "select_or_add_one",
    "select_or_add_multiple",
}
ENDS_NAMED_BY_CHOICES = {"rating_button", "range", "range_ticks", "visual_analog_scale"}
WITHOUT_CHOICES = {
    *("note", "note_iframe", "submit", "text", "textarea", "number", "letters", "email", "tel"),
    *("url", "cc", "color", "date", "time", "datetime", "datetime-local", "month", "yearmonth"),
    *("week", "year", "timezone", "geopoint", "sex", "check", "check_button", "calculate", "ip"),
    *("referrer", "server", "get", "random", "hidden", "block", "file", "image", "browser"),
}
OPTIONS_ARE_NO_LIST = {"server", "get", "text", "textarea", "letters", "file", "image", "submit"}
REFUSED_NAMES = {"session_id", "created", "modified", "ended", "id", "study_id"}
REQUIRED_HEADINGS = {"survey": {"type", "name", "label"}, "choices": {"list_name", "name", "label"}}


def faults(sheets):
    """What formr would refuse, skip or change, one sentence each; nothing for a good sheet."""
    missing = list(missing_parts(sheets))
    if missing:
        return missing
    lists, found = lists_of(sheets["choices"])
    seen = set()
    for row in sheets["survey"]:
        if row["name"]:
            found += item_faults(row, lists, seen)
            seen.add(row["name"].lower())
    return found


def missing_parts(sheets):
    for sheet, headings in REQUIRED_HEADINGS.items():
        if not sheets.get(sheet):
            yield f"no sheet {sheet}"
        elif headings - set(sheets[sheet][0]):
            yield f"sheet {sheet} lacks a heading"


def lists_of(rows):
    """Labels by number for each list; a row without a list name belongs to the list above."""
    lists, found, current = {}, [], None
    for row in rows:
        name = row["list_name"] or current
        if not (name and row["name"]):
            continue
        if not re.fullmatch(r"\w{1,255}", name, re.ASCII):
            found.append(f"list name {name}")
        if name != current and name in lists:
            found.append(f"list {name} is torn apart")
        if row["name"] in lists.setdefault(name, {}):
            found.append(f"list {name} has {row['name']} twice")
        lists[name][row["name"]] = row["label"] or row["name"]
        current = name
    return lists, found


def item_faults(row, lists, seen):
    kind, _, options = row["type"].partition(" ")
    return [
        *name_faults(row["name"], seen),
        *type_faults(kind, options, row),
        *choice_faults(kind, options, row, lists),
    ]


def name_faults(name, seen):
    if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]{1,63}", name):
        yield f"name {name}"
    if name in REFUSED_NAMES:
        yield f"name {name} is not permitted"
    if name.lower() in seen:
        yield f"name {name} appears twice"


def type_faults(kind, options, row):
    if kind not in ANSWERED_FROM_A_LIST | ENDS_NAMED_BY_CHOICES | WITHOUT_CHOICES:
        yield f"type {kind} of {row['name']}"
    if row.get("optional", "") not in {"", "*", "!"}:
        yield f"optional flag of {row['name']}"
    if kind == "note" and not row["label"]:
        yield f"empty note {row['name']}"
    if kind == "number" and not re.fullmatch(r"(-?\d+,-?\d+(,\d+)?)?", options):
        yield f"range of {row['name']}"


def choice_faults(kind, options, row, lists):
    own = [text for heading, text in row.items() if heading.startswith("choice") and text]
    named = options.split(" ")[0]
    listed = lists.get(named)
    if kind in WITHOUT_CHOICES:
        if own:
            yield f"choices for {row['name']}, whose type has none"
    elif kind in ANSWERED_FROM_A_LIST:
        if named and not re.fullmatch(r"\w{1,20}", named, re.ASCII):
            yield f"list name {named} in the type of {row['name']}"
        elif named and listed is None:
            yield f"list {named} of {row['name']} does not exist"
        elif named and own:
            yield f"both a list and choices for {row['name']}"
        elif not named and not own:
            yield f"no choices for {row['name']}"
        labels = own or list((listed or {}).values())
        if len(set(labels)) < len(labels):
            yield f"answers of {row['name']} are called the same"
