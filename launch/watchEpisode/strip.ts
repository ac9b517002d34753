import type { Vec3 } from "../../src/domain/units.ts";
import { BLOCK, TABLE_Z } from "../../src/tasks/sawyer.ts";
import { COLOURS, document, element, FAINT, INK, text } from "../study/figures/svg.ts";
import { camera, type Camera } from "./camera.ts";
import { picture } from "./draw.ts";
import type { Film, Shot } from "./shots.ts";

const PANEL = { width: 210, above: 190, below: 120, gap: 8, margin: 16, line: 14 };
/** Panels of a row: a page's width. */
const COLUMNS = 4;
const TRUE = COLOURS[2];
/** Where the cameras look, m; px a metre. */
const CENTRE: Vec3 = [0.62, 0, 0.06];

/** The two views of a panel: obliquely, from the side that the drawer opens to, and from above. */
export function views({ scene }: Film): { readonly oblique: Camera; readonly above: Camera } {
  const side = (scene.drawer?.opens[1] ?? 1) < 0 ? -1 : 1;
  return {
    oblique: camera(CENTRE, side * 0.6, 0.5, 205, [PANEL.width / 2, PANEL.above - 72]),
    above: camera(CENTRE, 0, Math.PI / 2, 165, [PANEL.width / 2, PANEL.below / 2 + 4]),
  };
}

/** Without a "-0.0" of what is shut but for a hair. */
const rounded = (x: number) => (Math.round(10 * x) / 10 || 0).toFixed(1);
const cm = (x: number) => `${rounded(100 * x)} cm`;
const mm = (x: number) => `${rounded(1000 * x)} mm`;

/** m: how far a block's foot is above the table. */
const lifted = ([, , z]: Vec3) => z - TABLE_Z - BLOCK.height / 2;

/** What the scene says at a moment, thing by thing, and the fingers. */
const told = ({ things: { drawer, button, locker, object, brick }, gap }: Shot): string[] => [
  ...(drawer ? [`drawer ${cm(drawer.travel)}`] : []),
  ...(button ? [`button ${mm(button.travel)}`] : []),
  ...(locker ? [`locker ${cm(locker.travel)}`] : []),
  ...(object ? [`object ${cm(lifted(object.position))} up`] : []),
  ...(brick ? [`brick ${cm(lifted(brick.position))} up`] : []),
  ...(gap === undefined ? [] : [`finger gap ${cm(gap)}`]),
];

/** Moments of a film, evenly spread from its first shot to its last. */
export const momentsOf = (shots: number, count: number): number[] => {
  const last = shots - 1;
  const wanted = Math.min(count, shots);
  return wanted === 1 ? [0] : Array.from({ length: wanted }, (_, i) => Math.round((i * last) / (wanted - 1)));
};

/** One moment, both views and what is to be read beside them. */
export function panel(film: Film, index: number, x: number, y: number): string {
  const { width, above, below, line } = PANEL;
  const shot = film.shots[index]!;
  const way = film.shots.slice(0, index + 1).map(({ tip }) => tip);
  const { oblique, above: top } = views(film);
  const window = (dy: number, height: number, view: Camera) =>
    element(
      "svg",
      { x, y: y + dy, width, height, viewBox: `0 0 ${width} ${height}` },
      element("rect", { width, height, fill: "#fafafa" }),
      picture(view, film.scene, film.aim, shot, way),
    );
  const edge = shot.achieved ? { stroke: TRUE, "stroke-width": 2.5 } : { stroke: FAINT };
  return [
    window(0, above, oblique),
    window(above, below, top),
    element("rect", { x, y, width, height: above + below, fill: "none", ...edge }),
    text(x, y + above + below + 15, `${shot.at.toFixed(1)} s${shot.byHand ? ", by hand" : ""}`, { "font-weight": 600 }),
    ...told(shot).map((words, i) =>
      text(x + width, y + above + below + 15 + line * i, words, { "text-anchor": "end", fill: shot.achieved ? TRUE : INK }),
    ),
  ].join("");
}

/** What a film says of its aim, in a sentence. */
export function verdictOf({ aim, shots, partly }: Film): string {
  const end = shots.at(-1)!;
  const first = shots.find(({ achieved }) => achieved);
  const truth =
    aim === undefined
      ? "no aim is known"
      : !first
        ? "never true"
        : `first true at ${first.at.toFixed(1)} s, ${end.achieved ? "true" : "not true any more"} at the end (${end.at.toFixed(1)} s)`;
  return `${aim === undefined ? "" : `${aim}: `}${truth}${partly ? `; ${partly}` : ""}`;
}

/** When the aim was true, over the whole episode, and which moments are shown. */
function timeline({ shots }: Film, moments: readonly number[], x: number, y: number, width: number): string {
  const end = Math.max(shots.at(-1)!.at, 1e-9);
  const to = (at: number) => x + (at / end) * width;
  const spans = shots.slice(1).map((shot, i) => {
    const from = shots[i]!;
    const fill = from.byHand ? COLOURS[1] : shot.achieved ? TRUE : FAINT;
    return element("rect", { x: to(from.at), y, width: Math.max(0.5, to(shot.at) - to(from.at) + 0.3), height: 6, fill });
  });
  const marks = moments.map((i) => element("rect", { x: to(shots[i]!.at) - 0.75, y: y - 2, width: 1.5, height: 10, fill: INK }));
  return [...spans, ...marks].join("");
}

/** An episode as a strip of `count` moments: self-contained SVG. Pure. */
export function strip(film: Film, title: string, count: number): string {
  const { width, above, below, gap, margin, line } = PANEL;
  const moments = momentsOf(film.shots.length, count);
  const columns = Math.min(COLUMNS, moments.length);
  const whole = columns * (width + gap) - gap;
  const lines = Math.max(1, ...film.shots.map((shot) => told(shot).length));
  const [head, row] = [52, above + below + 8 + line * lines + gap];
  const foot = head + Math.ceil(moments.length / columns) * row;
  const colours = coloursIn(film);
  return document(
    whole + 2 * margin,
    foot + (colours ? 52 : 36),
    title,
    text(margin, 42, verdictOf(film), { fill: "#555" }),
    ...moments.map((index, i) =>
      panel(film, index, margin + (i % columns) * (width + gap), head + Math.floor(i / columns) * row),
    ),
    timeline(film, moments, margin, foot + 4, whole),
    text(
      margin,
      foot + 28,
      "Orange: the tip, its way so far, the spot below it. Green: the aim is true. Each moment obliquely, and from overhead with the base at the top.",
      {
        fill: "#777",
        "font-size": 11,
      },
    ),
    colours ? text(margin, foot + 44, colours, { fill: "#777", "font-size": 11 }) : "",
  );
}

/** Which colour stands for what, of the things that are not told by their shape. */
function coloursIn({ scene: { locker, tray, object, brick } }: Film): string {
  const blocks = [...(object ? ["the object"] : []), ...(brick ? ["the brick"] : [])];
  return [
    ...(locker ? ["Teal: the locker."] : []),
    ...(tray ? ["Blue: the tray."] : []),
    ...(blocks.length > 0 ? [`Pink: ${blocks.join(" and ")}.`] : []),
  ].join(" ");
}
