import { metres, metresPerSec, rad, seconds, type Vec3 } from "../../src/domain/units.ts";
import type { PageState } from "../../src/operator/protocol.ts";

/** A snapshot as a run would send it before anything is known. */
export const empty: PageState = {
  at: seconds(0),
  mode: "offline",
  reason: "the twin starts",
  stages: [],
  scene: { marks: [] },
  series: [],
  counters: { steps: 0, updates: 0, stops: 0, clamps: 0 },
  accepts: [],
};

const curve = (n: number, of: (i: number) => number) => Array.from({ length: n }, (_, i) => [i * 20, of(i)] as const);
const points: readonly Vec3[] = [
  [0, 0, 0],
  [0, 0, 0.08],
  [0.08, 0.02, 0.32],
  [0.2, 0.1, 0.52],
  [0.36, 0.02, 0.55],
  [0.5, -0.06, 0.42],
  [0.58, 0.0, 0.3],
  [0.6, 0.04, 0.12],
];

/** The middle of a demo: practice runs, the curves move, the first score is known. */
export const practising: PageState = {
  ...empty,
  mode: "running",
  reason: "practising without rewards: the decoder labels every step",
  stages: [
    { id: "before", title: "Evaluate before", state: "done", done: 300, total: 300 },
    {
      id: "practise",
      title: "Practise without rewards",
      state: "running",
      done: 1240,
      total: 3000,
      note: "open-drawer, 0:40 left",
    },
    { id: "tune", title: "Fine-tune", state: "waiting", done: 0, total: 2000 },
    { id: "gate", title: "Gate", state: "waiting", done: 0, total: 0 },
    { id: "after", title: "Evaluate after", state: "waiting", done: 0, total: 300 },
  ],
  arm: {
    position: [0.1, -1.18, 0, 2.18, 0, 0.57, 3.3].map(rad),
    points,
    tip: points.at(-1)!,
    tipSpeed: metresPerSec(0.12),
    caption: "a paced sample: open-drawer",
  },
  scene: {
    table: metres(-0.05),
    marks: [
      { kind: "drawer", position: [0.6, 0.21, -0.05], opens: [0, -1, 0], travel: metres(0.06), range: metres(0.12) },
      { kind: "button", position: [0.62, -0.15, 0.01], travel: metres(0.002), range: metres(0.012) },
      { kind: "goal", position: [0.56, -0.02, 0.08], radius: metres(0.05) },
    ],
  },
  before: { success: 0.41, ci95: [0.36, 0.47], return: -38.2, episodes: 300 },
  series: [
    {
      name: "decoded reward",
      group: "decoded reward",
      over: "steps",
      points: curve(62, (i) => -0.9 + 0.4 * (1 - Math.exp(-i / 25)) + 0.04 * Math.sin(i)),
    },
    { name: "critic", group: "loss", over: "updates", points: curve(80, (i) => 4 * Math.exp(-i / 20) + 0.5 + 0.1 * Math.cos(i)) },
    { name: "actor", group: "loss", over: "updates", points: curve(80, (i) => 1.4 - i / 200) },
    { name: "decoder", group: "loss", over: "updates", points: curve(80, (i) => 0.3 + 0.2 / (1 + i)) },
  ],
  counters: { steps: 1240, updates: 640, stops: 0, clamps: 17 },
  accepts: ["hold"],
};

/** The end of a demo. */
export const finished: PageState = {
  ...practising,
  mode: "idle",
  reason: "the run is over",
  stages: practising.stages.map((stage) => ({ ...stage, state: "done" as const, done: stage.total })),
  after: { success: 0.63, ci95: [0.57, 0.68], return: -29.9, episodes: 300 },
  gate: { verdict: "promote", reasons: ["after - before = +0.22, 95 % interval 0.15 to 0.29"] },
  accepts: [],
};

/** A latched stop. */
export const stopped: PageState = {
  ...practising,
  mode: "stopped",
  reason: "stopped by the operator; reset, enable and start lead out",
  accepts: ["reset"],
};
