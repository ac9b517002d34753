/** Shapes and words of a figure: small, self-contained SVG on white, no script, no font of its own. */
type Attributes = Readonly<Record<string, string | number>>;

const escape = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
const short = (value: string | number) => (typeof value === "number" ? String(Math.round(value * 10) / 10) : escape(value));

export const element = (name: string, attributes: Attributes, ...inner: readonly string[]): string => {
  const listed = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${short(value)}"`)
    .join("");
  return inner.length === 0 ? `<${name}${listed}/>` : `<${name}${listed}>${inner.join("")}</${name}>`;
};

export const text = (x: number, y: number, words: string, attributes: Attributes = {}): string =>
  element("text", { x, y, ...attributes }, escape(words));

export const line = (x1: number, y1: number, x2: number, y2: number, attributes: Attributes = {}): string =>
  element("line", { x1, y1, x2, y2, stroke: INK, ...attributes });

export const document = (width: number, height: number, title: string, ...inner: readonly string[]): string =>
  `${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      "font-family": "system-ui, sans-serif",
      "font-size": 12,
      fill: INK,
      role: "img",
    },
    element("title", {}, escape(title)),
    element("rect", { width, height, fill: "#fff" }),
    text(16, 24, title, { "font-size": 15, "font-weight": 600 }),
    ...inner,
  )}\n`;

export const INK = "#222";
export const FAINT = "#ddd";
/** Okabe and Ito's colours, told apart by every kind of eye. */
export const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555", "#a08000"] as const;
export const colour = (index: number): string => COLOURS[index % COLOURS.length]!;

/** A map from numbers to places, with round ticks in its range. */
export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
}

export function scale([low, high]: readonly [number, number], [from, to]: readonly [number, number], wanted = 5): Scale {
  const [a, b] = high > low ? [low, high] : [low - 1, low + 1];
  const rough = (b - a) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= rough * 0.999) ?? 10);
  const first = Math.ceil(a / step - 1e-9);
  const ticks = Array.from({ length: Math.floor(b / step + 1e-9) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
  return Object.assign((value: number) => from + ((value - a) / (b - a)) * (to - from), { ticks });
}

/** The least range that holds all finite numbers, a little wider. */
export function rangeOf(values: readonly number[]): [number, number] {
  const finite = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  if (!(high >= low)) return [0, 1];
  const largest = Math.max(Math.abs(low), Math.abs(high));
  // Numbers that differ in their last digits alone are shown as one, and what is hardly there as nothing.
  const size = largest > 1e-9 ? largest : 1;
  const margin = 0.05 * (high - low > 1e-6 * size ? high - low : size);
  return [low - margin, high + margin];
}

/** 12000 -> "12k". */
export const brief = (value: number): string =>
  Math.abs(value) >= 1000 && value % 100 === 0 ? `${value / 1000}k` : String(value).replace("-", "−");

export const path = (points: readonly (readonly [number, number])[]): string =>
  points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${short(x)} ${short(y)}`).join("");
