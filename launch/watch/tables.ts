import type { PageState } from "../../src/operator/protocol.ts";
import { wrapped, type Row, type Tone } from "./rows.ts";

const named = (name: string, texts: readonly string[], tone?: Tone): Row[] =>
  texts.map((text, i) => ({ text: `${(i === 0 ? name : "").padEnd(10)}${text}`, ...(tone ? { tone } : {}) }));

const amount = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 2 : 1));
const used = (value: number, limit: number) => (limit > 0 ? `${((100 * value) / limit).toFixed(0)} %` : "");

/** What calls for a person: the newest faults and warnings, with their remedy. */
export function urgent({ faults = [] }: PageState, width: number): Row[] {
  return faults
    .filter(({ level }) => level !== "info")
    .slice(-2)
    .reverse()
    .flatMap(({ level, wall, text, remedy }) =>
      named(
        level,
        wrapped(`${wall.slice(11, 19)} ${text}${remedy ? ` ${remedy}` : ""}`, width - 10, 2),
        level === "fault" ? "bad" : "warn",
      ),
    );
}

function ages({ timing, disk }: PageState): Row[] {
  if (!timing) return [];
  const { periodMs, p99Ms, maxMs, lateShare, stateAgeMs, sceneAgeMs } = timing;
  const age = (name: string, ms: number | undefined) => (ms === undefined ? [] : [`${name} ${ms.toFixed(0)} ms old`]);
  const seen = [...age("arm", stateAgeMs), ...age("scene", sceneAgeMs)].join(", ");
  const beat = `${periodMs.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)}, most ${maxMs.toFixed(1)}; late ${(100 * lateShare).toFixed(1)} %`;
  const free = disk && `${(disk.freeBytes / 1e9).toFixed(1)} GB free, ${(disk.recordedBytes / 1e6).toFixed(1)} MB recorded`;
  return [
    ...named("period", [seen ? `${beat}; ${seen}` : beat]),
    ...(free
      ? named("disk", [disk.lost > 0 ? `${free}, ${disk.lost} records LOST` : free], disk.lost > 0 ? "bad" : undefined)
      : []),
  ];
}

/** What is nearest to its limit, and what of the budgets is spent. */
function limits({ margins = [], budgets = [] }: PageState): Row[] {
  const near = [...margins].sort((a, b) => b.used - a.used).slice(0, 3);
  const toneOf = (share: number): Tone | undefined => (share >= 1 ? "bad" : share >= 0.8 ? "warn" : undefined);
  return [
    ...near.flatMap(({ name, of, value, limit, unit, used: share }, i) =>
      named(
        i === 0 ? "limits" : "",
        [`${name}${of ? ` (${of})` : ""}: ${amount(value)} of ${amount(limit)} ${unit}, ${(100 * share).toFixed(0)} %`],
        toneOf(share),
      ),
    ),
    ...budgets.flatMap(({ name, used: spent, limit, unit }, i) =>
      named(
        i === 0 ? "budgets" : "",
        [`${name}: ${amount(spent)} of ${amount(limit)} ${unit} ${used(spent, limit)}`.trimEnd()],
        toneOf(limit > 0 ? spent / limit : 0),
      ),
    ),
  ];
}

function learning({ learning, belief, reward }: PageState): Row[] {
  const said = reward && [
    ...(reward.decoded === undefined
      ? []
      : [`decoded ${reward.decoded.toFixed(2)}${reward.uncertainty === undefined ? "" : ` ± ${reward.uncertainty.toFixed(2)}`}`]),
    ...(reward.asks ? [`a person is asked (${reward.asks})${reward.given ? ": true now" : ""}`] : []),
  ];
  const last = learning?.verdicts.at(-1);
  return [
    ...(said && said.length > 0 ? named("reward", [said.join(", ")]) : []),
    ...(belief ? named("belief", [`${belief.kl.toFixed(2)} nats from the prior, after ${belief.episodes} episodes`]) : []),
    ...(learning
      ? named("weights", [
          `${learning.running}${learning.previous ? `, before ${learning.previous}` : ""}${last ? `; gate: ${last.verdict}` : ""}`,
        ])
      : []),
  ];
}

const signs = { waiting: "○", running: "▶", done: "✓", failed: "✗" } as const;
const stages = ({ stages }: PageState): Row[] =>
  named(
    "stages",
    stages.map(({ state, title, done, total, note }) => {
      const count = total > 0 && state !== "waiting" ? ` ${done}/${total}` : "";
      return `${signs[state]} ${title}${count}${note ? ` (${note})` : ""}`;
    }),
  );

function episodes({ episodes = [] }: PageState): Row[] {
  const told = episodes.slice(-5).reverse();
  return named(
    "episodes",
    told.map(({ number, aim, state, steps, seconds, success, clamps, stops, decoded, keep, flag, cause }) => {
      const ended =
        state === "cut" ? `cut${cause ? ` (${cause})` : ""}` : success === undefined ? state : success ? "success" : "no success";
      const marks = [flag ? "flagged" : "", keep ? "" : "discarded"].filter(Boolean).join(", ");
      const reward = decoded === undefined ? "" : `, decoded ${decoded.toFixed(2)}`;
      return `${number} ${aim}: ${ended}, ${steps} steps in ${seconds.toFixed(0)} s, ${clamps} clamps, ${stops} stops${reward}${marks ? ` [${marks}]` : ""}`;
    }),
  );
}

/** The parts of a snapshot that are lists, but for its faults. */
export const details = (state: PageState): Row[] => [
  ...ages(state),
  ...limits(state),
  ...stages(state),
  ...learning(state),
  ...episodes(state),
];
