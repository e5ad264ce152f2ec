// What is drawn over a film, as SVG: boxes of the parts, rings of the joints, the lines of a joint space.

const RING_PX = 10, CHOSEN_PX = 13;

export function partMarks(parts, toScreen) {
  return parts.flatMap((p) => {
    const [ax, ay] = toScreen({ x: p.box[0], y: p.box[1] }), [bx, by] = toScreen({ x: p.box[2], y: p.box[3] });
    const left = Math.min(ax, bx), top = Math.min(ay, by);
    return [`<rect class="part" x="${left}" y="${top}" width="${Math.abs(bx - ax)}" height="${Math.abs(by - ay)}"/>`,
      `<text class="part-name" x="${left + 3}" y="${top + 12}">${p.name} ${Math.round(100 * p.confidence)} %</text>`];
  });
}

// The left half of a ring is narrowing, the right half erosion; `ink(kind, share)` gives the colour of a half.
export function jointMarks(joint, toScreen, isChosen, ink) {
  const [x, y] = toScreen(joint), r = isChosen ? CHOSEN_PX : RING_PX, out = [];
  const arc = (cell, kind, sweep) => {
    if (!cell) return;
    const off = cell.points === null, share = off ? 0 : cell.points / cell.max, wide = off ? 2 : 1.6 + 3 * Math.min(1, share * 1.6);
    const path = `M ${x} ${y - r} A ${r} ${r} 0 0 ${sweep} ${x} ${y + r}`;
    out.push(`<path class="halo" d="${path}" stroke-width="${wide + 2}"/>`,
      `<path class="arc${off ? " off" : ""}" d="${path}" stroke="${ink(kind, share)}" stroke-width="${wide}"/>`);
    if (cell.edited) out.push(`<circle class="edited" cx="${x + (sweep ? r : -r)}" cy="${y}" r="2.4"/>`);
  };
  arc(joint.J, "J", 0); arc(joint.E, "E", 1);
  if (!isChosen) return out;
  for (const line of joint.lines ?? []) { // the joint space's two subchondral lines
    const path = line.map(([px, py]) => toScreen({ x: px, y: py }).join(",")).join(" ");
    out.push(`<polyline class="halo" points="${path}" stroke-width="3.5"/>`, `<polyline class="space" points="${path}"/>`);
  }
  out.push(`<circle class="halo" cx="${x}" cy="${y}" r="${r + 6}" stroke-width="4"/>`, `<circle class="chosen" cx="${x}" cy="${y}" r="${r + 6}"/>`);
  return out;
}
