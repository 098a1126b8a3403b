// Words of a picture that are cut off or lie over each other. A picture that does not cut
// lets words stand out at its sides, as far as the page or the region that scrolls it reaches.
() => {
  const slack = 1;
  const trimmed = words => {
    const box = words.getBoundingClientRect();
    const lift = box.height * 0.18; // a line is higher than its letters
    return { words, left: box.left, right: box.right, top: box.top + lift, bottom: box.bottom - lift };
  };
  const frameOf = picture => {
    const { left, right, top, bottom } = picture.getBoundingClientRect();
    if (getComputedStyle(picture).overflowX !== "visible") return { left, right, top, bottom };
    const region = picture.closest(".scroll") ?? document.documentElement;
    const edge = region.getBoundingClientRect().left;
    return { left: edge, right: edge + Math.max(region.scrollWidth, region.clientWidth), top, bottom };
  };
  const name = words => `"${words.textContent.trim().slice(0, 40)}"`;
  const isOut = (box, frame) =>
    box.left < frame.left - slack || box.right > frame.right + slack ||
    box.top < frame.top - slack || box.bottom > frame.bottom + slack;
  const found = [];
  for (const picture of document.querySelectorAll("svg.chart")) {
    const frame = frameOf(picture);
    if (picture.getBoundingClientRect().width === 0) continue;
    const id = picture.getAttribute("aria-labelledby").split(" ")[0];
    const boxes = [...picture.querySelectorAll("text")]
      .filter(words => words.textContent.trim() && words.getBoundingClientRect().width > 0)
      .map(trimmed)
      .sort((one, other) => one.left - other.left);
    boxes.forEach((box, place) => {
      if (isOut(box, frame)) found.push(`${id}: ${name(box.words)} is cut`);
      for (let next = place + 1; next < boxes.length && boxes[next].left < box.right - slack; next++) {
        const other = boxes[next];
        if (other.top < box.bottom - slack && other.bottom > box.top + slack) {
          found.push(`${id}: ${name(box.words)} and ${name(other.words)} overlap`);
        }
      }
    });
  }
  return found;
}
