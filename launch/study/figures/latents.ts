import { document, element, FAINT, path, text } from "./svg.ts";

export interface LatentPanel {
  readonly name: string;
  /** Belief means on the panel's plane; `hue` 0 to 1 tells the task. */
  readonly offline: readonly { readonly at: readonly [number, number]; readonly hue: number }[];
  readonly own: readonly { readonly at: readonly [number, number]; readonly hue: number }[];
  /** Shares of the variance that the two axes carry. */
  readonly carried: readonly [number, number];
}

const [SIZE, GAP, TOP] = [330, 24, 78];

/** Beliefs of tasks in panels of equal scale on both axes: dots from offline contexts, crosses from own ones, of the same colour for the same task. */
export function latentsFigure(title: string, panels: readonly LatentPanel[], tells: string): string {
  const width = panels.length * (SIZE + GAP) + GAP;
  return document(
    width,
    TOP + SIZE + 34,
    title,
    element("circle", { cx: 24, cy: 42, r: 4, fill: "#555" }) + text(34, 46, "offline context"),
    cross(140, 42, "#555") + text(150, 46, "own context") + text(236, 46, `colour: ${tells}`),
    ...panels.map((panel, i) => drawn(panel, GAP + i * (SIZE + GAP))),
  );
}

const cross = (x: number, y: number, stroke: string) =>
  element("path", { d: `${path([[x - 3.5, y - 3.5]])}l7 7m0-7l-7 7`, stroke, "stroke-width": 1.6 });
const colourOf = (hue: number) => `hsl(${Math.round(300 * hue)} 75% 42%)`;

function drawn({ name, offline, own, carried }: LatentPanel, left: number): string {
  const all = [...offline, ...own].map(({ at }) => at);
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
  const middle = (values: readonly number[]) => (Math.min(...values) + Math.max(...values)) / 2;
  const extent = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys), 1e-9) * 1.1;
  const place = ([x, y]: readonly [number, number]): [number, number] => [
    left + SIZE / 2 + ((x - middle(xs)) / extent) * SIZE,
    TOP + SIZE / 2 - ((y - middle(ys)) / extent) * SIZE,
  ];
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  return [
    element("rect", { x: left, y: TOP, width: SIZE, height: SIZE, fill: "none", stroke: FAINT }),
    text(left, TOP - 8, name, { "font-weight": 600 }),
    text(
      left + SIZE / 2,
      TOP + SIZE + 20,
      `principal axes of the offline beliefs: ${percent(carried[0])} and ${percent(carried[1])}`,
      {
        "text-anchor": "middle",
        "font-size": 10,
      },
    ),
    ...offline.map(({ at, hue }) => {
      const [cx, cy] = place(at);
      return element("circle", { cx, cy, r: 3.5, fill: colourOf(hue) });
    }),
    ...own.map(({ at, hue }) => {
      const [x, y] = place(at);
      return cross(x, y, colourOf(hue));
    }),
  ].join("");
}
