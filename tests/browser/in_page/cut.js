// Words that do not fit the box that cuts them off.
() => [...document.body.querySelectorAll("*:not(svg *)")]
  .filter(part => {
    const style = getComputedStyle(part);
    const cuts = [style.overflowX, style.overflowY].some(way => way === "hidden" || way === "clip");
    if (!cuts || style.clipPath !== "none" || part.closest("svg")) return false;
    return part.scrollWidth > part.clientWidth + 1 || part.scrollHeight > part.clientHeight + 1;
  })
  .map(part => `<${part.tagName.toLowerCase()}> cuts ${part.textContent.trim().slice(0, 60)}`)
