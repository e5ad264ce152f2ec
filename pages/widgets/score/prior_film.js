// The same limb at the visit beside: laid over the film in the viewer by its joints, it follows every move of it.

import { cellText } from "../shared/cell_marks.js";
import { cssOf } from "../shared/hanging.js";
import { lightFilter } from "../shared/pan_zoom.js";

const RING_PX = 19;
const panes = new WeakMap();

function makePane(root) {
  const $ = (s) => root.querySelector(s);
  const stage = $(".prior-stage"), img = stage.querySelector("img");
  const p = { data: null, seen: null };
  p.draw = () => {
    const { data, seen } = p;
    if (!data || !seen || seen.film !== data.beside) return;
    const [w, h] = [stage.clientWidth, stage.clientHeight];
    const whole = new DOMMatrix([1, 0, 0, 1, (w - seen.width) / 2, (h - seen.height) / 2])
      .multiply(new DOMMatrix(cssOf(seen.view))).multiply(new DOMMatrix(data.matrix));
    img.style.width = `${data.width}px`; img.style.height = `${data.height}px`;
    img.style.transform = whole.toString();
    img.style.filter = lightFilter(seen.view, seen.invert);
    const j = data.joints.find((one) => one.name === seen.joint);
    $(".prior-joint").textContent = j ? `${j.label}: ${[cellText("erosion", j.E), cellText("JSN", j.J)].filter(Boolean).join(", ")}` : "";
    const at = j && whole.transformPoint(new DOMPoint(j.x, j.y));
    const ring = (name) => `<circle class="${name}" cx="${at.x}" cy="${at.y}" r="${RING_PX}"/>`;
    $(".marks").innerHTML = at ? ring("halo") + ring("chosen") : "";
  };
  const hear = (e) => {
    if (!root.isConnected) return window.removeEventListener("svh-view", hear);
    p.seen = e.detail;
    p.draw();
  };
  window.addEventListener("svh-view", hear);
  new ResizeObserver(p.draw).observe(stage);
  p.update = (data) => {
    p.data = data;
    $(".prior-title").textContent = data.title;
    stage.setAttribute("aria-label", data.title);
    if (img.getAttribute("src") !== data.url) img.src = data.url;
    window.dispatchEvent(new CustomEvent("svh-view-wanted"));
  };
  return p;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".prior");
  if (!root || !data) return;
  if (!panes.has(root)) panes.set(root, makePane(root));
  panes.get(root).update(data);
}
