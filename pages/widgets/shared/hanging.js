// How a film hangs: quarter turns clockwise, perhaps mirrored. view: { k, x, y, turn, flip }, screen = (x, y) + k * M * film.

const QUARTERS = [[1, 0], [0, 1], [-1, 0], [0, -1]]; // cosine and sine

function parts(view) {
  const [c, s] = QUARTERS[(((view.turn ?? 0) % 4) + 4) % 4];
  return [c, s, view.flip ? -1 : 1];
}

export function onScreen(view, px, py) {
  const [c, s, f] = parts(view);
  return [view.x + view.k * f * (c * px - s * py), view.y + view.k * (s * px + c * py)];
}

export function onFilm(view, sx, sy) {
  const [c, s, f] = parts(view), u = f * (sx - view.x) / view.k, w = (sy - view.y) / view.k;
  return [c * u + s * w, c * w - s * u];
}

export function cssOf(view, { k, x, y } = view) { // the same as a transform of an element whose origin is its top left corner
  const [c, s, f] = parts(view);
  return `matrix(${k * f * c}, ${k * s}, ${-k * f * s}, ${k * c}, ${x}, ${y})`;
}

export function fitted(view, [x0, y0, x1, y1], width, height, margin = 1) { // the scale and place that show a box of the film whole
  const [a, b] = [[x0, y0], [x1, y1]].map(([px, py]) => onScreen({ ...view, k: 1, x: 0, y: 0 }, px, py));
  const k = Math.min(width / Math.abs(b[0] - a[0]), height / Math.abs(b[1] - a[1])) * margin;
  return { k, x: width / 2 - k * (a[0] + b[0]) / 2, y: height / 2 - k * (a[1] + b[1]) / 2 };
}

export function hangingWords(view) { // empty as the film was stored
  const turned = ((((view.turn ?? 0) % 4) + 4) % 4) * 90;
  return [turned && `turned ${turned}°`, view.flip && "MIRRORED"].filter(Boolean).join(" · ");
}
