import { access, readFile, rename, writeFile } from "node:fs/promises";
import { OnarmError } from "../domain/errors.ts";
import type { RngState } from "../domain/rng.ts";
import { decodeSafetensors, encodeSafetensors } from "../engine/safetensors.ts";
import type { TensorFile } from "../engine/safetensors.ts";
import type { Learner, Phase } from "./learner.ts";
import { TaskMemory } from "./memory.ts";

interface Scalars {
  readonly schema: 1;
  readonly domain: string;
  readonly algorithm: string;
  readonly phase: Phase;
  readonly updates: number;
  readonly practiceUpdates: number;
  readonly adamSteps: number;
  readonly rng: RngState;
  readonly tasks: number;
  /** Whatever the caller wants back beside the learner: its own progress through a schedule. */
  readonly progress: unknown;
}

/**
 * Writes everything that decides the learner's future: weights, targets, moments, frozen label nets, every transition, the random
 * stream. One file, replaced atomically; a crash while writing leaves the last one.
 */
export async function saveCheckpoint(learner: Learner, file: string, progress: unknown): Promise<void> {
  const tensors: TensorFile["tensors"] = {};
  const put = (name: string, data: Float32Array | Int32Array | Uint8Array) => (tensors[name] = { shape: [data.length], data });
  put("trained", learner.trained.flat);
  put("deployed", learner.deployed.flat);
  put("target", learner.target.flat);
  put("adam.m", learner.optimiser.m);
  put("adam.v", learner.optimiser.v);
  if (learner.phase === "practice" && learner.algorithm.labeller) put("frozen", learner.labeller.frozen.flat);
  learner.memory.forEach((memory, i) => {
    put(`${i}.observation`, memory.observation.subarray(0, memory.count * memory.O));
    put(`${i}.next`, memory.nextObservation.subarray(0, memory.count * memory.O));
    put(`${i}.action`, memory.action.subarray(0, memory.count * memory.A));
    put(`${i}.reward`, memory.reward.subarray(0, memory.count));
    put(`${i}.confidence`, memory.confidence.subarray(0, memory.count));
    put(`${i}.terminated`, memory.terminated.subarray(0, memory.count));
    put(`${i}.spans`, Int32Array.from(memory.spans.flatMap((s) => [s.start, s.end, Number(s.online), Number(s.exploration)])));
    if (memory.ownCount < memory.offlineCount) {
      put(
        `${i}.own`,
        Uint8Array.from(memory.spans, (span) => (span.own ? 1 : 0)),
      );
      put(`${i}.contrasts`, Int32Array.from(memory.contrasts));
    }
  });
  const scalars: Scalars = {
    schema: 1,
    domain: learner.spec.name,
    algorithm: learner.algorithm.name,
    phase: learner.phase,
    updates: learner.updates,
    practiceUpdates: learner.practiceUpdates,
    adamSteps: learner.optimiser.t,
    rng: learner.rng.state(),
    tasks: learner.memory.length,
    progress,
  };
  await writeFile(`${file}.writing`, encodeSafetensors({ tensors, metadata: { state: JSON.stringify(scalars) } }));
  await rename(`${file}.writing`, file);
}

/** That there is a checkpoint to go on from; said before anything is started for it. */
export async function requireCheckpoint(file: string): Promise<void> {
  await access(file).catch((cause: unknown) => {
    throw new OnarmError("file.missing", `${file}: no checkpoint here; start without --resume`, {}, cause);
  });
}

/** Puts a fresh learner of the same domain and config where the checkpoint was. @returns the caller's `progress`. */
export async function loadCheckpoint(learner: Learner, file: string): Promise<unknown> {
  await requireCheckpoint(file);
  const bytes = await readFile(file);
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  const damaged = (what: string, cause?: unknown) =>
    new OnarmError("file.damaged", `${file}: ${what}; delete it and start without --resume`, {}, cause);
  let scalars: Scalars;
  try {
    scalars = { ...(JSON.parse(metadata.state ?? "") as Scalars) };
  } catch (cause) {
    throw damaged("its state is unreadable", cause);
  }
  if (scalars.schema !== 1) throw damaged("it is no checkpoint of this version");
  if (scalars.domain !== learner.spec.name) throw damaged(`it belongs to domain ${scalars.domain}, not ${learner.spec.name}`);
  if (scalars.algorithm !== learner.algorithm.name)
    throw damaged(`it belongs to ${scalars.algorithm}, not ${learner.algorithm.name}`);
  const copy = (name: string, into: Float32Array) => {
    const data = tensors[name]?.data;
    if (!(data instanceof Float32Array) || data.length !== into.length)
      throw damaged(`${name} has another size: it was made with another config`);
    into.set(data);
  };
  copy("trained", learner.trained.flat);
  copy("deployed", learner.deployed.flat);
  copy("target", learner.target.flat);
  copy("adam.m", learner.optimiser.m);
  copy("adam.v", learner.optimiser.v);
  learner.optimiser.t = scalars.adamSteps;
  learner.updates = scalars.updates;
  learner.practiceUpdates = scalars.practiceUpdates;
  learner.restoreRng(scalars.rng);
  learner.memory.length = 0;
  for (let i = 0; i < scalars.tasks; i++) {
    const column = (name: string) => tensors[`${i}.${name}`]?.data;
    const spans = column("spans");
    const reward = column("reward");
    const terminated = column("terminated");
    if (
      !(spans instanceof Int32Array) ||
      !(reward instanceof Float32Array) ||
      !(terminated instanceof Uint8Array && terminated.length === reward.length)
    )
      throw damaged(`task ${i} is incomplete`);
    const memory = new TaskMemory(learner.spec.observation.length, learner.spec.action.length, Math.max(1, reward.length));
    copy(`${i}.observation`, memory.observation);
    copy(`${i}.next`, memory.nextObservation);
    copy(`${i}.action`, memory.action);
    copy(`${i}.reward`, memory.reward);
    copy(`${i}.confidence`, memory.confidence);
    memory.terminated.set(terminated);
    memory.count = reward.length;
    const [own, contrasts] = [column("own"), column("contrasts")];
    for (let s = 0; s < spans.length; s += 4)
      memory.spans.push({
        ...{ start: spans[s]!, end: spans[s + 1]!, online: spans[s + 2] === 1, exploration: spans[s + 3] === 1 },
        own: own?.[s / 4] !== 0,
      });
    memory.offlineCount = memory.spans.find((span) => span.online)?.start ?? memory.count;
    memory.ownCount = memory.spans.find((span) => !span.own)?.start ?? memory.offlineCount;
    memory.contrasts.push(...(contrasts ?? []));
    learner.memory.push(memory);
  }
  if (scalars.phase === "practice") {
    await learner.beginPractice();
    if (learner.algorithm.labeller) copy("frozen", learner.labeller.frozen.flat);
  }
  return scalars.progress;
}
