import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isOnarmError } from "../../../src/domain/errors.ts";
import { judgeCandidate } from "../../../src/gate/judge.ts";
import type { Score } from "../../../src/gate/judge.ts";
import { rng } from "../../../src/domain/rng.ts";
import type { Bundle } from "../../../src/policy/bundle.ts";
import { readBundle, writeBundle } from "../../../src/policy/bundle.ts";
import { decodeSafetensors } from "../../../src/engine/safetensors.ts";
import { readFile } from "node:fs/promises";
import { canaryDrive } from "../../canaryDrive.ts";
import { gateEntry } from "../../comparison.ts";
import { appendGateEntry } from "../../gateLog.ts";
import { logFile, promote, readPointer } from "../../promotion.ts";
import { inMotion } from "../bench.ts";
import { openTrainer, pointData, smallConfig, wholeConfig } from "../learning.ts";
import type { Trainer } from "../learning.ts";
import { unaffected } from "../reactions.ts";
import { that } from "../row.ts";
import type { DrillContext, Seen, Trial } from "../row.ts";
import { deadBundle, SHIPPED } from "./bundle.ts";

const trial = (run: Trial["run"]): Trial => ({ boundMs: null, harmless: true, lockstep: false, run });

/** What befalls learning, and what it makes. */
export const training: Readonly<Record<string, Trial>> = {
  T1: { ...trial(lost), boundMs: 0 },
  T2: trial(({ folder }) => diverging(folder)),
  T3: trial(({ folder }) => worse(folder)),
};

/** Every weight and nothing else, as one text. */
const weightsOf = async (trainer: Trainer): Promise<string> => {
  const tensors = await trainer.call("weights", undefined);
  return JSON.stringify(
    Object.entries(tensors).map(([name, data]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
    ]),
  );
};

async function lost(context: DrillContext): Promise<Seen[]> {
  const data = await pointData(context.folder);
  const file = join(context.folder, "checkpoint");
  const trainer = await openTrainer(data, wholeConfig);
  const arm = await inMotion(context, {}, async (bench) => {
    const busy = trainer
      .call("update", { count: 1_000_000 })
      .catch((error: unknown) => (isOnarmError(error) ? error.code : String(error)));
    await bench.beats(30);
    const at = bench.clock.now();
    process.kill(trainer.pid!, "SIGSTOP");
    await bench.beats(50);
    process.kill(trainer.pid!, "SIGKILL");
    const told = await Promise.race([busy, pause(2000).then(() => "nothing")]);
    await bench.beats(50);
    return [...unaffected(bench, at), that("told of it", told === "process.lost", String(told))];
  });
  return [...arm, await resumes(data, file)];
}

/** Killed after its checkpoint, a trainer goes on from there as if nothing had been: weights, averages and the optimiser's state. */
async function resumes(data: string, file: string): Promise<Seen> {
  const [before, after] = [40, 30];
  const whole = await openTrainer(data, smallConfig());
  await whole.call("update", { count: before });
  await whole.call("saveCheckpoint", { file, progress: { updates: before } });
  await whole.call("update", { count: after });
  const uninterrupted = await weightsOf(whole);
  const doomed = whole.call("update", { count: 1_000_000 }).catch(() => {});
  process.kill(whole.pid!, "SIGKILL");
  await doomed;
  const again = await openTrainer(data, smallConfig());
  try {
    await again.call("loadCheckpoint", { file });
    await again.call("update", { count: after });
    return that(
      "resumed from its checkpoint: the same weights to the bit",
      (await weightsOf(again)) === uninterrupted,
      "other weights",
    );
  } finally {
    again.close();
  }
}

/** How learning is made to run away: numbers that overflow, and steps so wide that beliefs and values leave all bounds without overflowing. */
const runaways = [
  ["a NaN loss", { rewardScale: 1e38, learningRate: 1 }],
  ["Q outside its bounds, runaway KL", { learningRate: 1 }],
] as const;

/** Learning that runs away: refused by the learner, and whatever it made by who writes and who judges bundles. */
async function diverging(folder: string): Promise<Seen[]> {
  const data = await pointData(folder);
  const seen: Seen[] = [];
  for (const [what, over] of runaways) {
    const trainer = await openTrainer(data, smallConfig(over));
    const said = await trainer.call("update", { count: 200 }).then(
      ({ kl, q }) => `it learned on, KL ${kl?.toFixed(0)}, Q ${q?.toFixed(1)}`,
      (error: unknown) => (isOnarmError(error) ? error.code : String(error)),
    );
    trainer.close();
    seen.push(that(`${what}: "learning.diverged"`, said === "learning.diverged", said));
  }
  const good = await readBundle(SHIPPED);
  const place = join(folder, "candidate");
  await cp(SHIPPED, place, { recursive: true });
  const refusal = await writeBundle(place, good.manifest, await poisoned()).then(
    () => "it was written",
    (error: unknown) => (isOnarmError(error) ? error.code : String(error)),
  );
  const kept = (await readBundle(place)).hash === good.hash;
  const scores = scoresOf(() => 1);
  const lost = scores.map((score) => ({ ...score, return: NaN }));
  const judged = judgeCandidate({ incumbent: scores, candidate: lost, hasSuccess: true, checks: [] });
  return [
    ...seen,
    that("weights that are no numbers are not written; the last good stay", refusal === "file.damaged" && kept, refusal),
    that("the gate refuses a candidate without finite scores", judged.verdict === "refuse", judged.reasons.join("; ")),
  ];
}

async function poisoned() {
  const { tensors } = decodeSafetensors(await readFile(join(SHIPPED, "weights.safetensors")), "weights.safetensors");
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [name, { shape, data: new Float32Array(data.length).fill(NaN) }]),
  );
}

const TASKS = 40;
const scoresOf = (success: (task: number) => number): Score[] =>
  Array.from({ length: TASKS }, (_, task) => ({ task, return: success(task), success: success(task) }));

/** A candidate that does worse is refused; one that only turns out to be worse after its promotion is rolled back. */
async function worse(folder: string): Promise<Seen[]> {
  const gate = join(folder, "gate");
  await mkdir(gate);
  const incumbent = await readBundle(SHIPPED);
  const candidate = await deadBundle(folder);
  const draws = rng("drill", "gate");
  const good = scoresOf(() => (draws.uniform() < 0.9 ? 1 : 0));
  const bad = scoresOf(() => (draws.uniform() < 0.3 ? 1 : 0));
  const judged = (before: Score[], after: Score[]) =>
    judgeCandidate({ incumbent: before, candidate: after, hasSuccess: true, checks: [] });
  const log = (before: Score[], after: Score[]) =>
    appendGateEntry(logFile(gate), { ...gateEntry(judged(before, after), incumbent, candidate), incumbentAt: SHIPPED } as never);

  const refused = judged(good, bad);
  await log(good, bad);
  const kept = await promote(gate, candidate);
  // What a judge was wrong about: promoted all the same, and worse in use.
  await log(bad, good);
  const promoted = await promote(gate, candidate);
  const episodes = await canaryOf(gate, candidate, incumbent);
  const now = (await readPointer(gate))?.current.hash;
  return [
    that(
      "the gate refuses, with reasons",
      refused.verdict === "refuse" && refused.reasons.length > 0 && "refused" in kept,
      refused.reasons.join("; "),
    ),
    that("a wrong verdict promotes it", "pointer" in promoted, JSON.stringify(promoted)),
    that(
      `the canary rolls back by itself after ${episodes.count} episodes`,
      episodes.verdict === "rollback" && now === incumbent.hash,
      `${episodes.verdict}, ${now?.slice(0, 12)} drives`,
    ),
  ];
}

/** Episodes in turns under both until the canary has decided: the incumbent succeeds in nine of ten, the candidate in three. */
async function canaryOf(folder: string, candidate: Bundle, incumbent: Bundle) {
  const canary = canaryDrive({ folder, candidate, incumbent, pairs: 40, log: () => {} });
  const draws = rng("drill", "canary");
  let count = 0;
  for (; canary.verdict().verdict === "wait" && count < 200; count++) {
    const { bundle } = canary.plan(count);
    await canary.took(count, draws.uniform() < (bundle === incumbent ? 0.9 : 0.3));
  }
  return { count, verdict: canary.verdict().verdict };
}
