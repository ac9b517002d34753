import type { Picture } from "./picture.ts";
import { harmless } from "./rows.ts";
import { linkWords } from "./view.ts";

/** What is new in a picture, line by line: for logs and for who hears a terminal instead of seeing it. */
export function spoken(before: Picture, after: Picture, age: number): string[] {
  const lines: string[] = [];
  const [was, is] = [before.state, after.state];
  if (after.link !== before.link && after.link !== "connecting") lines.push(linkWords(after, age).text);
  else if (after.holder !== before.holder)
    lines.push(after.holder === null ? "nobody is in control" : `${after.holder} is in control`);
  if (after.note !== undefined && after.note !== before.note) lines.push(after.note);
  if (is && (is.mode !== was?.mode || is.reason !== was.reason)) lines.push(`${is.mode}: ${is.reason}`);
  const told = was?.faults?.at(-1)?.n ?? 0;
  for (const { n, level, text, remedy } of is?.faults ?? [])
    if (n > told) lines.push(`${level}: ${text}${remedy ? ` ${remedy}` : ""}`);
  const running = new Set(was?.episodes?.filter(({ state }) => state !== "running").map(({ number }) => number));
  for (const { number, aim, state, steps, success, cause } of is?.episodes ?? [])
    if (was && state !== "running" && !running.has(number)) {
      const ended =
        state === "cut"
          ? `cut${cause ? ` (${cause})` : ""}`
          : success === undefined
            ? "done"
            : success
              ? "success"
              : "no success";
      lines.push(`episode ${number} (${aim}): ${ended}, ${steps} steps`);
    }
  if (is?.gate && !was?.gate) lines.push(`gate: ${is.gate.verdict}: ${is.gate.reasons.join("; ")}`);
  return lines.map(harmless);
}

/** A line for a person who waits: where things are now. */
export const inPassing = ({ state }: Picture): string | undefined =>
  state &&
  harmless(
    `${state.mode}, ${state.counters.steps} steps, ${state.counters.stops} stops, ${state.counters.clamps} clamps${
      state.arm ? `, tip ${state.arm.tip.map((metres) => metres.toFixed(3)).join(" ")} m` : ""
    }`,
  );
