import { html, mark, rows, word } from "./dom.js";

/** @typedef {{ key: string, name: string, of?: string, told: string, used: number }} Gauge */

/** Shares of a limit from which one says so. */
const NEAR = 0.8;
const OVER = 1;
/** ms between two changes of the order, and how much more one has to use to go before another: rows that swap all the time cannot be read. */
const ORDER_MS = 2000;
const AHEAD = 0.08;

const levels = {
  far: { sign: "", word: "" },
  near: { sign: "▲", word: "near" },
  over: { sign: "■", word: "at the limit" },
  unknown: { sign: "?", word: "not known" },
};
/** @param {number} used @returns {keyof typeof levels} */
const levelOf = (used) => (!Number.isFinite(used) ? "unknown" : used >= OVER ? "over" : used >= NEAR ? "near" : "far");

/** @param {Gauge} gauge */
function gaugeRow({ name }) {
  const root = html("li", "gauge");
  const [of, told, level, trough, bar] = [
    html("span", "of"),
    html("span", "told"),
    html("span", "level"),
    html("span", "trough"),
    html("span", "bar"),
  ];
  trough.append(bar);
  const below = html("span", "below");
  below.append(of, level);
  root.append(html("span", "name", name), told, trough, below);
  return {
    root,
    /** @param {Gauge} gauge */
    show(gauge) {
      const at = levelOf(gauge.used);
      mark(root, "data-level", at);
      word(of, gauge.of ?? "");
      word(told, gauge.told);
      word(level, at === "far" ? "" : `${levels[at].sign} ${levels[at].word}`);
      // A bar that is scaled is painted anew, one that is resized is laid out anew.
      const share = Number.isFinite(gauge.used) ? Math.min(1, Math.max(0, gauge.used)) : 1;
      bar.style.transform = `scaleX(${share.toFixed(3)})`;
    },
  };
}

/** Bars of what is used of limits, each with its figures and, near its end, a sign and a word. @param {Element} list */
export function gauges(list) {
  const show = rows(list, (/** @type {Gauge} */ { key }) => key, gaugeRow);
  return (/** @type {readonly Gauge[]} */ all) => {
    list.querySelector(".empty")?.remove();
    show(all);
  };
}

/** An order that changes seldom: what uses most comes first. @returns {(all: readonly Gauge[]) => readonly Gauge[]} */
export function mostUsedFirst() {
  /** @type {string[]} */
  let order = [];
  let sortedAt = -Infinity;
  return (all) => {
    const byKey = new Map(all.map((one) => [one.key, one]));
    const rank = (/** @type {Gauge} */ { used }) => (Number.isFinite(used) ? used : Infinity);
    const kept = order.flatMap((key) => byKey.get(key) ?? []);
    const now = performance.now();
    const astray =
      kept.length !== all.length || kept.some((one, i) => kept.slice(i + 1).some((below) => rank(below) > rank(one) + AHEAD));
    if (kept.length === all.length && (!astray || now - sortedAt < ORDER_MS)) return kept;
    sortedAt = now;
    const sorted = [...all].sort((a, b) => rank(b) - rank(a) || 0);
    order = sorted.map(({ key }) => key);
    return sorted;
  };
}
