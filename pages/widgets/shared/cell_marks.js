// How the points of a site look on a film, and how they read.

export function colour(rgb, share) { // more points, lighter and stronger against the dark film
  const k = 0.55 + 0.45 * share;
  return `rgb(${rgb.map((c) => Math.round(c * k + (share > 0.6 ? 40 * (share - 0.6) : 0))).map((c) => Math.min(255, c)).join(",")})`;
}

export function cellText(word, cell) {
  if (!cell) return null;
  if (cell.points === null) return `${word} ${cell.why || "not scorable"}`;
  const range = cell.low === null ? "" : ` (${cell.low}–${cell.high})`;
  return `${word} ${cell.points}${cell.edited ? " (edited)" : range}`;
}
