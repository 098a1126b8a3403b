"use strict";
/* Search and sort in the tables of sites. Without this script they are plain tables by name. */
{
  const finder = document.getElementById("finder");
  const field = finder.querySelector("input");
  const told = finder.querySelector("output");
  const tables = [...document.querySelectorAll("table.of-sites")];
  const clusters = new Map();
  const sides = ["higher clear", "higher", "apart", "lower", "lower clear"];

  const plain = (text) =>
    text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase().trim();
  const rowsOf = (table) => [...table.tBodies[table.tBodies.length - 1].rows];
  const nameOf = (row) => row.cells[0].textContent;
  const isFolded = (table) => table.closest("details:not([open])") !== null;

  for (const table of tables) {
    const place = [...table.tHead.rows[0].cells].findIndex((head) => head.dataset.sort === "text");
    if (place < 1) continue;
    for (const row of rowsOf(table)) clusters.set(nameOf(row), row.cells[place].textContent);
  }

  const matches = (name, wanted) =>
    plain(name).includes(wanted) || plain(clusters.get(name) || "").includes(wanted);

  const filter = (table) => {
    const wanted = plain(field.value);
    if (table.dataset.filtered === wanted) return;
    for (const row of rowsOf(table)) row.hidden = !matches(nameOf(row), wanted);
    table.dataset.filtered = wanted;
  };

  const write = (number) => number.toLocaleString(document.documentElement.lang);

  const tell = () => {
    const names = new Set(tables.flatMap((table) => rowsOf(table).map(nameOf)));
    const wanted = plain(field.value);
    const shown = [...names].filter((name) => matches(name, wanted)).length;
    told.textContent = finder.dataset.told
      .replace("{shown}", write(shown))
      .replace("{total}", write(names.size));
  };

  const search = () => {
    tables.filter((table) => !isFolded(table)).forEach(filter);
    tell();
  };

  /* Words in their order; likely ranges and means give no order. What is not told comes last. */
  const keyOf = (cell, kind) => {
    const text = cell.textContent.trim();
    if (kind === "text") return text ? [0, plain(text)] : [1, ""];
    if (kind === "count") {
      const digits = text.replace(/\D/g, "");
      return digits ? [0, Number(digits)] : [1, 0];
    }
    if (kind === "side") {
      if (cell.classList.contains("none")) return [1, 0];
      const place = sides.indexOf(cell.className.trim());
      return [0, place < 0 ? sides.indexOf("apart") : place];
    }
    const place = finder.dataset[kind].split("|").indexOf(text);
    return place < 0 ? [1, 0] : [0, place];
  };

  const compare = (one, other) => {
    for (let place = 0; place < one.length; place += 1) {
      if (one[place] < other[place]) return -1;
      if (one[place] > other[place]) return 1;
    }
    return 0;
  };

  const sort = (table, place, kind, down) => {
    const body = table.tBodies[table.tBodies.length - 1];
    const keyed = rowsOf(table).map((row) => {
      const [untold, key] =
        kind === "name" ? [0, Number(row.dataset.place)] : keyOf(row.cells[place], kind);
      return { row, untold, key, name: Number(row.dataset.place) };
    });
    keyed.sort(
      (a, b) =>
        compare([a.untold], [b.untold]) ||
        compare([a.key], [b.key]) * (down ? -1 : 1) ||
        a.name - b.name,
    );
    body.append(...keyed.map(({ row }) => row));
  };

  const press = (table, head) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    sort(table, heads.indexOf(head), head.dataset.sort, down);
  };

  const equip = (table) => {
    if (table.dataset.equipped) return;
    table.dataset.equipped = "yes";
    rowsOf(table).forEach((row, place) => {
      row.dataset.place = place;
    });
    for (const head of table.tHead.rows[0].cells) {
      if (!head.dataset.sort) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => press(table, head));
      if (head.dataset.sort === "name") head.setAttribute("aria-sort", "ascending");
    }
  };

  const ready = (table) => {
    equip(table);
    filter(table);
  };

  finder.hidden = false;
  field.addEventListener("input", search);
  tables.filter((table) => !isFolded(table)).forEach(ready);
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.target.open) event.target.querySelectorAll("table.of-sites").forEach(ready);
    },
    true,
  );
}
