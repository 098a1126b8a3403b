// Leaves the first rows of every table, and every kind of cell and mark at least once:
// what is checked cell by cell takes minutes on a page of tables and finds the same.
() => {
  const isNew = (seen, parts) => {
    const kinds = parts.map(part => `${part.tagName} ${part.getAttribute("class")}`);
    const any = kinds.some(kind => !seen.has(kind));
    kinds.forEach(kind => seen.add(kind));
    return any;
  };
  const thin = (parts, inside) => {
    const seen = new Set();
    parts.forEach((part, place) => {
      if (!isNew(seen, inside(part)) && place > 2) part.remove();
    });
  };
  document.querySelectorAll("tbody").forEach(body =>
    thin([...body.children], row => [row, ...row.querySelectorAll("*")]));
  document.querySelectorAll("svg.chart").forEach(picture =>
    thin([...picture.children], part => [part]));
}
