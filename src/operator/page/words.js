/** Three significant digits. @param {number | undefined} x */
export const figure = (x) => (x !== undefined && Number.isFinite(x) ? String(Number(x.toPrecision(3))).replace("-", "−") : "–");

/** A fixed number of decimals: figures that change many times a second keep their width. @param {number | undefined} x @param {number} decimals */
export const fixed = (x, decimals) =>
  x !== undefined && Number.isFinite(x)
    ? x
        .toFixed(decimals)
        .replace(/^-(?=0\.?0*$)/, "")
        .replace("-", "−")
    : "–";

/** @param {number} x */
export const percent = (x) => `${Math.round(100 * x)} %`;

/** @param {number} s */
export function duration(s) {
  if (!Number.isFinite(s)) return "–";
  if (s < 90) return `${Math.max(0, Math.floor(s))} s`;
  if (s < 5400) return `${Math.floor(s / 60)} min`;
  if (s < 48 * 3600) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} days`;
}

/** @param {number} bytes */
export function size(bytes) {
  if (!Number.isFinite(bytes)) return "–";
  const k = bytes < 1e3 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** k).toFixed(k < 2 ? 0 : 1)} ${["B", "kB", "MB", "GB", "TB"][k]}`;
}

/** Time of day of an ISO 8601 time; of another day with its date. @param {string} wall */
export function timeOfDay(wall) {
  const date = new Date(wall);
  if (Number.isNaN(date.getTime())) return wall;
  const time = date.toLocaleTimeString("en-GB");
  return date.toDateString() === new Date().toDateString() ? time : `${date.toISOString().slice(0, 10)} ${time}`;
}

/** @param {number} n @param {string} one @param {string} [more] */
export const counted = (n, one, more = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : more}`;

/** Its sentences. A decimal point ends none. @param {string} text */
export const sentences = (text) =>
  text
    .match(/[^.?!]*(?:[.?!](?!\s|$)[^.?!]*)*[.?!]*\s*/g)
    ?.map((one) => one.trim())
    .filter(Boolean) ?? [];
