import type { ArmDescription } from "../../src/domain/arm.ts";
import type { PageState, Score } from "../../src/operator/protocol.ts";
import { bigLetters } from "./letters.ts";
import type { Picture } from "./picture.ts";
import { harmless, wrapped, type Row, type Tone } from "./rows.ts";
import { details, urgent } from "./tables.ts";

/** What a picture is drawn for. `age`: s since the link was last heard. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly age: number;
  /** Ranges of the joints; without it they are shown as numbers. */
  readonly description?: ArmDescription;
}

const toneOf: ReadonlyMap<string, Tone> = new Map([
  ["running", "good"],
  ["resetting", "good"],
  ["stopped", "bad"],
  ["offline", "dim"],
  ["disabled", "dim"],
]);

/** The link, in a word, and who is in control. */
export function linkWords({ link, name, role, holder, state }: Picture, age: number): Row {
  const who = role === "viewer" ? "watching only" : (name ?? "");
  const control = holder === null ? "nobody is in control" : `${holder} is in control`;
  if (link === "connecting") return { text: "connecting", tone: "dim" };
  if (link === "ended") return { text: "THE RUN HAS ENDED: what you see is its last word", tone: "warn" };
  if (link === "lost") {
    const old = state ? `what you see is ${age.toFixed(0)} s old, and ` : "";
    return { text: `LINK LOST: ${old}no stop from here reaches the arm; use the arm's own stop`, tone: "bad" };
  }
  return { text: `live, ${who}; ${control}` };
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
const scored = (name: string, { success, ci95: [low, high] }: Score) =>
  `${name} ${percent(success)} (${percent(low)} to ${percent(high)})`;

function headed(state: PageState, width: number): Row[] {
  const tone = toneOf.get(state.mode);
  const large = 4 * state.mode.length < width ? bigLetters(state.mode) : [state.mode.toUpperCase()];
  return [
    ...large.map((text) => ({ text, ...(tone ? { tone } : {}) })),
    ...wrapped(state.reason, width, 3).map((text) => ({ text, ...(tone === "bad" ? { tone } : {}) })),
  ];
}

/** Joints within their range: "|" where the joint is, "·" where the command leads it. */
function joints({ arm }: PageState, width: number, description: ArmDescription | undefined): Row[] {
  if (!arm) return [];
  return arm.position.map((at, i) => {
    const name = description?.commanded[i] ?? `j${i}`;
    const range = description?.joints.find((joint) => joint.name === name);
    const degrees = `${((at * 180) / Math.PI).toFixed(0)}°`.padStart(6);
    if (!range) return { text: `${name.padEnd(10)}${degrees}` };
    const cells = Math.max(10, Math.min(50, width - 24));
    const place = (q: number) =>
      Math.min(cells - 1, Math.max(0, Math.floor(((q - range.lower) / (range.upper - range.lower)) * cells)));
    const bar = Array.from({ length: cells }, () => "-");
    const asked = arm.commanded?.[i];
    if (asked !== undefined) bar[place(asked)] = "·";
    bar[place(at)] = "|";
    const share = (at - range.lower) / (range.upper - range.lower);
    const near = share < 0.05 || share > 0.95;
    return { text: `${name.padEnd(10)}[${bar.join("")}]${degrees}`, ...(near ? { tone: "warn" as const } : {}) };
  });
}

function numbers(state: PageState): Row[] {
  const { arm, counters, before, after, gate } = state;
  const [x, y, z] = arm?.tip ?? [];
  const tip =
    x === undefined
      ? []
      : [
          `x ${x.toFixed(3)}  y ${y!.toFixed(3)}  z ${z!.toFixed(3)} m${arm?.tipSpeed === undefined ? "" : `, ${arm.tipSpeed.toFixed(2)} m/s`}`,
        ];
  const row = (name: string, text: string, tone?: Tone): Row => ({
    text: `${name.padEnd(10)}${text}`,
    ...(tone ? { tone } : {}),
  });
  const scores = [before && scored("before", before), after && scored("after", after)].filter((score) => score !== undefined);
  return [
    ...tip.map((text) => row("tip", text)),
    row(
      "counters",
      `${counters.steps} steps, ${counters.updates} updates, ${counters.stops} stops, ${counters.clamps} clamps`,
      counters.stops > 0 ? "warn" : undefined,
    ),
    ...(scores.length > 0 ? [row("success", scores.join(", "))] : []),
    ...(gate
      ? [row("gate", `${gate.verdict}: ${gate.reasons.join("; ")}`, gate.verdict === "promote" ? "good" : undefined)]
      : []),
  ];
}

/** The screen: as many rows as fit, the most urgent first, what the keys do at the bottom. Pure: the same picture, the same screen. */
export function screen(picture: Picture, { width, height, age, description }: Canvas): readonly Row[] {
  const { state, link, note } = picture;
  const keys: Row = { text: "space: stop the arm    q: leave, the arm goes on", tone: "dim" };
  const body: Row[] = state
    ? [
        ...headed(state, width),
        ...urgent(state, width),
        ...numbers(state),
        ...joints(state, width, description),
        ...details(state),
      ]
    : [{ text: link === "connecting" ? "nothing was heard yet" : "" }];
  const above = [linkWords(picture, age), ...(note === undefined ? [] : [{ text: note, tone: "warn" as const }])];
  const stale = link === "lost" || link === "ended";
  const room = Math.max(0, height - above.length - 1);
  return [...above, ...body.slice(0, room).map((row): Row => (stale ? { text: row.text, tone: "dim" } : row)), keys].map(
    ({ text, ...rest }) => ({ text: [...harmless(text)].slice(0, Math.max(1, width - 1)).join(""), ...rest }),
  );
}
