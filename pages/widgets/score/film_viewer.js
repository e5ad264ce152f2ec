// The film: zoom, light, rings, selection. What is seen stays here; what is scored goes to the page.

import { cellText, colour } from "../shared/cell_marks.js";
import { cssOf, fitted, hangingWords, onFilm, onScreen } from "../shared/hanging.js";
import { KEYS, WINDOWS } from "../shared/film_keys.js";
import { jointMarks, partMarks } from "../shared/film_marks.js";
import { Outbox } from "../shared/outbox.js";
import { adjustLight, clamp, lightFilter, pointIn, wheelFactor, zoomAt } from "../shared/pan_zoom.js";
import { Ruler } from "../shared/ruler.js";

const INSET_ZOOM = 4, CATCH_PX = 16, ZOOM_MOST = 24, TWO_DIGITS_MS = 700, RESEND_MS = 4000;
const viewers = new WeakMap();

function makeViewer(root) {
  const $ = (s) => root.querySelector(s);
  const stage = $(".stage"), film = $(".film"), img = film.querySelector("img"), svg = $(".marks");
  const v = {
    data: null, views: new Map(), filmKey: null, joint: "", damage: "J", outbox: new Outbox(RESEND_MS),
    invert: false, boxes: false, rings: true, pan: false, url: "", typed: null, placing: false, pointers: new Map(), moved: false, ruler: new Ruler(),
  };

  const view = () => v.views.get(v.filmKey);
  function fit() {
    const hangs = { turn: view()?.turn ?? v.data.turn, flip: view()?.flip ?? false };
    const box = v.data.region ?? [0, 0, v.data.width, v.data.height];
    const at = fitted(hangs, box, stage.clientWidth, stage.clientHeight, v.data.region ? 0.97 : 1);
    v.views.set(v.filmKey, { ...hangs, ...at, light: 1, contrast: 1, window: 0, fitK: at.k });
  }
  const toScreen = (p) => onScreen(view(), p.x, p.y);
  function hang(change) { // turned or mirrored, the whole film is shown again; its light stays
    const { light, contrast, window } = view();
    change(view()); fit();
    Object.assign(view(), { light, contrast, window });
    draw();
  }
  const filter = () => lightFilter(view(), v.invert);
  const chosen = () => v.data.joints.find((j) => j.name === v.joint);

  function draw() {
    const d = v.data, now = view();
    if (!d || !now) return;
    film.style.width = `${d.width}px`; film.style.height = `${d.height}px`;
    film.style.transform = cssOf(now);
    img.style.filter = filter();
    const out = [];
    if (v.boxes) out.push(...partMarks(d.parts, toScreen));
    const theme = getComputedStyle(stage), inks = Object.fromEntries(["J", "E"].map((kind) => [kind, theme.getPropertyValue(`--svh-${kind}`).split(" ").map(Number)]));
    for (const j of d.joints) {
      const isChosen = j.name === v.joint;
      if (v.rings || isChosen) out.push(...jointMarks(j, toScreen, isChosen, (kind, share) => colour(inks[kind], share)));
    }
    out.push(v.ruler.marks(([x, y]) => toScreen({ x, y }), d.spacing));
    svg.innerHTML = out.join("");
    drawInset();
    window.dispatchEvent(new CustomEvent("svh-view", { detail: { // for the film of another visit beside this one
      film: v.filmKey, view: now, width: stage.clientWidth, height: stage.clientHeight, invert: v.invert, joint: v.joint } }));
    const light = Math.round(100 * now.light), contrast = Math.round(100 * now.contrast);
    $(".light").textContent = [hangingWords(now), `zoom ${(now.k / now.fitK).toFixed(1)}`, `light ${light} %`, `contrast ${contrast} %`].filter(Boolean).join(" · ");
    $("[data-do=window]").textContent = `Window: ${WINDOWS[now.window][0]}`;
    for (const [what, on] of [["invert", v.invert], ["boxes", v.boxes], ["rings", v.rings], ["mirror", now.flip], ["ruler", v.ruler.on]])
      $(`[data-do=${what}]`).setAttribute("aria-pressed", on);
    $("[data-do=drag]").textContent = v.pan ? "Drag: move" : "Drag: light";
  }

  function drawInset() {
    const j = chosen(), box = $(".inset");
    box.hidden = !j;
    if (!j) return;
    const inner = $(".inset-film"), side = box.clientWidth, k = view().fitK * INSET_ZOOM;
    inner.style.backgroundImage = `url("${v.data.url}")`;
    inner.style.backgroundSize = `${v.data.width * k}px ${v.data.height * k}px`;
    inner.style.backgroundPosition = `${side / 2 - j.x * k}px ${side / 2 - j.y * k}px`;
    inner.style.filter = filter();
    inner.style.transform = cssOf(view(), { k: 1, x: 0, y: 0 });
    $(".inset-name").textContent = `${j.label} · ${v.damage === "J" ? "JSN" : "erosion"}`;
    // The inset keeps out of the way of the joint that it shows.
    const [x, y] = toScreen(j), covered = x > stage.clientWidth - side - 40 && y > stage.clientHeight - side - 40;
    box.style.left = covered ? "8px" : "auto"; box.style.right = covered ? "auto" : "8px";
  }

  const jointText = (j) => `${j.label}: ${[cellText("erosion", j.E), cellText("JSN", j.J)].filter(Boolean).join(", ")}`;
  const act = (what) => v.outbox.push({ film: v.filmKey, ...what });
  function select(name, damage) {
    v.joint = name;
    const j = chosen();
    if (j) {
      v.damage = damage ?? (j[v.damage] ? v.damage : j.J ? "J" : "E");
      $(".said").textContent = jointText(j);
      const [x, y] = toScreen(j); // bring it into sight when zoomed in
      if (x < 20 || y < 20 || x > stage.clientWidth - 20 || y > stage.clientHeight - 20) {
        view().x += stage.clientWidth / 2 - x; view().y += stage.clientHeight / 2 - y;
      }
    }
    act({ do: "select", joint: name, damage: v.damage });
    draw();
  }
  function step(by) {
    const all = v.data.joints;
    if (all.length) select(all[((all.findIndex((j) => j.name === v.joint) + by) % all.length + all.length) % all.length].name);
  }
  function score(what, value) {
    const j = chosen();
    if (!j?.[v.damage]) return;
    act({ do: what, joint: j.name, damage: v.damage, value: value ?? null });
  }
  function digit(n) {
    const cell = chosen()?.[v.damage];
    if (!cell) return;
    const before = v.typed && Date.now() - v.typed.at < TWO_DIGITS_MS ? v.typed.n : null; // 1 then 0 is ten (feet)
    const value = before !== null && before * 10 + n <= cell.max ? before * 10 + n : n;
    if (value > cell.max) return;
    v.typed = { n: value, at: Date.now() };
    score("points", value);
  }
  function zoom(by, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
    const now = view();
    zoomAt(now, clamp(now.k * by, now.fitK * 0.5, now.fitK * ZOOM_MOST), x, y);
    draw();
  }
  const commands = {
    in: () => zoom(1.3), out: () => zoom(1 / 1.3), fit: () => { fit(); draw(); },
    invert: () => { v.invert = !v.invert; draw(); }, boxes: () => { v.boxes = !v.boxes; draw(); },
    rings: () => { v.rings = !v.rings; draw(); }, drag: () => { v.pan = !v.pan; draw(); },
    turn: () => hang((now) => { now.turn = (now.turn + 1) % 4; }), mirror: () => hang((now) => { now.flip = !now.flip; }),
    window: () => { const now = view(), n = (now.window + 1) % WINDOWS.length; Object.assign(now, { window: n, light: WINDOWS[n][1], contrast: WINDOWS[n][2] }); draw(); },
    ruler: () => { v.ruler.toggle(); stage.style.cursor = ""; draw(); },
    keys: () => { $(".keys").hidden = !$(".keys").hidden; },
  };
  $(".keys").innerHTML = KEYS.map(([key, what]) => `<kbd>${key}</kbd><span>${what}</span>`).join("");
  $(".bar").onclick = (e) => { const b = e.target.closest("[data-do]"); if (b && v.data?.url) commands[b.dataset.do](); };
  $(".strip").onclick = (e) => { const b = e.target.closest("[data-film]"); if (b) act({ do: "film", film: b.dataset.film }); };

  stage.onkeydown = (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || !v.data?.url) return;
    const key = e.key.toLowerCase(), j = chosen();
    const plain = { i: "invert", o: "boxes", j: "rings", d: "drag", f: "fit", w: "window", t: "turn", y: "mirror", u: "ruler", "+": "in", "=": "in", "-": "out", "?": "keys" }[key];
    let used = true;
    if (plain) commands[plain]();
    else if (key === "n") step(1);
    else if (key === "p") step(-1);
    else if (key === "tab" && j?.J && j?.E) select(j.name, v.damage === "J" ? "E" : "J"); // Esc gives Tab back to the page
    else if (/^\d$/.test(key) && j) digit(Number(key));
    else if (key === "0") commands.fit();
    else if (key === "a" && j) score("accept");
    else if (key === "x" && j) score("not scorable");
    else if (key === "m" && v.joint) { v.placing = !v.placing; stage.style.cursor = v.placing ? "copy" : ""; $(".said").textContent = v.placing ? `Click where ${v.joint} is.` : ""; }
    else if (key === "l" || key === "r") act({ do: "side", side: key.toUpperCase() });
    else if (key === "escape") { if (!$(".keys").hidden) $(".keys").hidden = true; else if (v.ruler.on) commands.ruler(); else if (v.placing) { v.placing = false; stage.style.cursor = ""; } else if (j) select(""); else stage.blur(); }
    else used = false;
    if (used) { e.preventDefault(); e.stopPropagation(); }
  };
  stage.onwheel = (e) => {
    if (!view()) return;
    e.preventDefault();
    zoom(wheelFactor(e), ...pointIn(stage, e));
  };
  stage.oncontextmenu = (e) => e.preventDefault();
  function near(x, y) {
    let best = null, least = CATCH_PX;
    for (const j of v.rings ? v.data.joints : []) {
      const [jx, jy] = toScreen(j), far = Math.hypot(jx - x, jy - y);
      if (far < least) { best = j; least = far; }
    }
    return best;
  }
  stage.onpointerdown = (e) => {
    if (!view()) return;
    stage.focus({ preventScroll: true });
    stage.setPointerCapture(e.pointerId);
    v.pointers.set(e.pointerId, pointIn(stage, e));
    if (v.pointers.size === 1) v.moved = false;
    if (v.ruler.on && v.pointers.size === 1 && !e.shiftKey) v.ruler.start(onFilm(view(), ...pointIn(stage, e)));
  };
  stage.onpointermove = (e) => {
    const now = view();
    if (!now) return;
    const [x, y] = pointIn(stage, e), before = v.pointers.get(e.pointerId);
    if (!before) return hover(x, y);
    const dx = x - before[0], dy = y - before[1];
    if (!v.moved && Math.hypot(dx, dy) < 4) return;
    v.moved = true;
    $(".hint").hidden = true;
    v.pointers.set(e.pointerId, [x, y]);
    const other = [...v.pointers].find(([id]) => id !== e.pointerId)?.[1];
    if (other) {
      const was = Math.hypot(before[0] - other[0], before[1] - other[1]), is = Math.hypot(x - other[0], y - other[1]);
      now.x += dx / 2; now.y += dy / 2;
      zoom(is / Math.max(was, 1), (x + other[0]) / 2, (y + other[1]) / 2);
    } else if (v.ruler.drawing) {
      v.ruler.to = onFilm(now, x, y);
      $(".said").textContent = v.ruler.words(v.data.spacing);
      draw();
    } else if (v.pan || e.shiftKey || e.buttons > 1 || e.pointerType === "touch") {
      now.x += dx; now.y += dy; draw();
    } else {
      adjustLight(now, dx, dy);
      draw();
    }
  };
  stage.onpointerup = (e) => {
    const down = v.pointers.delete(e.pointerId) && !v.moved && view();
    v.ruler.drawing = false;
    if (down && v.placing) {
      const [x, y] = onFilm(view(), ...pointIn(stage, e));
      v.placing = false; stage.style.cursor = "";
      act({ do: "place", joint: v.joint, x, y });
    } else if (down) { const j = near(...pointIn(stage, e)); if (j) select(j.name); }
  };
  stage.onpointercancel = (e) => v.pointers.delete(e.pointerId);
  stage.onpointerleave = () => { $(".hint").hidden = true; };
  function hover(x, y) {
    const j = near(x, y), hint = $(".hint");
    hint.hidden = !j;
    stage.style.cursor = v.placing ? "copy" : j ? "pointer" : "";
    if (!j) return;
    hint.textContent = jointText(j);
    hint.style.left = `${Math.min(x + 14, stage.clientWidth - hint.offsetWidth - 6)}px`;
    hint.style.top = `${Math.max(4, y - 34)}px`;
  }
  window.addEventListener("svh-view-wanted", () => { if (stage.isConnected) draw(); });
  new ResizeObserver(() => { if (v.data?.url && stage.clientWidth) { const now = view(); if (now && now.k === now.fitK) fit(); draw(); } }).observe(stage);

  v.update = (data, send) => {
    v.outbox.answered(data.acked, send);
    v.data = data;
    v.filmKey = data.film;
    if (!v.outbox.waiting) { v.joint = data.joint; v.damage = data.damage; } // the person is ahead of the page otherwise
    const strip = data.strip.map((f) => {
      const b = document.createElement("button"), i = document.createElement("img"), n = document.createElement("b"), s = document.createElement("span");
      b.type = "button"; b.setAttribute("role", "tab"); b.dataset.film = f.key; b.title = f.file;
      b.setAttribute("aria-selected", f.key === data.film);
      i.src = `${f.url}-thumb`; i.alt = ""; n.textContent = f.name; s.textContent = f.status;
      b.append(i, n, s);
      return b;
    });
    $(".strip").replaceChildren(...strip);
    if (data.url !== v.url) { v.url = data.url; img.src = data.url; img.alt = data.file; }
    if (data.url && !view() && stage.clientWidth) fit();
    draw();
  };
  return v;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".viewer");
  if (!root || !data) return;
  if (!viewers.has(root)) viewers.set(root, makeViewer(root));
  viewers.get(root).update(data, setStateValue);
}
