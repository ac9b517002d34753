import type { Estimate } from "../bootstrap.ts";
import { brief, document, element, FAINT, INK, line, rangeOf, scale, text } from "./svg.ts";

export interface ReturnRow {
  readonly name: string;
  /** Own and offline context, before and after the second phase; `after` undefined where there was none. */
  readonly before: { readonly own: Estimate; readonly offline: Estimate };
  readonly after: { readonly own: Estimate; readonly offline?: Estimate | undefined } | undefined;
}

const OWN = "#d55e00";
const OFFLINE = "#0072b2";
const [WIDTH, LEFT, RIGHT, TOP, ROW] = [800, 170, 24, 74, 46];

/** Dots with 95 % intervals, a row an algorithm: hollow before the second phase, filled after. `ends`: named vertical lines. */
export function returnsFigure(title: string, rows: readonly ReturnRow[], ends: readonly { name: string; at: number }[]): string {
  const marks = rows.flatMap(({ before, after }) => [before.own, before.offline, ...(after ? [after.own, after.offline] : [])]);
  const range = rangeOf([...marks.flatMap((m) => (m ? [...m.ci95, m.mean] : [])), ...ends.map((end) => end.at)]);
  const lowest = Math.min(...ends.map((end) => end.at));
  const bottom = TOP + rows.length * ROW;
  const x = scale(range, [LEFT, WIDTH - RIGHT], 8);
  const dot = (estimate: Estimate, y: number, colour: string, filled: boolean) =>
    line(x(estimate.ci95[0]), y, x(estimate.ci95[1]), y, { stroke: colour, "stroke-width": filled ? 2.5 : 1.5 }) +
    element("circle", {
      cx: x(estimate.mean),
      cy: y,
      r: 4.5,
      fill: filled ? colour : "#fff",
      stroke: colour,
      "stroke-width": 1.5,
    });
  const legend = [
    ["offline context, before", OFFLINE, false],
    ["offline context, after", OFFLINE, true],
    ["own context, before", OWN, false],
    ["own context, after", OWN, true],
  ] as const;
  return document(
    WIDTH,
    bottom + 44,
    title,
    ...legend.map(
      ([name, colour, filled], i) =>
        element("circle", {
          cx: LEFT + i * 156,
          cy: 46,
          r: 4.5,
          fill: filled ? colour : "#fff",
          stroke: colour,
          "stroke-width": 1.5,
        }) + text(LEFT + i * 156 + 9, 50, name),
    ),
    ...x.ticks.map(
      (tick) =>
        line(x(tick), TOP - 8, x(tick), bottom, { stroke: FAINT }) +
        text(x(tick), bottom + 16, brief(tick), { "text-anchor": "middle" }),
    ),
    ...ends.map(
      ({ name, at }) =>
        line(x(at), TOP - 8, x(at), bottom, { stroke: INK, "stroke-dasharray": "4 3" }) +
        text(x(at) + (at === lowest ? -4 : 4), TOP - 2, name, {
          "text-anchor": at === lowest ? "end" : "start",
          "font-size": 10,
        }),
    ),
    ...rows.flatMap(({ name, before, after }, i) => {
      const y = TOP + i * ROW;
      return [
        text(LEFT - 14, y + ROW / 2, name, { "text-anchor": "end", "font-weight": 600 }),
        line(16, y + ROW, WIDTH - RIGHT, y + ROW, { stroke: FAINT }),
        dot(before.offline, y + 9, OFFLINE, false),
        after?.offline ? dot(after.offline, y + 18, OFFLINE, true) : "",
        dot(before.own, y + 27, OWN, false),
        after ? dot(after.own, y + 36, OWN, true) : "",
      ];
    }),
    text((LEFT + WIDTH - RIGHT) / 2, bottom + 34, "return of the scored episode, mean and 95 % interval over seeds and tasks", {
      "text-anchor": "middle",
    }),
  );
}
