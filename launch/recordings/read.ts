import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { isOnarmError, OnarmError } from "../../src/domain/errors.ts";
import type { DomainSpec } from "../../src/domain/experience.ts";
import type { SceneSpec } from "../../src/domain/scene.ts";
import { readHeader, readRecording } from "../../src/recording/read.ts";
import { meaningOf } from "../provenance.ts";
import type { EpisodeBegin, EpisodeEnd, LabelRecord, TransitionRecord } from "../../src/recording/records.ts";

/** Why an episode is used in part: a person's hand moved the arm, it was cut short, or the recording lacks the rest. */
export type Shortened = "by hand" | "cut" | "torn";

/** One episode of a recording, as much of it as makes whole steps. Arrays as in Rollout. */
export interface RecordedEpisode {
  readonly file: string;
  readonly number: number;
  /** Number of the training task whose scene was set out. */
  readonly task: number;
  /** How it was set out, and what was wanted; undefined in recordings that do not tell. */
  readonly scene?: SceneSpec;
  readonly aim?: string;
  /** Steps that were made, and of these from the first on the ones that are whole and the policy's own. */
  readonly recorded: number;
  readonly steps: number;
  readonly observation: Float32Array;
  readonly action: Float32Array;
  readonly terminated: boolean;
  readonly shortened?: Shortened;
  /** Rewards in the recording, and whose. */
  readonly label?: Pick<LabelRecord, "reward" | "source">;
}

export interface ReadRecording {
  readonly file: string;
  readonly episodes: readonly RecordedEpisode[];
  /** Where and why the recording ends before its end. */
  readonly torn?: string;
}

/** The recordings that are named, a folder's own in the order of their names. @throws "file.missing" for a folder without any */
export async function recordingsIn(names: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const name of names) {
    const at = path.resolve(name);
    const about = await stat(at).catch((cause: unknown) => {
      throw new OnarmError(
        "file.missing",
        `--from ${name}: does not exist; name a recording (.mcap) or a folder of them`,
        {},
        cause,
      );
    });
    if (!about.isDirectory()) files.push(at);
    else {
      const inside = (await readdir(at)).filter((file) => file.endsWith(".mcap")).sort();
      if (inside.length === 0)
        throw new OnarmError("file.missing", `--from ${name}: no recording (.mcap) lies in this folder; name another`);
      files.push(...inside.map((file) => path.join(at, file)));
    }
  }
  return [...new Set(files)];
}

interface Taken {
  readonly begin: EpisodeBegin;
  readonly transitions: TransitionRecord[];
  end?: EpisodeEnd;
  label?: LabelRecord;
}

/**
 * Every episode of a recording of a domain's arm but those that are `discarded`. A torn recording gives what is before the damage.
 * @throws "dataset.mismatch" for a recording of another domain, for numbers of another width or meaning, or that are not finite; "file.missing",
 * "file.damaged"; "interrupted"
 */
export async function readEpisodes(
  file: string,
  spec: DomainSpec,
  { discarded, signal }: { readonly discarded: ReadonlySet<number>; readonly signal: AbortSignal | undefined },
): Promise<ReadRecording> {
  const { domain } = await readHeader(file);
  if (domain !== spec.name)
    throw new OnarmError("dataset.mismatch", `${file}: recorded in the domain ${domain}, not ${spec.name}; leave it out`);
  const taken = new Map<number, Taken>();
  let torn: string | undefined;
  try {
    for await (const record of readRecording(file)) {
      if (signal?.aborted) throw new OnarmError("interrupted", "dataset: stopped before all was read; nothing was written");
      if ("episode" in record && discarded.has(record.episode)) continue;
      if (record.channel === "/onarm/episode" && record.phase === "begin") {
        requireMeaning(record, spec, file);
        taken.set(record.episode, { begin: record, transitions: [] });
      } else if (record.channel === "/onarm/transition") {
        requireFit(record, spec, file);
        taken.get(record.episode)?.transitions.push(record);
      } else if (record.channel === "/onarm/episode" || record.channel === "/onarm/label") {
        const one = taken.get(record.episode);
        if (one && record.channel === "/onarm/label") one.label = record;
        else if (one) one.end = record as EpisodeEnd;
      }
    }
  } catch (error) {
    // Where the damage is, is told of torn files alone: any other is refused.
    if (!isOnarmError(error) || error.code !== "file.damaged" || error.detail["offset"] === undefined) throw error;
    torn = error.message;
  }
  return { file, episodes: [...taken.values()].map((one) => wholeSteps(one, spec, file)), ...(torn ? { torn } : {}) };
}

/** @throws "dataset.mismatch" for an episode whose numbers mean something else, or do not tell what they mean */
export function requireMeaning({ episode, fields }: EpisodeBegin, spec: DomainSpec, file: string): void {
  if (fields === meaningOf(spec)) return;
  const why = fields === undefined ? "does not tell what its numbers mean" : "holds numbers of another meaning or scale";
  throw new OnarmError(
    "dataset.mismatch",
    `${file}: episode ${episode} ${why}: it was recorded by another version of onarm; use it with that one, or record it again`,
  );
}

function requireFit({ episode, step, observation, action }: TransitionRecord, spec: DomainSpec, file: string): void {
  const refuse = (what: string) => {
    throw new OnarmError("dataset.mismatch", `${file}: episode ${episode}, step ${step}: ${what}`);
  };
  for (const [name, numbers, fields] of [
    ["observation", observation, spec.observation],
    ["action", action, spec.action],
  ] as const) {
    if (numbers.length !== fields.length)
      refuse(
        `the ${name} has ${numbers.length} numbers, ${spec.name} has ${fields.length}; it was recorded by another version: leave it out`,
      );
    const bad = numbers.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0)
      refuse(
        `the ${name}'s ${fields[bad]!.name} is ${numbers[bad]}; discard the episode ("keep": false) or leave the recording out`,
      );
  }
}

/** From the first step on, up to where a step lacks what was seen after it, or a person's hand moved the arm. */
function wholeSteps({ begin, transitions, end, label }: Taken, spec: DomainSpec, file: string): RecordedEpisode {
  const [O, A] = [spec.observation.length, spec.action.length];
  const gap = transitions.findIndex(({ step }, t) => step !== t);
  const rows = gap < 0 ? transitions : transitions.slice(0, gap);
  const last = end?.last.length === O && end.steps === rows.length && end.last.every(Number.isFinite) ? end.last : undefined;
  const byHand = rows.findIndex(({ human }) => human);
  const whole = last ? rows.length : Math.max(0, rows.length - 1);
  const steps = byHand < 0 ? whole : Math.min(whole, byHand);
  const observation = new Float32Array((steps + 1) * O);
  const action = new Float32Array(steps * A);
  for (let t = 0; t <= steps && rows.length > 0; t++) observation.set(rows[t]?.observation ?? last!, t * O);
  // As the arm was asked: beyond their range actions were clipped before they meant a velocity.
  for (let t = 0; t < steps; t++)
    action.set(
      rows[t]!.action.map((a) => Math.min(1, Math.max(-1, a))),
      t * A,
    );
  const shortened: Shortened | undefined =
    byHand >= 0 ? "by hand" : end === undefined || gap >= 0 ? "torn" : last === undefined ? "cut" : undefined;
  return {
    ...{ file, number: begin.episode, task: begin.task },
    ...(begin.scene ? { scene: begin.scene } : {}),
    ...(begin.aim === undefined ? {} : { aim: begin.aim }),
    ...{ recorded: end?.steps ?? rows.length, steps, observation, action },
    terminated: end?.terminated === true && steps === rows.length,
    ...(shortened ? { shortened } : {}),
    ...(label ? { label: { reward: label.reward, source: label.source } } : {}),
  };
}
