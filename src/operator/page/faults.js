import { byId, html, once, rows, word } from "./dom.js";
import { timeOfDay } from "./words.js";

const levels = {
  fault: { sign: "■", name: "fault" },
  warn: { sign: "▲", name: "warning" },
  info: { sign: "●", name: "note" },
};
/** What each choice lets through. */
const choices = { all: ["fault", "warn", "info"], warn: ["fault", "warn"], fault: ["fault"] };

/** @typedef {{ n: number, wall: string, level: keyof typeof levels, code: string, text: string, remedy?: string }} Fault */

/** @param {Fault} fault */
function faultRow({ wall, level, code, text, remedy }) {
  const root = html("li", "fault");
  root.dataset["level"] = level;
  const head = html("p", "head");
  const time = html("time", "", timeOfDay(wall));
  time.setAttribute("datetime", wall);
  head.append(html("span", "level", `${levels[level].sign} ${levels[level].name}`), html("code", "", code), time);
  root.append(head, html("p", "text", text));
  if (remedy) root.append(html("p", "remedy", remedy));
  return { root, show() {} };
}

/** What went wrong, newest first, and what to do about it. @returns {(faults: readonly Fault[]) => void} */
export function faultsCard() {
  const list = byId("faults");
  const draw = rows(list, (/** @type {Fault} */ { n }) => n, faultRow);
  /** @type {keyof typeof choices} */
  let choice = "all";
  /** @type {readonly Fault[]} */
  let all = [];
  const buttons = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll("#fault-levels button")]);

  const show = () => {
    const seen = all.filter(({ level }) => choices[choice].includes(level)).toReversed();
    draw(seen);
    byId("no-faults").hidden = seen.length > 0;
    word(byId("no-faults"), all.length === 0 ? "Nothing so far." : "Nothing of this kind so far.");
    for (const one of buttons) one.setAttribute("aria-pressed", String(one.dataset["choice"] === choice));
  };
  for (const one of buttons)
    one.onclick = () => {
      choice = /** @type {keyof typeof choices} */ (one.dataset["choice"]);
      show();
    };
  return once((faults) => {
    all = faults;
    show();
  });
}
