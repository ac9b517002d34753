import { byId, word } from "./dom.js";
import { gauges, mostUsedFirst } from "./gauges.js";
import { duration, figure, fixed, size } from "./words.js";

/** Decimals that each unit is read with. */
const decimals = { rad: 2, "rad/s": 2, "N·m": 1, "m/s": 3, m: 3, N: 1 };
/** s of recording by which the disk's rate is told, at least and at most. */
const RATE = [10, 120];
/** Less than this, s or bytes, and a person had better make room. */
const SHORT = 1800;
const SCARCE = 2e9;

/** @typedef {{ name: string, of?: string, value: number, limit: number, unit: string, used: number }} Margin */

/** How near the arm is to each limit. @returns {(margins: readonly Margin[]) => void} */
export function limitsCard() {
  const [show, ordered] = [gauges(byId("margins")), mostUsedFirst()];
  return (margins) =>
    show(
      ordered(
        margins.map(({ name, of, value, limit, unit, used }) => {
          const places = decimals[/** @type {keyof typeof decimals} */ (unit)] ?? 2;
          // Of ways it is what is left that counts, and what has to be left.
          const least = limit === 0 ? " left" : `, at least ${fixed(limit, places)}`;
          const told =
            unit === "m" ? `${fixed(value, places)} m${least}` : `${fixed(value, places)} of ${fixed(limit, places)} ${unit}`;
          return { key: name, name, ...(of === undefined ? {} : { of }), told, used };
        }),
      ),
    );
}

/** @typedef {{ name: string, used: number, limit: number, unit: string }} Budget */

/** What a session may still spend. @returns {(budgets: readonly Budget[]) => void} */
export function budgetsCard() {
  const show = gauges(byId("budgets"));
  return (budgets) =>
    show(
      budgets.map(({ name, used, limit, unit }) => {
        // What has no end is told as what was used.
        if (!Number.isFinite(limit)) return { key: name, name, told: `${fixed(used, 1)} ${unit} used, no limit`, used: 0 };
        const whole = Number.isInteger(limit) && unit === "";
        const left = Math.max(0, limit - used);
        const told = `${whole ? figure(left) : fixed(left, 1)} of ${figure(limit)} ${unit}`.trim() + " left";
        return { key: name, name, told, used: used / limit };
      }),
    );
}

/** How long the disk lasts at the rate of the last minutes. @returns {(at: number, disk: { freeBytes: number, recordedBytes: number, lost: number }) => void} */
export function diskLine() {
  /** @type {{ at: number, bytes: number }[]} */
  let past = [];
  return (at, { freeBytes, recordedBytes, lost }) => {
    const last = past.at(-1);
    if (last && (at < last.at || recordedBytes < last.bytes)) past = [];
    if (!last || recordedBytes !== last.bytes) past.push({ at, bytes: recordedBytes });
    past = past.filter((one) => at - one.at <= RATE[1]);
    const [first] = past;
    const newest = past.at(-1);
    const spans = first && newest ? newest.at - first.at : 0;
    const rate = first && newest && spans >= RATE[0] ? (newest.bytes - first.bytes) / spans : 0;
    word(
      byId("disk"),
      `${size(freeBytes)} free${rate > 0 ? `, enough for ${duration(freeBytes / rate)} at ${size(rate)}/s` : ""}; ${size(recordedBytes)} recorded`,
    );
    const left = rate > 0 ? freeBytes / rate : Infinity;
    const told = [
      ...(left < SHORT || freeBytes < SCARCE ? ["▲ the disk is almost full"] : []),
      ...(lost > 0 ? [`▲ ${lost.toLocaleString("en")} records were lost`] : []),
    ];
    word(byId("lost"), told.join("; "));
  };
}
