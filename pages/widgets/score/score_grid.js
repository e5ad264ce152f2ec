// The score sheet of one film: one row a joint. A click selects; the viewer and the page follow.

function say(cell, visit) {
  if (cell.points === null) return cell.why || "not scorable";
  const then = visit ? `; ${cell.before ?? "not scored"} at ${visit}` : "";
  if (cell.edited) return `${cell.points}, edited${then}`;
  return (cell.low === null ? `${cell.points}` : `${cell.points}, ${cell.low} to ${cell.high}`) + then;
}

function change(cell, visit) { // points since the other visit; empty where one of the two has none
  if (!visit || cell.points === null || cell.before == null) return "";
  const by = cell.points - cell.before;
  return by ? `${by > 0 ? "+" : "\u2212"}${Math.abs(by)}` : "=";
}

export default function ({ data, parentElement, setTriggerValue }) {
  const body = parentElement.querySelector("tbody"), foot = parentElement.querySelector("tfoot");
  if (!body || !data) return;
  const make = (tag, name, text) => {
    const e = document.createElement(tag);
    if (name) e.className = name;
    if (text !== undefined) e.textContent = text;
    return e;
  };
  const focused = parentElement.activeElement?.dataset?.at;
  const rows = data.joints.map((joint) => {
    const row = make("tr", joint.name === data.joint ? "chosen" : "");
    const head = make("th", "", joint.label);
    head.scope = "row"; head.title = joint.label;
    row.append(head);
    for (const kind of ["J", "E"]) {
      const place = make("td"), cell = joint[kind];
      row.append(place);
      if (!cell) continue;
      const button = make("button");
      button.type = "button"; button.dataset.at = `${joint.name} ${kind}`;
      button.setAttribute("aria-pressed", joint.name === data.joint && kind === data.damage);
      button.setAttribute("aria-label", `${joint.label} ${kind === "J" ? "JSN" : "erosion"}: ${say(cell, data.visit)}`);
      const points = make("span", cell.points === null ? "points none" : "points", cell.points ?? "–");
      if (cell.points) points.style.background = `rgb(var(--svh-${kind}) / ${0.2 + 0.7 * cell.points / cell.max})`;
      const range = cell.points === null ? cell.why || "not scorable" : cell.edited || cell.low === null ? "" : `${cell.low}–${cell.high}`;
      const since = change(cell, data.visit);
      button.append(points, make("span", "range", range), make("span", since && since !== "=" ? "since moved" : "since", since), make("span", "dot", cell.edited ? "•" : ""));
      const told = [cell.edited && `edited; the model gave ${cell.model ?? "nothing"}`, data.visit && `${data.visit}: ${cell.before ?? "no points"}`];
      button.title = told.filter(Boolean).join("; ");
      button.onclick = () => setTriggerValue("picked", { film: data.film, joint: joint.name, damage: kind });
      place.append(button);
    }
    head.onclick = () => row.querySelector("button")?.click();
    return row;
  });
  body.replaceChildren(...rows);
  const sum = make("tr"), name = make("th", "", "This film");
  name.scope = "row";
  sum.append(name, make("td", "", data.jsn), make("td", "", data.erosion));
  foot.replaceChildren(sum);
  if (focused) body.querySelector(`[data-at="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  body.onkeydown = (e) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key], all = [...body.querySelectorAll("button")];
    const here = all.indexOf(e.target.closest("button"));
    if (here < 0 || !(step || e.key === "ArrowLeft" || e.key === "ArrowRight")) return;
    e.preventDefault();
    const kind = all[here].dataset.at.split(" ")[1];
    const same = step ? all.filter((b) => b.dataset.at.endsWith(kind)) : all;
    same[same.indexOf(all[here]) + (step ?? (e.key === "ArrowRight" ? 1 : -1))]?.focus();
  };
}
