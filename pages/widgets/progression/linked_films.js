// One view for both films: a zoom, and the place in the middle as a share of each film's width and height.

import { clamp, pointIn, wheelFactor } from "../shared/pan_zoom.js";

const ZOOM_MOST = 16;
const known = new WeakMap();

function make(root) {
  const v = { films: [], zoom: 1, x: 0.5, y: 0.5, invert: false, drag: null };
  const box = root.querySelector(".panes");
  const fitted = (pane, f) => Math.min(pane.clientWidth / f.width, pane.clientHeight / f.height);

  v.draw = () => {
    [...box.children].forEach((pane, n) => {
      const f = v.films[n], img = pane.querySelector("img"), k = fitted(pane, f) * v.zoom;
      img.style.width = `${f.width}px`; img.style.height = `${f.height}px`;
      img.style.transform = `translate(${pane.clientWidth / 2 - k * f.width * v.x}px, ${pane.clientHeight / 2 - k * f.height * v.y}px) scale(${k})`;
      img.style.filter = v.invert ? "invert(1)" : "";
      pane.dataset.zoom = v.zoom.toFixed(2);
    });
  };
  const move = (pane, f, dx, dy) => {
    const k = fitted(pane, f) * v.zoom;
    v.x = clamp(v.x - dx / (k * f.width), 0, 1); v.y = clamp(v.y - dy / (k * f.height), 0, 1);
  };
  const zoom = (by, pane, f, px, py) => { // the point under the pointer stays where it is
    const dx = px - pane.clientWidth / 2, dy = py - pane.clientHeight / 2;
    move(pane, f, -dx, -dy);
    v.zoom = clamp(v.zoom * by, 1, ZOOM_MOST);
    move(pane, f, dx, dy);
    if (v.zoom === 1) { v.x = 0.5; v.y = 0.5; }
    v.draw();
  };
  const middle = (by) => {
    const pane = box.firstElementChild;
    if (pane) zoom(by, pane, v.films[0], pane.clientWidth / 2, pane.clientHeight / 2);
  };
  const commands = {
    in: () => middle(1.4), out: () => middle(1 / 1.4),
    fit: () => { v.zoom = 1; v.x = 0.5; v.y = 0.5; v.draw(); },
    invert: () => { v.invert = !v.invert; v.draw(); },
  };
  root.querySelector(".bar").onclick = (e) => { const b = e.target.closest("[data-do]"); if (b) commands[b.dataset.do](); };

  v.update = (films) => {
    v.films = films;
    const panes = films.map((f, n) => {
      const pane = document.createElement("div"), img = document.createElement("img"), title = document.createElement("span");
      pane.className = "pane"; pane.tabIndex = 0; pane.setAttribute("role", "img"); pane.setAttribute("aria-label", f.title);
      img.src = f.url; img.alt = ""; img.draggable = false; title.textContent = f.title;
      pane.append(img, title);
      pane.onwheel = (e) => {
        e.preventDefault();
        zoom(wheelFactor(e), pane, v.films[n], ...pointIn(pane, e));
      };
      pane.onpointerdown = (e) => { pane.setPointerCapture(e.pointerId); v.drag = [e.clientX, e.clientY]; };
      pane.onpointermove = (e) => {
        if (!v.drag) return;
        move(pane, v.films[n], e.clientX - v.drag[0], e.clientY - v.drag[1]);
        v.drag = [e.clientX, e.clientY];
        v.draw();
      };
      pane.onpointerup = pane.onpointercancel = () => { v.drag = null; };
      pane.onkeydown = (e) => {
        const what = { "+": "in", "=": "in", "-": "out", 0: "fit", i: "invert" }[e.key.toLowerCase()];
        if (what && !e.ctrlKey && !e.metaKey) { commands[what](); e.preventDefault(); e.stopPropagation(); }
      };
      return pane;
    });
    const focused = [...box.children].findIndex((pane) => pane === root.getRootNode().activeElement);
    box.replaceChildren(...panes);
    if (focused >= 0) panes[focused]?.focus({ preventScroll: true });
    v.draw();
  };
  new ResizeObserver(v.draw).observe(box);
  return v;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".linked");
  if (!root || !data) return;
  if (!known.has(root)) known.set(root, make(root));
  known.get(root).update(data.films);
}
