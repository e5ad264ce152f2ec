// What the keys of a film do, and its windows.

export const WINDOWS = [["as stored", 1, 1], ["bone", 0.85, 1.7], ["soft tissue", 2.4, 0.8], ["dark film", 1.8, 1.3]]; // brightness, contrast
export const KEYS = [
  ["wheel, + / -", "zoom"], ["drag", "brightness and contrast"], ["Shift-drag, two fingers", "move the film"],
  ["0", "fit (when no joint is selected)"], ["F", "fit"], ["I", "invert"], ["W", "window: as stored, bone, soft tissue, dark film"], ["T / Y", "turn by 90° / mirror (on the screen only)"], ["U, then drag", "ruler"], ["O", "boxes of the parts"], ["J", "joint rings"],
  ["D", "what dragging does"], ["N / P", "next / previous joint"], ["Tab", "JSN or erosion (Esc first: leave the film)"], ["0-9", "points of the selected site"],
  ["A", "accept the model's"], ["X", "not scorable"], ["M, then click", "put the selected joint there; it is scored again"], ["L / R", "left / right, where the side is not confirmed"], ["Esc", "deselect"], ["Ctrl+Z / Ctrl+Y", "undo / redo"],
];
