/** A number as a person reads it: four significant digits, no trailing zeros. */
const figure = (x: number) => (Number.isInteger(x) ? String(x) : String(Number(x.toPrecision(4))));

function cell(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number") return figure(value);
  if (Array.isArray(value)) {
    const cells = value.map(cell);
    return cells.every((c) => c !== undefined) ? `[${cells.join(", ")}]` : undefined;
  }
  return value === null || typeof value !== "object" ? String(value) : undefined;
}

function rows(value: unknown, name: string): (readonly [string, string])[] {
  const text = cell(value);
  if (text !== undefined) return [[name, text]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => rows(inner, name === "" ? key : `${name}.${key}`));
}

/** A result object as two columns, nested names joined by dots: what is printed without --json. */
export function formatTable(result: Readonly<Record<string, unknown>>): string {
  const lines = rows(result, "");
  const width = Math.max(0, ...lines.map(([name]) => name.length));
  return lines.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join("\n");
}
