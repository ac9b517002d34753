import type { Row, Tone } from "./rows.ts";

const escape = "\u001b[";
const tones: Readonly<Record<Tone, string>> = { good: "32", warn: "33", bad: "1;31", dim: "2" };

/** What draws `rows` over what was there, from the top left corner, without a flicker. */
export const drawn = (rows: readonly Row[], colour: boolean): string =>
  `${escape}H${rows
    .map(({ text, tone }) => `${colour && tone ? `${escape}${tones[tone]}m${text}${escape}0m` : text}${escape}K`)
    .join("\r\n")}${escape}J`;

/** A screen of our own without a cursor; what was there before comes back in the end. */
export const opened = `${escape}?1049h${escape}?25l`;
export const closed = `${escape}?25h${escape}?1049l`;

/** What a key asks for. Ctrl-C and Ctrl-D arrive as keys in raw mode. */
export const keyOf = (key: string): "stop" | "quit" | undefined =>
  key.includes(" ") ? "stop" : /[qQ\u0003\u0004]/.test(key) ? "quit" : undefined;
