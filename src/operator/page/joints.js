import { byId, html, rows, word } from "./dom.js";
import { fixed } from "./words.js";

/** Share of a joint's range from its end at which it counts as near. */
const NEAR = 0.05;

/** Where each joint is in its range. @param {any} description an ArmDescription @returns {(position: readonly number[]) => void} */
export function joints(description) {
  const ranges = description.commanded.map((/** @type {string} */ name) =>
    description.joints.find((/** @type {any} */ joint) => joint.name === name),
  );
  const show = rows(byId("joints"), (/** @type {{ i: number, q: number }} */ { i }) => i, make);

  /** @param {{ i: number }} one */
  function make({ i }) {
    const { name, lower, upper } = ranges[i];
    const root = html("div", "joint");
    const at = html("div", "at");
    const range = html("div", "range");
    range.append(at);
    const [label, angle] = [html("span", "", `j${i}`), html("span")];
    root.append(label, range, angle);
    root.title = `${name}, from ${lower} to ${upper} rad`;
    return {
      root,
      /** @param {{ q: number }} now */
      show({ q }) {
        const share = (q - lower) / (upper - lower);
        const near = !(share >= NEAR && share <= 1 - NEAR);
        root.classList.toggle("near", near);
        word(label, near ? `j${i} ▲` : `j${i}`);
        word(angle, `${fixed((q * 180) / Math.PI, 0)}°`);
        at.style.transform = `translateX(${(100 * Math.min(1, Math.max(0, share))).toFixed(1)}%)`;
      },
    };
  }
  return (position) => show(position.slice(0, ranges.length).map((q, i) => ({ i, q })));
}
