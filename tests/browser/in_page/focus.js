// Where the focus is, and whether one sees it.
() => {
  const part = document.activeElement;
  const style = getComputedStyle(part);
  const box = part.getBoundingClientRect();
  const onScreen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const edged = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return { stop: part.dataset?.stop ?? null, seen: onScreen && edged };
}
