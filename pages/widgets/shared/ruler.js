// A ruler on the film: two points in film pixels, and their distance in mm where the film tells how large a pixel is.

export class Ruler {
  constructor() { Object.assign(this, { on: false, from: null, to: null, drawing: false }); }

  toggle() { this.on = !this.on; this.from = this.to = null; this.drawing = false; }

  start(point) { this.from = this.to = point; this.drawing = true; }

  words(spacing) {
    if (!this.from) return "";
    const px = Math.hypot(this.to[0] - this.from[0], this.to[1] - this.from[1]);
    return spacing ? `${(px * spacing).toFixed(1)} mm` : `${px.toFixed(0)} pixels; the film tells no size in mm`;
  }

  marks(toScreen, spacing) { // as SVG, in pixels of the screen
    if (!this.on || !this.from) return "";
    const [ax, ay] = toScreen(this.from), [bx, by] = toScreen(this.to), line = `x1="${ax}" y1="${ay}" x2="${bx}" y2="${by}"`;
    return `<line class="halo" ${line} stroke-width="4"/><line class="ruler" ${line}/>`
      + `<text class="ruler-words" x="${bx + 8}" y="${by - 8}">${this.words(spacing)}</text>`;
  }
}
