import { byId, html, mark, svg, word } from "./dom.js";
import { counted, fixed } from "./words.js";

/** What of z is shown, in standard deviations of its prior. */
const REACH = 3.2;
const [width, row] = [300, 18];

/** @typedef {{ mean: number[], variance: number[], kl: number, offlineKl?: number, episodes: number }} Belief */

/** q(z|h): each dimension's mean with one standard deviation, over the prior's; and how far it is from the prior. */
export function beliefCard() {
  let dimensions = 0;
  /** @type {{ line: Element, dot: Element }[]} */
  let marks = [];
  const picture = svg("svg", { role: "img", class: "belief" });
  const x = (/** @type {number} */ z) =>
    (28 + ((Math.min(REACH, Math.max(-REACH, z)) + REACH) / (2 * REACH)) * (width - 34)).toFixed(1);

  const build = (/** @type {number} */ count) => {
    dimensions = count;
    const height = count * row;
    mark(picture, "viewBox", `0 0 ${width} ${height + 16}`);
    const prior = { x: x(-1), y: 0, width: Number(x(1)) - Number(x(-1)), height };
    picture.replaceChildren(
      svg("rect", { class: "prior", ...prior }),
      svg("line", { class: "axis", x1: x(0), x2: x(0), y1: 0, y2: height }),
    );
    marks = Array.from({ length: count }, (_, k) => {
      const y = (k + 0.5) * row;
      const [line, dot] = [svg("line", { class: "whisker", y1: y, y2: y }), svg("circle", { class: "last", cy: y, r: 4 })];
      picture.append(svg("text", { x: 0, y: y + 4 }, `z${k}`), line, dot);
      return { line, dot };
    });
    for (const z of [-3, 0, 3]) picture.append(svg("text", { x: x(z), y: height + 12, "text-anchor": "middle" }, fixed(z, 0)));
    byId("belief").replaceChildren(
      picture,
      html("p", "key", "dot and line: mean ± one standard deviation; grey: before any episode"),
    );
  };

  /** @param {Belief} belief */
  return ({ mean, variance, kl, offlineKl, episodes }) => {
    if (mean.length !== dimensions) build(mean.length);
    mean.forEach((m, k) => {
      const sd = Math.sqrt(variance[k] ?? NaN);
      const { line, dot } = marks[k];
      mark(dot, "cx", x(m));
      mark(line, "x1", x(Number.isFinite(sd) ? m - sd : m));
      mark(line, "x2", x(Number.isFinite(sd) ? m + sd : m));
    });
    mark(
      picture,
      "aria-label",
      `belief over the task: ${mean.map((m, k) => `z${k} ${fixed(m, 1)} ± ${fixed(Math.sqrt(variance[k] ?? NaN), 1)}`).join(", ")}`,
    );
    word(byId("belief-basis"), episodes === 0 ? "no episode yet: the prior" : `from ${counted(episodes, "episode")}`);
    word(
      byId("kl"),
      `${fixed(kl, 1)} nats from the prior${offlineKl === undefined ? "" : `; offline contexts give ${fixed(offlineKl, 1)}`}`,
    );
  };
}
