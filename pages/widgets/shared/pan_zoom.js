// What every film on the screen does alike: zoom about the point under the pointer, wheel, brightness and contrast by dragging.

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

export const wheelFactor = (e) => Math.exp(-e.deltaY * 0.0015);

export function pointIn(element, e) { // where the pointer is, in pixels of the element
  const box = element.getBoundingClientRect();
  return [e.clientX - box.left, e.clientY - box.top];
}

export function zoomAt(view, scale, x, y) { // view: { k, x, y }, see hanging.js; the point (x, y) of the screen stays
  view.x = x - (x - view.x) * scale / view.k;
  view.y = y - (y - view.y) * scale / view.k;
  view.k = scale;
}

export function adjustLight(view, dx, dy) { // view: { light, contrast }; up is lighter, right has more contrast
  view.light = clamp(view.light * Math.exp(-dy * 0.004), 0.2, 4);
  view.contrast = clamp(view.contrast * Math.exp(dx * 0.004), 0.3, 5);
}

export const lightFilter = (view, invert) =>
  `brightness(${view.light.toFixed(3)}) contrast(${view.contrast.toFixed(3)})${invert ? " invert(1)" : ""}`;
