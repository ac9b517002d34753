import { html, svg } from "./dom.js";
import { figure, percent } from "./words.js";
import { niceBounds } from "./timeline.js";

/** Episodes that are drawn, and those by which it is told whether it gets better. */
const DRAWN = 60;
const LATELY = 10;
const [width, top, bottom] = [600, 8, 62];

/** @typedef {import("./episodes.js").Episode} Episode */

/** Whether it gets better, in a line. @param {readonly Episode[]} over finished ones, oldest first */
function trend(over) {
  const judged = over.filter(({ success }) => success !== undefined);
  const lately = judged.slice(-LATELY);
  if (lately.length === 0) return "";
  const share = (/** @type {readonly Episode[]} */ some) => some.filter(({ success }) => success).length;
  const first = judged.slice(0, LATELY);
  const before = judged.length >= 2 * LATELY ? `; of the first ${LATELY} it was ${share(first)}` : "";
  return `${share(lately)} of the last ${lately.length} succeeded (${percent(share(lately) / lately.length)})${before}`;
}

/** Mean decoded reward of each episode, with what became of it told by the mark's shape. @param {readonly Episode[]} all oldest first @returns {Element[]} */
export function episodeStrip(all) {
  const over = all.filter(({ state }) => state !== "running");
  const told = over.slice(-DRAWN).filter(({ decoded }) => decoded !== undefined);
  const line = trend(over);
  /** @type {Element[]} */
  const parts = line ? [html("p", "trend", line)] : [];
  if (told.length < 2) return parts;
  const ys = told.map(({ decoded }) => Number(decoded));
  const [low, high] = niceBounds(Math.min(...ys), Math.max(...ys));
  const picture = svg("svg", {
    viewBox: `0 0 ${width} ${bottom + 16}`,
    role: "img",
    class: "strip",
    "aria-label": `mean decoded reward of ${told.length} episodes, from ${figure(ys[0])} to ${figure(ys.at(-1))}`,
  });
  const x = (/** @type {number} */ i) => (44 + (i / (told.length - 1)) * (width - 56)).toFixed(1);
  const y = (/** @type {number} */ value) => (bottom - 4 - ((value - low) / (high - low || 1)) * (bottom - top - 8)).toFixed(1);
  for (const edge of [top, bottom]) picture.append(svg("line", { class: "axis", x1: 38, x2: width, y1: edge, y2: edge }));
  picture.append(svg("polyline", { class: "thread", points: ys.map((value, i) => `${x(i)},${y(value)}`).join(" ") }));
  told.forEach(({ success, state }, i) => {
    const [cx, cy] = [x(i), y(/** @type {number} */ (ys[i]))];
    if (state === "cut") picture.append(svg("path", { class: "cut", d: `M${Number(cx) - 3} ${Number(cy) - 3}l6 6m0-6l-6 6` }));
    else picture.append(svg("circle", { class: success ? "won" : "lost", cx, cy, r: 3.6 }));
  });
  picture.append(
    svg("text", { x: 34, y: top + 8, "text-anchor": "end" }, figure(high)),
    svg("text", { x: 34, y: bottom, "text-anchor": "end" }, figure(low)),
    svg("text", { x: 38, y: bottom + 13 }, `#${told[0]?.number}`),
    svg("text", { x: width, y: bottom + 13, "text-anchor": "end" }, `#${told.at(-1)?.number}`),
  );
  return [...parts, picture, html("p", "key", "mean decoded reward: ● success  ○ none  ✕ cut short")];
}
