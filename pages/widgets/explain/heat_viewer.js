// Panels of one close-up, or of two films: they zoom and move together. Opacity and zoom stay here, so no change of them runs the page.

import { clamp, pointIn, wheelFactor, zoomAt } from "../shared/pan_zoom.js";

const ZOOM_MOST = 12;
const views = new WeakMap();

function make(root) {
  const v = { k: 1, x: 0, y: 0, alpha: 0.5, drag: null };
  const panels = root.querySelector(".panels"), slider = root.querySelector(".opacity");

  function draw() {
    root.querySelector(".shown").textContent = `${Math.round(100 * v.alpha)} %`;
    for (const l of panels.querySelectorAll(".layers")) l.style.transform = `translate(${100 * v.x}%, ${100 * v.y}%) scale(${v.k})`;
    for (const h of panels.querySelectorAll(".map")) h.style.opacity = v.alpha;
  }
  function zoom(factor, px, py) { // px, py: the point that stays, as shares of the window
    zoomAt(v, factor ? clamp(v.k * factor, 1, ZOOM_MOST) : 1, px, py);
    keepIn();
  }
  function keepIn() {
    v.x = clamp(v.x, 1 - v.k, 0); v.y = clamp(v.y, 1 - v.k, 0);
    draw();
  }
  slider.addEventListener("input", () => { v.alpha = slider.value / 100; draw(); });
  root.querySelector(".zooms").addEventListener("click", (e) => {
    if (e.target.dataset.zoom !== undefined) zoom(Number(e.target.dataset.zoom), 0.5, 0.5);
  });
  panels.addEventListener("wheel", (e) => {
    const panel = e.target.closest(".window");
    if (!panel) return;
    e.preventDefault();
    const [x, y] = pointIn(panel, e);
    zoom(wheelFactor(e), x / panel.clientWidth, y / panel.clientHeight);
  }, { passive: false });
  panels.addEventListener("pointerdown", (e) => {
    const w = e.target.closest(".window");
    if (w) { w.setPointerCapture(e.pointerId); v.drag = { x: e.clientX, y: e.clientY, wide: w.clientWidth, high: w.clientHeight }; }
  });
  panels.addEventListener("pointermove", (e) => {
    if (!v.drag) return;
    v.x += (e.clientX - v.drag.x) / v.drag.wide; v.y += (e.clientY - v.drag.y) / v.drag.high;
    v.drag.x = e.clientX; v.drag.y = e.clientY;
    keepIn();
  });
  for (const end of ["pointerup", "pointercancel"]) panels.addEventListener(end, () => { v.drag = null; });

  v.update = (data) => {
    root.querySelector(".truth-key").hidden = !data.films.some((f) => f.truth);
    panels.classList.toggle("paired", data.films.length === 2);
    panels.style.setProperty("--films", data.films.map((f) => `minmax(0, ${f.ratio}fr)`).join(" ")); // films equally high
    panels.replaceChildren(...data.panels.map((p) => {
      const figure = document.createElement("figure"), frame = document.createElement("div"), layers = document.createElement("div");
      const film = data.films[p.of];
      figure.className = "panel"; frame.className = "window"; layers.className = "layers";
      frame.style.aspectRatio = film.ratio;
      for (const [kind, url] of [["film", film.picture], ["map", p.map], ["truth", film.truth]]) {
        if (!url) continue;
        const img = document.createElement("img");
        img.className = kind; img.src = url; img.alt = kind === "film" ? `${p.name} of ${data.title}` : "";
        layers.append(img);
      }
      const caption = document.createElement("figcaption"), name = document.createElement("b"), note = document.createElement("span");
      name.textContent = p.name; note.textContent = p.note ? ` ${p.note}` : "";
      caption.append(name, note); frame.append(layers); figure.append(frame, caption);
      return figure;
    }));
    draw();
  };
  return v;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".heat");
  if (!root || !data) return;
  if (!views.has(root)) views.set(root, make(root));
  views.get(root).update(data);
}
