// The reading surface: one cell at a time, the film zoomed to it. Moving costs nothing; a mark is shown at once and sent.

import { Outbox } from "../shared/outbox.js";
import { adjustLight, clamp, lightFilter, wheelFactor } from "../shared/pan_zoom.js";

const IDLE_MS = 60000, RESEND_MS = 4000, ZOOM_MOST = 8;
const WORD = { E: "erosion", J: "JSN" };
const KEYS = [
  ["0-9", "points; at a foot joint first the proximal, then the distal bone (0-5 each)"], ["Right / N, Left / P", "next, previous joint"],
  ["Tab, Up, Down", "erosion or JSN"], ["E, J", "erosion, JSN"], ["Space", "next unread cell, also on the next film"], ["X", "not scorable, then the reason"],
  ["Backspace", "take the value back"], ["Ctrl+Z", "undo the last value"], ["PgUp / PgDn", "previous, next film"], ["F", "whole film and back"], ["+ / -, wheel", "zoom"],
  ["I", "invert"], ["drag, Shift-drag", "light, move"], ["Enter", "reveal the model; later: complete; next visit"],
  ["A", "after the reveal: take the model's value"], ["Esc", "leave the film (Tab then moves through the page)"],
];
const surfaces = new WeakMap();

function makeSurface(root) {
  const $ = (s) => root.querySelector(s);
  const stage = $(".stage"), film = $(".film"), img = film.querySelector("img"), svg = $(".marks");
  const v = {
    data: null, sheet: "", film: 0, cell: 0, damage: "E", outbox: new Outbox(RESEND_MS), local: {}, half: null, sure: false,
    whole: false, zoom: 1, dx: 0, dy: 0, light: 1, contrast: 1, invert: false, spent: {}, last: Date.now(), view: null, before: [],
  };
  const shot = () => v.data.films[v.film];
  const cells = () => shot().cells;
  const cell = () => cells()[v.cell];
  const id = (c, f = shot()) => `${f.key} ${c.site}`;
  const value = (c, f) => (id(c, f) in v.local ? v.local[id(c, f)] : v.data.values[id(c, f)]) ?? null; // {text, first, model}
  const text = (c, f) => value(c, f)?.text ?? "";
  const unread = () => v.data.films.reduce((n, f) => n + f.cells.filter((c) => !text(c, f)).length, 0);
  const blinded = () => v.data.status === "blinded", complete = () => v.data.status === "complete";
  const reveals = () => blinded() && !v.data.hidden; // in a study nothing is revealed: Enter completes

  function clock() { // time between two deeds counts for the film in view; a long pause does not
    const now = Date.now(), ms = now - v.last;
    v.last = now;
    if (!document.hidden && v.data && !complete()) v.spent[shot().key] = Math.min(IDLE_MS, (v.spent[shot().key] ?? 0) + Math.min(ms, IDLE_MS));
  }
  function act(what) {
    clock();
    v.outbox.push({ sheet: v.data.sheet, spent: v.spent, ...what });
    v.spent = {};
  }
  function say(words) { $(".say").textContent = words; $(".say").hidden = !words; }

  function place() { // the joint in the middle, its neighbours in view
    const f = shot(), c = cell(), w = stage.clientWidth, h = stage.clientHeight;
    const at = f.at[c.joint], whole = v.whole || !at;
    let x = f.width / 2, y = f.height / 2, k = Math.min(w / f.width, h / f.height);
    if (!whole) {
      const far = Object.entries(f.at).filter(([name]) => name !== c.joint).map(([, p]) => Math.hypot(p[0] - at[0], p[1] - at[1])).sort((a, b) => a - b);
      const all = Object.values(f.at), span = Math.max(...[0, 1].map((i) => Math.max(...all.map((p) => p[i])) - Math.min(...all.map((p) => p[i]))), 1);
      const half = Math.min(0.3 * span, Math.max(0.15 * span, 1.25 * (far[1] ?? far[0] ?? 0.2 * span)));
      [x, y] = at; k = Math.min(w, h) / (2 * half);
    }
    k *= v.zoom;
    v.view = { k, x: w / 2 - k * x + v.dx, y: h / 2 - k * y + v.dy };
  }

  function draw() {
    if (!v.data || !stage.clientWidth) return;
    place();
    const f = shot(), c = cell(), { k, x, y } = v.view;
    if (img.dataset.url !== f.url) { img.dataset.url = f.url; img.src = f.url; }
    film.style.width = `${f.width}px`; film.style.height = `${f.height}px`;
    film.style.transform = `translate(${x}px, ${y}px) scale(${k})`;
    img.style.filter = lightFilter(v, v.invert);
    const marks = [];
    const done = (name) => f.cells.filter((o) => o.joint === name).every((o) => text(o));
    for (const [name, [jx, jy]] of Object.entries(f.at)) {
      const sx = x + k * jx, sy = y + k * jy;
      if (name === c.joint) {
        const r = v.whole ? 16 : Math.min(stage.clientWidth, stage.clientHeight) * 0.2;
        marks.push(`<circle class="halo" cx="${sx}" cy="${sy}" r="${r}"/><circle class="ring" cx="${sx}" cy="${sy}" r="${r}"/>`);
      } else if (f.cells.some((o) => o.joint === name)) marks.push(`<circle class="tick${done(name) ? " read" : ""}" cx="${sx}" cy="${sy}" r="3"/>`);
    }
    svg.innerHTML = marks.join("");
    const now = value(c);
    $(".now-name").textContent = c.label;
    $(".now-kind").textContent = WORD[c.damage]; $(".now-kind").className = `now-kind ${c.damage}`;
    $(".now-value").textContent = v.half !== null ? `${v.half} + ?` : now?.text ? now.text.replace("NS", "not scorable") : "–";
    $(".now-limit").textContent = (c.sides ? "0-5 + 0-5" : `0-${c.max}`) + (now?.model != null ? ` · model ${now.model}` : "");
    const left = unread(), total = v.data.films.reduce((n, o) => n + o.cells.length, 0);
    $(".title").textContent = v.data.title;
    $(".state").textContent = `${v.data.state} · ${total - left} of ${total} cells read`;
    $(".onward").textContent = reveals() ? "Reveal model ⏎" : !complete() ? "Complete ⏎" : v.data.last ? "Last visit" : "Next visit ⏎";
    $(".onward").disabled = complete() && v.data.last;
    $(".tabs").innerHTML = v.data.films.map((o, n) =>
      `<button type="button" role="tab" data-film="${n}" aria-selected="${n === v.film}">${o.name} ${o.cells.filter((q) => text(q, o)).length}/${o.cells.length}</button>`).join("");
    $(".digits").innerHTML = Array.from({ length: (c.sides ? 5 : c.max) + 1 }, (_, n) => `<button type="button" data-key="${n}">${n}</button>`).join("");
    drawSheet();
    const spoken = `${c.label} ${WORD[c.damage]}: ${text(c) || "unread"}`;
    if ($(".said").textContent !== spoken) $(".said").textContent = spoken;
  }
  function drawSheet() {
    const rows = new Map();
    cells().forEach((c, n) => { if (!rows.has(c.joint)) rows.set(c.joint, { label: c.label }); rows.get(c.joint)[c.damage] = n; });
    const box = (n) => {
      if (n === undefined) return "<td></td>";
      const c = cells()[n], now = value(c), short = (t) => (t ?? "").split(":")[0];
      const was = now?.text && !blinded() && now.first !== now.text ? ` <span class="was">was ${short(now.first) || "unread"}</span>` : "";
      const model = now?.model != null ? ` <span class="model">model ${now.model}</span>` : "";
      const points = now?.text?.includes("+") ? String(now.text.split("+").reduce((a, b) => a + Number(b), 0)) : short(now?.text);
      return `<td data-site="${n}" data-name="${c.label} ${WORD[c.damage]}" ${n === v.cell ? 'aria-current="true"' : ""} class="${now?.text && now.model != null && now.model !== points ? "differs" : ""}"><b>${short(now?.text)}</b>${was || model}</td>`;
    };
    $("tbody").innerHTML = [...rows.values()].map((r) => `<tr><th>${r.label}</th>${box(r.E)}${box(r.J)}</tr>`).join("");
    const at = $("td[aria-current]"), sheet = $(".sheet");
    if (at && (at.offsetTop < sheet.scrollTop + 26 || at.offsetTop + 26 > sheet.scrollTop + sheet.clientHeight)) sheet.scrollTop = at.offsetTop - sheet.clientHeight / 2;
  }

  function go(filmAt, cellAt) {
    clock();
    v.film = filmAt; v.cell = cellAt; v.damage = cell().damage; v.half = null; v.sure = false; v.zoom = 1; v.dx = v.dy = 0;
    say(""); $(".menu").hidden = true;
    draw();
  }
  function step(by) { // by joints, in the order of the sheet; the kind of damage stays where the joint has it
    const joints = [...new Set(cells().map((c) => c.joint))], n = joints.indexOf(cell().joint) + by;
    if (n < 0 || n >= joints.length) return turn(by);
    const its = cells().map((c, i) => [c, i]).filter(([c]) => c.joint === joints[n]);
    go(v.film, (its.find(([c]) => c.damage === v.damage) ?? its[0])[1]);
  }
  function turn(by) {
    const n = v.film + by;
    if (n >= 0 && n < v.data.films.length) go(n, by > 0 ? 0 : v.data.films[n].cells.length - 1);
    else say(by > 0 ? "This is the last film of the visit. Enter goes on." : "This is the first film of the visit.");
  }
  function kind(damage) {
    const n = cells().findIndex((c) => c.joint === cell().joint && c.damage === damage);
    if (n >= 0) go(v.film, n); else say(`${cell().label} has no ${WORD[damage]}.`);
  }
  function nextUnread() {
    const all = v.data.films.flatMap((f, i) => f.cells.map((c, n) => [i, n, !text(c, f)]));
    const here = all.findIndex(([i, n]) => i === v.film && n === v.cell);
    const found = [...all.slice(here + 1), ...all.slice(0, here)].find(([, , free]) => free);
    if (found) go(found[0], found[1]); else say(reveals() ? "Every cell is read. Enter reveals the model." : "Every cell is read. Enter completes the reading.");
  }
  function put(shown, action) {
    if (complete()) return say("This reading is complete.");
    const c = cell(), old = value(c);
    v.before.push({ film: v.film, cell: v.cell, text: old?.text ?? "" });
    v.local[id(c)] = { ...old, text: shown }; // the page says what the first value is
    v.half = null; v.sure = false; say("");
    act({ do: "mark", film: shot().key, site: c.site, ...action });
    draw();
  }
  function undo() { // the value before the last one, where it stood
    if (complete()) return say("This reading is complete.");
    const was = v.before.pop();
    if (!was) return say("Nothing to undo.");
    go(was.film, was.cell);
    const reason = v.data.reasons.indexOf(was.text.replace(/^NS: /, ""));
    const marks = was.text === "" ? { clear: true } : reason >= 0 ? { reason } : was.text.includes("+") ? { sides: was.text.split("+").map(Number) } : { points: Number(was.text) };
    put(was.text, marks);
    v.before.pop();
  }
  function digit(n) {
    const c = cell();
    if (!$(".menu").hidden) { if (n >= 1 && n <= v.data.reasons.length) { $(".menu").hidden = true; put(`NS: ${v.data.reasons[n - 1]}`, { reason: n - 1 }); } return; }
    if (complete()) return say("This reading is complete.");
    if (n > (c.sides ? 5 : c.max)) return say(`${c.label} ${WORD[c.damage]} takes ${c.sides ? "0 to 5 for each bone" : `0 to ${c.max}`}.`);
    if (!c.sides) return put(String(n), { points: n });
    if (v.half === null) { v.half = n; say("Now the distal bone, 0 to 5."); return draw(); }
    put(`${v.half}+${n}`, { sides: [v.half, n] });
  }
  function menu() {
    if (complete()) return say("This reading is complete.");
    $(".menu").innerHTML = "<b>Not scorable, because</b>" + v.data.reasons.map((r, n) => `<kbd data-key="${n + 1}">${n + 1}</kbd><span data-key="${n + 1}">${r}</span>`).join("");
    $(".menu").hidden = false;
  }
  function accept() {
    const now = value(cell());
    if (blinded()) return say(reveals() ? "The model stays hidden until you reveal it (Enter)." : "The model stays hidden in a study.");
    if (now?.model == null) return say("The model gave nothing here.");
    if (complete()) return say("This reading is complete.");
    v.before.push({ film: v.film, cell: v.cell, text: now.text });
    v.local[id(cell())] = { ...now, text: now.model };
    act({ do: "accept", film: shot().key, site: cell().site });
    draw();
  }
  function onward() {
    const left = unread();
    if (complete()) return v.data.last ? say("This was the last visit of the list.") : act({ do: "next visit" });
    if (left && !v.sure) { v.sure = true; return say(`${left} cells are unread and stay empty. Enter again to ${reveals() ? "reveal the model" : "complete"}; Space goes to them.`); }
    v.sure = false; say("");
    act({ do: blinded() ? "reveal" : "complete" });
  }
  function press(key) {
    if (/^\d$/.test(key)) { digit(Number(key)); return true; }
    const moves = {
      arrowright: () => step(1), n: () => step(1), arrowleft: () => step(-1), p: () => step(-1), " ": nextUnread, enter: onward,
      tab: () => kind(v.damage === "E" ? "J" : "E"), arrowup: () => kind("E"), arrowdown: () => kind("J"), e: () => kind("E"), j: () => kind("J"),
      x: menu, a: accept, pagedown: () => turn(1), pageup: () => (v.film ? go(v.film - 1, 0) : turn(-1)),
      backspace: () => { if (v.half !== null) { v.half = null; draw(); } else if (text(cell())) put("", { clear: true }); },
      f: () => { v.whole = !v.whole; draw(); }, i: () => { v.invert = !v.invert; draw(); },
      "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), "?": () => { $(".keys").hidden = !$(".keys").hidden; },
      escape: () => { if (!$(".keys").hidden || !$(".menu").hidden) $(".keys").hidden = $(".menu").hidden = true; else stage.blur(); },
    };
    if (!moves[key]) return false;
    if (key !== "escape" && key !== "x") $(".menu").hidden = true;
    moves[key]();
    return true;
  }
  function zoom(by) { v.zoom = clamp(v.zoom * by, 0.3, ZOOM_MOST); draw(); }

  $(".keys").innerHTML = KEYS.map(([key, what]) => `<kbd>${key}</kbd><span>${what}</span>`).join("");
  stage.onkeydown = (e) => {
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "z" && !e.shiftKey && v.data) { undo(); e.preventDefault(); e.stopPropagation(); return; }
    if (e.ctrlKey || e.metaKey || e.altKey || (e.shiftKey && e.key === "Tab") || !v.data) return;
    if (press(e.key.toLowerCase())) { e.preventDefault(); e.stopPropagation(); }
  };
  root.addEventListener("click", (e) => {
    const key = e.target.closest("[data-key]"), tab = e.target.closest("[data-film]"), site = e.target.closest("[data-site]");
    if (!v.data) return;
    if (key) press(key.dataset.key); else if (tab) go(Number(tab.dataset.film), 0); else if (site) go(v.film, Number(site.dataset.site));
    else return;
    stage.focus({ preventScroll: true });
  });
  stage.onwheel = (e) => { e.preventDefault(); zoom(wheelFactor(e)); };
  stage.onpointerdown = (e) => { stage.focus({ preventScroll: true }); if (!e.target.closest(".menu")) stage.setPointerCapture(e.pointerId); };
  stage.onpointermove = (e) => {
    if (!e.buttons || !stage.hasPointerCapture(e.pointerId)) return;
    if (e.shiftKey || e.pointerType === "touch") { v.dx += e.movementX; v.dy += e.movementY; }
    else adjustLight(v, e.movementX, e.movementY);
    draw();
  };
  new ResizeObserver(draw).observe(stage);

  v.update = (data, send) => {
    v.outbox.answered(data.acked, send);
    v.data = data;
    if (!v.outbox.waiting) v.local = {};
    if (v.sheet !== data.sheet) { // another visit: where the reader left it
      v.outbox.clear();
      Object.assign(v, { sheet: data.sheet, local: {}, film: 0, cell: 0, damage: "E", half: null, sure: false, spent: {}, last: Date.now(), before: [] });
      if (!data.films.length) return;
      if (text(cell())) nextUnread();
      stage.focus({ preventScroll: true });
    }
    draw();
  };
  return v;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".reading");
  if (!root || !data) return;
  if (!surfaces.has(root)) surfaces.set(root, makeSurface(root));
  surfaces.get(root).update(data, setStateValue);
}
