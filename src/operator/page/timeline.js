import { mark, svg, word } from "./dom.js";
import { figure } from "./words.js";

const width = 300;
const [top, bottom, left] = [6, 84, 34];
const SPAN = 60;

/** Bounds a person can read, around what is shown: steps of 1, 2 or 5. @param {number} low @param {number} high @returns {[number, number]} */
export function niceBounds(low, high) {
  const room = Math.max(high - low, 1e-3 * Math.max(Math.abs(high), Math.abs(low)), 1e-6);
  const raw = room / 3;
  const ten = 10 ** Math.floor(Math.log10(raw));
  const step = ten * ([1, 2, 5, 10].find((k) => k * ten >= raw) ?? 10);
  return [Math.floor(low / step) * step, Math.ceil(high / step) * step];
}

/** @typedef {{ at: number, y: number, deviation?: number }} Point */

/**
 * A curve of the last minute with a band of one standard deviation. Its scale widens at once and narrows seldom: a scale that breathes cannot be read.
 * @param {string} label what a person hears who does not see it
 */
export function timeline(label) {
  const root = svg("svg", { viewBox: `0 0 ${width} ${bottom + 16}`, role: "img", "aria-label": label, class: "timeline" });
  const [band, curve, zero, dot] = [
    svg("path", { class: "band" }),
    svg("path", { class: "curve" }),
    svg("line", { class: "axis dashed", x1: left, x2: width }),
    svg("circle", { class: "last", r: 3 }),
  ];
  const [high, low] = [
    svg("text", { x: left - 5, y: top + 8, "text-anchor": "end" }),
    svg("text", { x: left - 5, y: bottom, "text-anchor": "end" }),
  ];
  root.append(
    svg("line", { class: "axis", x1: left, x2: width, y1: bottom, y2: bottom }),
    svg("line", { class: "axis", x1: left, x2: width, y1: top, y2: top }),
    zero,
    band,
    curve,
    dot,
    high,
    low,
    svg("text", { x: left, y: bottom + 13 }, `${SPAN} s ago`),
    svg("text", { x: width, y: bottom + 13, "text-anchor": "end" }, "now"),
  );
  /** @type {[number, number] | undefined} */
  let bounds;

  /** @param {Point[]} points @param {number} now */
  const draw = (points, now) => {
    const seen = points.filter(({ at, y }) => Number.isFinite(y) && at >= now - SPAN);
    mark(dot, "visibility", seen.length > 0 ? "visible" : "hidden");
    if (seen.length === 0) {
      mark(curve, "d", "");
      mark(band, "d", "");
      return;
    }
    const spread = (/** @type {Point} */ { deviation }) =>
      deviation !== undefined && Number.isFinite(deviation) ? deviation : 0;
    const [from, to] = niceBounds(Math.min(...seen.map((p) => p.y - spread(p))), Math.max(...seen.map((p) => p.y + spread(p))));
    if (!bounds || from < bounds[0] || to > bounds[1] || to - from < 0.4 * (bounds[1] - bounds[0])) bounds = [from, to];
    const [least, most] = bounds;
    const x = (/** @type {number} */ at) => (left + ((at - now + SPAN) / SPAN) * (width - left - 4)).toFixed(1);
    const y = (/** @type {number} */ value) => (bottom - ((value - least) / (most - least || 1)) * (bottom - top)).toFixed(1);
    // A gap in what was told is a gap in the curve.
    const runs = seen.reduce((/** @type {Point[][]} */ all, point) => {
      const before = all.at(-1)?.at(-1);
      if (before && point.at - before.at <= 1.5) all.at(-1)?.push(point);
      else all.push([point]);
      return all;
    }, []);
    mark(curve, "d", runs.map((run) => `M${run.map((p) => `${x(p.at)} ${y(p.y)}`).join("L")}`).join(""));
    const edge = (/** @type {Point[]} */ run) => [
      ...run.map((p) => `${x(p.at)} ${y(p.y + spread(p))}`),
      ...run.toReversed().map((p) => `${x(p.at)} ${y(p.y - spread(p))}`),
    ];
    mark(band, "d", runs.map((run) => `M${edge(run).join("L")}Z`).join(""));
    const last = /** @type {Point} */ (seen.at(-1));
    mark(dot, "cx", x(last.at));
    mark(dot, "cy", y(last.y));
    word(high, figure(most));
    word(low, figure(least));
    const crosses = least < 0 && most > 0;
    mark(zero, "visibility", crosses ? "visible" : "hidden");
    if (crosses) {
      mark(zero, "y1", y(0));
      mark(zero, "y2", y(0));
    }
  };
  return { root, draw };
}

/** Points of the last minute, thinned to ten a second. */
export function lastMinute() {
  /** @type {Point[]} */
  let points = [];
  return {
    /** @param {Point} point */
    add(point) {
      const last = points.at(-1);
      if (last && point.at < last.at) points = [];
      if (last && points.length > 0 && point.at - last.at < 0.1 - 1e-6) return;
      points.push(point);
      while (points.length > 0 && /** @type {Point} */ (points[0]).at < point.at - SPAN) points.shift();
    },
    points: () => points,
  };
}
