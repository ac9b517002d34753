import { armEnvironment } from "../../src/control/armEnvironment.ts";
import { withoutRewards } from "../../src/control/withoutRewards.ts";
import type { OnarmError } from "../../src/domain/errors.ts";
import type { Agent } from "../../src/policy/agent.ts";
import type { Recall } from "../../src/policy/recall.ts";
import type { Bundle } from "../../src/policy/bundle.ts";
import { explain, isStopCause } from "../../src/domain/stops.ts";
import { driving } from "../driving.ts";
import type { FlightRecorder } from "../flightRecorder.ts";
import type { Station } from "../station.ts";
import type { RunTelemetry } from "../telemetryOfRun.ts";
import { decoding } from "./decoding.ts";
import type { DriveOptions } from "./driveOptions.ts";
import type { EpisodeBook } from "./episodes.ts";
import { confirmedScene } from "./resets.ts";
import { rewardsBy } from "./rewards.ts";
import type { DrivingWeights } from "./weights.ts";

export interface DriverParts {
  readonly station: Station;
  readonly recorder: FlightRecorder;
  readonly weights: DrivingWeights;
  /** Of `bundle`; owned from here on. */
  readonly agent: Agent;
  /** Where it finds out what is wanted, and its bundle explores by what it remembers. */
  readonly recall: Recall | undefined;
  readonly bundle: Bundle;
  readonly book: EpisodeBook;
  readonly telemetry: RunTelemetry | undefined;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Finished episodes and their steps, counted here. */
  readonly counts: { episodes: number; steps: number };
}

/**
 * Who drives in a run: the policy on the arm's environment, episode after episode, with whoever is asked for rewards and resets. Each episode
 * is told to the recording, the book, the fleet and the trial. It begins at once; `close` waits for nobody but its own decoder.
 */
export async function openDriver(options: DriveOptions, parts: DriverParts) {
  const { station, recorder, weights, agent, recall, bundle, book, telemetry, seed, signal, counts } = parts;
  const { controller, clock, gripper, limits, description } = station;
  const started = () => ["running", "resetting", "holding"].includes(controller.mode().is);
  const attend = () => clock.run(() => started() || signal.aborted);
  const resets = options.confirmResets ? confirmedScene(station.scene, { clock, ended: signal }) : undefined;
  const scene = resets?.scene ?? station.scene;
  const world = armEnvironment({ controller, scene, clock, gripper, description, limits, attend });
  const watched = recorder.watched(world);
  const rewards = options.context > 0 ? rewardsBy(options.reward, watched, { clock, ended: signal }) : undefined;
  const decoded =
    !options.headless && "dec.w0" in bundle.tensors
      ? await decoding(rewards?.environment ?? watched, bundle.manifest, {
          weights: () => weights.bundle().tensors,
          z: () => policy.latent(),
          told: book.stepped,
        })
      : undefined;
  let current: number | undefined;
  let task = 0;
  let at = controller.counters();
  const policy = driving({
    ...{ controller, clock, seed, signal },
    environment: withoutRewards(decoded?.environment ?? rewards?.environment ?? watched),
    ready: { agent, bundle, recall },
    plan: (number) => ({ ...weights.plan(number), ...(options.task === undefined ? {} : { scene: options.task }) }),
    ...(options.episodes === undefined ? {} : { episodes: options.episodes }),
    ...(rewards
      ? {
          exploring: {
            episodes: options.context,
            rewards: async (number, made) => {
              const reward = await rewards.of(made);
              if (reward) recorder.labelled(number, reward, rewards.source);
              return reward && { reward, rewardSource: rewards.source };
            },
          },
        }
      : {}),
    begins: (number, began) => {
      const { id, aim } = began;
      [current, task, at] = [number, id, controller.counters()];
      recorder.begins(number, began);
      telemetry?.begins(number);
      book.begins(number, { task: id, aim: aim.kind, policy: weights.bundle().hash.slice(0, 12) });
    },
    ends: async (number, made, said) => {
      const cut = made instanceof Error;
      // By a person's word where one was asked, else by the scene: nothing is learned here.
      const success = cut ? undefined : ((said && rewards?.success(said.reward)) ?? world.outcome().success);
      const { clamps, stops } = controller.counters();
      recorder.ends(number, made);
      telemetry?.ends(number, task, made, success ?? null);
      book.ends(number, {
        steps: cut ? recorder.steps() : made.steps,
        ...{ clamps: clamps - at.clamps, stops: stops - at.stops },
        ...(success === undefined ? {} : { success }),
        ...(said && rewards ? { reward: { values: said.reward, source: rewards.source } } : {}),
        ...(cut ? { cause: whyCut(made) } : {}),
      });
      current = undefined;
      if (!signal.aborted) await weights.took(number, success === true);
      if (cut) return;
      counts.episodes++;
      counts.steps += made.steps;
    },
  });
  return {
    policy,
    rewards,
    resets,
    /** Number of the episode that is under way. */
    episode: () => current,
    decoded: () => decoded?.latest(),
    close: async () => decoded?.close(),
  };
}

/** In a person's words: what stopped the arm, or else what the error says. */
function whyCut({ detail, message }: OnarmError): string {
  const { reason } = detail;
  return typeof reason === "string" && isStopCause(reason) ? explain(reason).what : message;
}
