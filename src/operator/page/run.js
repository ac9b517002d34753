import { byId, html, mark, rows, svg, word } from "./dom.js";
import { counted } from "./words.js";

const signs = { waiting: "○", running: "▶", done: "✓", failed: "✗" };
/** s over which clamps are counted for their rate. */
const MINUTE = 60;
/** s of one bar. */
const BAR = 5;

/** @typedef {{ id: string, title: string, state: keyof typeof signs, done: number, total: number, note?: string }} Stage */

/** @param {Stage} stage */
function stageRow({ title, id }) {
  const root = html("li");
  const [sign, count, note] = [html("span", "sign"), html("span", "count"), html("span", "note")];
  const bar = /** @type {HTMLProgressElement} */ (html("progress"));
  bar.setAttribute("aria-label", title || id);
  root.append(sign, html("span", "title", title), count);
  return {
    root,
    /** @param {Stage} stage */
    show(stage) {
      mark(root, "data-state", stage.state);
      word(sign, signs[stage.state]);
      mark(sign, "aria-label", stage.state);
      mark(sign, "role", "img");
      word(count, stage.total > 0 && stage.state !== "waiting" ? `${stage.done} / ${stage.total}` : "");
      if (stage.state !== "running") bar.remove();
      else if (!bar.isConnected) count.after(bar);
      if (stage.total > 0) {
        mark(bar, "max", stage.total);
        mark(bar, "value", stage.done);
      } else mark(bar, "value", undefined);
      if (!stage.note) note.remove();
      else if (!note.isConnected) root.append(note);
      word(note, stage.note ?? "");
    },
  };
}

/** Clamps of the last minute, a bar for each few seconds of it. */
function clampBars() {
  const picture = svg("svg", {
    viewBox: `0 0 ${2 * MINUTE} 26`,
    role: "img",
    "aria-label": "clamps of the last minute",
    class: "bars",
  });
  const bars = Array.from({ length: MINUTE / BAR }, (_, k) =>
    svg("rect", { x: 2 * BAR * k + 1, width: 2 * BAR - 2, y: 0, height: 24 }),
  );
  picture.append(svg("line", { class: "axis", x1: 0, x2: 2 * MINUTE, y1: 25, y2: 25 }), ...bars);
  return {
    picture,
    /** @param {number[]} counts of each bar */
    draw(counts) {
      const most = Math.max(4, ...counts);
      bars.forEach((bar, k) => {
        const height = (24 * (counts[k] ?? 0)) / most;
        mark(bar, "y", (24 - height).toFixed(1));
        mark(bar, "height", height.toFixed(1));
      });
    },
  };
}

/** Stages and counters of the run. */
export function runCard() {
  const show = rows(byId("stages"), (/** @type {Stage} */ { id }) => id, stageRow);
  const bars = clampBars();
  /** @type {{ at: number, clamps: number }[]} */
  let past = [];

  /** @param {any} state */
  return ({ at, stages, counters }) => {
    if (stages.length > 0) {
      byId("stages").querySelector(".empty")?.remove();
      show(stages);
    }
    for (const [name, count] of Object.entries(counters)) {
      const cell = document.querySelector(`[data-counter="${name}"]`);
      if (cell) word(cell, Number(count).toLocaleString("en"));
    }
    const last = past.at(-1);
    if (last && (at < last.at || counters.clamps < last.clamps)) past = [];
    // One a second is enough to count by.
    if (!last || at - last.at >= 1 || past.length === 0)
      past = [...past.filter((one) => at - one.at <= MINUTE), { at, clamps: counters.clamps }];
    const [first] = past;
    const spans = first ? Math.min(MINUTE, at - first.at) : 0;
    if (!first || spans < 1) return;
    if (!bars.picture.isConnected) byId("clamp-bars").replaceChildren(bars.picture);
    /** How many there were until then. @param {number} then */
    const until = (then) => (past.findLast((one) => one.at <= then) ?? first).clamps;
    bars.draw(Array.from({ length: MINUTE / BAR }, (_, k) => until(at - MINUTE + BAR * (k + 1)) - until(at - MINUTE + BAR * k)));
    word(byId("clamp-rate"), `${counted(counters.clamps - first.clamps, "clamp")} in the last ${Math.round(spans)} s`);
  };
}
