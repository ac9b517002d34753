import { metres, metresPerSec, rad, seconds, type Vec3 } from "../../src/domain/units.ts";
import type { EpisodeView, PageState } from "../../src/operator/protocol.ts";

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
      { kind: "locker", position: [0.8, -0.17, -0.05], opens: [-1, 0, 0], travel: metres(0.1), range: metres(0.14) },
      { kind: "tray", position: [0.46, -0.1, -0.05] },
      { kind: "object", position: [0.6, 0.04, 0.12] },
      { kind: "brick", position: [0.77, -0.17, -0.026] },
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

const episode = (number: number, more: Partial<EpisodeView> = {}): EpisodeView => ({
  number,
  task: number % 4,
  aim: `${["open-drawer", "close-drawer", "press-button", "reach"][number % 4]} in scene ${number % 4}`,
  policy: "3fa1c07e22b4",
  state: "done",
  steps: 150,
  seconds: 15,
  clamps: number % 3,
  stops: 0,
  decoded: -0.8 + 0.5 * (1 - Math.exp(-number / 8)) + 0.08 * Math.sin(3 * number),
  reward: -0.3,
  rewardSource: "environment",
  success: number % 3 !== 0 && number > 5,
  keep: true,
  flag: false,
  note: "",
  ...more,
});

/** The middle of a run under one bundle: everything that a run can tell, told. */
export const driving: PageState = {
  ...practising,
  at: seconds(612.4),
  reason: "driving",
  stages: [],
  series: [],
  arm: { ...practising.arm!, commanded: [0.16, -1.1, 0, 2.1, 0, 0.6, 3.3].map(rad), caption: "open-drawer in scene 3" },
  counters: { steps: 3480, updates: 0, stops: 1, clamps: 17 },
  accepts: ["hold", "take-over", "stop", "promote", "roll-back"],
  episode: 24,
  margins: [
    { name: "joint range", of: "right_j3", value: 2.18, limit: 2.94, unit: "rad", used: 0.74 },
    { name: "joint speed", of: "right_j1", value: 0.31, limit: 0.9, unit: "rad/s", used: 0.34 },
    { name: "effort", of: "right_j1", value: 38.2, limit: 45, unit: "N·m", used: 0.85 },
    { name: "tip speed", value: 0.12, limit: 0.25, unit: "m/s", used: 0.48 },
    { name: "workspace", of: "−z", value: 0.004, limit: 0, unit: "m", used: 0.92 },
    { name: "clearance", of: "right_l5 – table", value: 0.019, limit: 0.02, unit: "m", used: 1.02 },
    { name: "force", value: 3.1, limit: 30, unit: "N", used: 0.1 },
  ],
  timing: { periodMs: 10.01, p99Ms: 10.42, maxMs: 12.9, lateShare: 0.0004, stateAgeMs: 6.2, sceneAgeMs: 21.4 },
  budgets: [
    { name: "time", used: 10.2, limit: 30, unit: "min" },
    { name: "way of the tip", used: 34.1, limit: 200, unit: "m" },
    { name: "clamps", used: 17, limit: 20, unit: "" },
    { name: "contacts", used: 2, limit: 10, unit: "" },
  ],
  belief: {
    mean: [0.4, -1.2, 0.1, 1.9, -0.3],
    variance: [0.09, 0.2, 0.8, 0.05, 0.4],
    kl: 7.42,
    offlineKl: 9.8,
    episodes: 2,
  },
  reward: { decoded: -0.42, uncertainty: 0.11 },
  disk: { freeBytes: 41.3e9, recordedBytes: 182e6, lost: 0 },
  faults: [
    { n: 1, wall: "2026-03-02T09:14:07.120Z", level: "info", code: "arm.found", text: "The arm was found enabled and at rest." },
    {
      n: 2,
      wall: "2026-03-02T09:20:41.002Z",
      level: "warn",
      code: "scene.stale",
      text: "The drawer was not seen for 0.6 s.",
      remedy: "Clear the camera's view of the drawer, or move the lamp.",
    },
    {
      n: 3,
      wall: "2026-03-02T09:22:10.480Z",
      level: "fault",
      code: "state.stale",
      text: "No fresh joint state came from the arm.",
      remedy: "Check the cable, the network and the arm's own computer. Then reset, enable and start, in this order.",
    },
  ],
  episodes: [
    ...Array.from({ length: 23 }, (_, i) => episode(i + 1)),
    {
      ...{ number: 24, task: 0, aim: "open-drawer in scene 0", policy: "9be02d11aa05", state: "running" as const },
      ...{ steps: 0, seconds: 0, clamps: 0, stops: 0, keep: true, flag: false, note: "" },
    },
  ].map((one) =>
    one.number === 21
      ? { ...one, state: "cut", success: false, cause: "The operator held the arm.", decoded: -0.7 }
      : one.number === 22
        ? { ...one, flag: true, note: "the handle was bent, look again", rewardSource: "person", reward: 0.61 }
        : one.number === 20
          ? { ...one, keep: false }
          : one,
  ),
  learning: {
    running: "3fa1c07e22b4",
    since: "2026-03-02T09:10:00.000Z",
    previous: "9be02d11aa05",
    verdicts: [
      { wall: "2026-03-01T16:02:10.000Z", verdict: "refuse", reasons: ["after - before = +0.01, 95 % interval -0.07 to 0.09"] },
      { wall: "2026-03-02T08:55:31.000Z", verdict: "promote", reasons: ["after - before = +0.22, 95 % interval 0.15 to 0.29"] },
    ],
  },
};

/** A stop of that run, with what it says of itself. */
export const drivingStopped: PageState = {
  ...driving,
  mode: "stopped",
  reason:
    "No fresh joint state came from the arm. Whoever drives without knowing where the arm is drives blind. Check the cable, the network and the arm's own computer. Then reset, enable and start, in this order.",
  counters: { ...driving.counters, stops: 2 },
  accepts: ["reset"],
};

/** A latched stop. */
export const stopped: PageState = {
  ...practising,
  mode: "stopped",
  reason: "stopped by the operator; reset, enable and start lead out",
  accepts: ["reset"],
};
