import { brief, colour, document, element, FAINT, line, path, rangeOf, scale, text } from "./svg.ts";

/** One curve: at each x the values of all seeds. */
export interface Curve {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly values: readonly number[] }[];
}
export interface CurvePanel {
  readonly name: string;
  readonly axis: string;
  readonly curves: readonly Curve[];
}

const [SIZE, HEIGHT, LEFT, GAP, TOP] = [330, 250, 56, 44, 88];

/** Means over seeds as lines, the range of seeds as a band; panels share the vertical axis. */
export function curvesFigure(title: string, panels: readonly CurvePanel[]): string {
  const names = [...new Set(panels.flatMap((panel) => panel.curves.map((curve) => curve.name)))];
  const values = panels.flatMap((panel) => panel.curves.flatMap((curve) => curve.points.flatMap((point) => point.values)));
  const y = scale(rangeOf(values), [TOP + HEIGHT, TOP], 6);
  const width = LEFT + panels.length * (SIZE + GAP);
  const across = Math.max(1, Math.floor((width - 32) / 150));
  return document(
    width,
    TOP + HEIGHT + 48,
    title,
    ...names.map((name, i) => {
      const [x, row] = [16 + (i % across) * 150, 42 + 16 * Math.floor(i / across)];
      return line(x, row - 4, x + 18, row - 4, { stroke: colour(i), "stroke-width": 2.5 }) + text(x + 24, row, name);
    }),
    ...panels.map((panel, i) => {
      const left = LEFT + i * (SIZE + GAP);
      const x = scale(rangeOf(panel.curves.flatMap((curve) => curve.points.map((point) => point.x))), [left, left + SIZE], 5);
      return [
        ...y.ticks.map(
          (tick) =>
            line(left, y(tick), left + SIZE, y(tick), { stroke: FAINT }) +
            (i === 0 ? text(left - 6, y(tick) + 4, brief(tick), { "text-anchor": "end" }) : ""),
        ),
        ...x.ticks.map((tick) => text(x(tick), TOP + HEIGHT + 16, brief(tick), { "text-anchor": "middle" })),
        text(left, TOP - 8, panel.name, { "font-weight": 600 }),
        text(left + SIZE / 2, TOP + HEIGHT + 34, panel.axis, { "text-anchor": "middle" }),
        ...panel.curves.map((curve) => drawn(curve, x, y, colour(names.indexOf(curve.name)))),
      ].join("");
    }),
  );
}

function drawn({ points }: Curve, x: (v: number) => number, y: (v: number) => number, stroke: string): string {
  const edge = (of: (values: readonly number[]) => number) => points.map((p) => [x(p.x), y(of(p.values))] as const);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const band = [...edge((v) => Math.max(...v)), ...edge((v) => Math.min(...v)).reverse()];
  return (
    element("path", { d: `${path(band)}Z`, fill: stroke, "fill-opacity": "0.12", stroke: "none" }) +
    element("path", { d: path(edge(mean)), fill: "none", stroke, "stroke-width": 2 })
  );
}
