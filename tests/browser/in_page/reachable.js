// Marks and counts everything a keyboard should reach.
() => {
  const wanted = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const shown = [...document.querySelectorAll(wanted)].filter(part => part.checkVisibility());
  shown.forEach((part, place) => { part.dataset.stop = place; });
  return shown.map(part => `<${part.tagName.toLowerCase()}> ${part.textContent.trim().slice(0, 50)}`);
}
