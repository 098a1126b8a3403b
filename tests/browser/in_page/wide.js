// Parts that make the page scroll sideways, or that paper cuts off. A region that scrolls
// by itself may hold wide ones; a sheet that lies across has 277 mm in place of 180 mm.
() => {
  const isPaper = matchMedia("print").matches;
  const width = document.documentElement.clientWidth;
  const liesAcross = part => {
    for (let around = part; around; around = around.parentElement) {
      if (getComputedStyle(around).page === "across") return true;
    }
    return false;
  };
  const scrolls = part => {
    const region = part.closest(".scroll");
    return region !== null && getComputedStyle(region).overflowX !== "visible";
  };
  const room = part => (isPaper && liesAcross(part) ? width * 277 / 180 : width);
  const out = [...document.body.querySelectorAll("*")].filter(part => {
    const box = part.getBoundingClientRect();
    return box.width > 0 && box.right > width + 1 && box.right > room(part) + 1 && !scrolls(part);
  });
  const told = out.slice(0, 5).map(part => {
    const right = Math.round(part.getBoundingClientRect().right);
    const kind = part.getAttribute("class") ?? "";
    return `<${part.tagName.toLowerCase()} class="${kind}"> ends at ${right}: ${part.textContent.trim().slice(0, 60)}`;
  });
  const isWide = !isPaper && document.documentElement.scrollWidth > width;
  return isWide ? [`${document.documentElement.scrollWidth} wide in ${width}`, ...told] : told;
}
