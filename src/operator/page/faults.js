import { byId, html, mark, once, rows, word } from "./dom.js";
import { timeOfDay } from "./words.js";

const levels = {
  fault: { sign: "■", name: "fault" },
  warn: { sign: "▲", name: "warning" },
  info: { sign: "●", name: "note" },
};
/** What each choice lets through. */
const choices = { all: ["fault", "warn", "info"], warn: ["fault", "warn"], fault: ["fault"] };

/** @typedef {{ n: number, wall: string, level: keyof typeof levels, code: string, text: string, remedy?: string }} Fault */
/** @typedef {{ key: string, newest: Fault, since: string, times: number }} Told */

/** @param {Told} told */
function faultRow({ newest: { level, code } }) {
  const root = html("li", "fault");
  root.dataset["level"] = level;
  const [head, time, text, remedy, often] = [
    html("p", "head"),
    html("time"),
    html("p", "text"),
    html("p", "remedy"),
    html("span"),
  ];
  head.append(html("span", "level", `${levels[level].sign} ${levels[level].name}`), html("code", "", code), often, time);
  root.append(head, text, remedy);
  return {
    root,
    /** @param {Told} told */
    show({ newest, since, times }) {
      word(time, timeOfDay(newest.wall));
      mark(time, "datetime", newest.wall);
      word(text, newest.text);
      word(remedy, newest.remedy ?? "");
      word(often, times > 1 ? `${times} times since ${timeOfDay(since)}` : "");
    },
  };
}

/** Newest first. Every fault for itself; warnings and notes of one kind together, or a busy machine's would hide the rest. @param {readonly Fault[]} faults oldest first */
function told(faults) {
  /** @type {Map<string, Told>} */
  const kinds = new Map();
  for (const fault of faults) {
    const key = fault.level === "fault" ? String(fault.n) : `${fault.level} ${fault.code}`;
    const { since = fault.wall, times = 0 } = kinds.get(key) ?? {};
    kinds.delete(key);
    kinds.set(key, { key, newest: fault, since, times: times + 1 });
  }
  return [...kinds.values()].toReversed();
}

/** What went wrong, newest first, and what to do about it. @returns {(faults: readonly Fault[]) => void} */
export function faultsCard() {
  const list = byId("faults");
  const draw = rows(list, (/** @type {Told} */ { key }) => key, faultRow);
  /** @type {keyof typeof choices} */
  let choice = "all";
  /** @type {readonly Fault[]} */
  let all = [];
  const buttons = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll("#fault-levels button")]);

  const show = () => {
    const seen = told(all.filter(({ level }) => choices[choice].includes(level)));
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
