import type { Controller } from "../../src/control/controller.ts";
import { margins } from "../../src/control/margins.ts";
import type { ArmDescription, Limits } from "../../src/domain/arm.ts";
import type { Tick } from "../../src/domain/control.ts";
import { explain } from "../../src/domain/stops.ts";
import { metres, seconds } from "../../src/domain/units.ts";
import type {
  BudgetView,
  DiskView,
  Margin,
  OperatorCommand,
  PageState,
  RewardView,
  Timing,
} from "../../src/operator/protocol.ts";
import { klFromPrior } from "../../src/learning/shift.ts";
import type { Decoded } from "../../src/policy/decoder.ts";
import type { Belief } from "../../src/policy/agent.ts";
import { TABLE_Z } from "../../src/tasks/sawyer.ts";
import type { SawyerTask } from "../../src/tasks/sawyer.ts";
import { acceptsIn, armView, sceneMarks } from "../armView.ts";
import type { EpisodeBook } from "./episodes.ts";
import type { FaultLog } from "./faults.ts";
import type { ConfirmedScene } from "./resets.ts";
import type { Rewards } from "./rewards.ts";
import type { DrivingWeights } from "./weights.ts";

/** What a snapshot of a run is made of. Everything is asked for when one is made. */
export interface RunParts {
  readonly controller: Controller;
  readonly limits: Limits;
  /** The arm that is driven. */
  readonly description: ArmDescription;
  readonly book: Pick<EpisodeBook, "list">;
  readonly faults: FaultLog;
  readonly weights: Pick<DrivingWeights, "view" | "accepts">;
  task(): SawyerTask | undefined;
  steps(): number;
  /** The episode that is under way, whether it explores, and what is believed. */
  episode(): number | undefined;
  explores(): boolean;
  /** What beliefs of offline contexts say, nats, where the weights' manifest tells. */
  offlineKl?(): number | undefined;
  belief(): (Belief & { readonly episodes: number }) | undefined;
  decoded(): Decoded | undefined;
  readonly rewards?: Pick<Rewards<unknown>, "asks" | "given">;
  readonly resets?: Pick<ConfirmedScene, "request">;
  timing(tick: Tick): Timing | undefined;
  disk(): DiskView | undefined;
}

/** s between two looks at the limits: their closest pair costs more than all else here. */
const MARGINS_EVERY = 0.1;

const words = (cause: string) => {
  const { what, why, remedy } = explain(cause);
  return `${what} ${why} ${remedy}`;
};

/** Snapshots of an arm that is driven, one for each tick that is asked about. */
export function runSnapshot(parts: RunParts): (tick: Tick) => PageState {
  const { controller, limits, book, faults, weights, resets } = parts;
  const near = margins(parts.description, limits);
  let looked = -Infinity;
  let seen: readonly Margin[] = [];

  /** A key is asked for while the policy drives, a word when the episode is over. */
  const asksNow = () => {
    const asks = parts.rewards?.asks();
    return asks === "hold" && controller.mode().is !== "running" ? undefined : asks;
  };
  const reasonNow = (outside: string | undefined): string => {
    const mode = controller.mode();
    const request = resets?.request();
    if ("cause" in mode) return words(mode.cause);
    if (outside) return words(outside);
    if (request) return request;
    if (mode.is === "idle") return "waiting for start";
    if (asksNow() === "outcome") return "the episode is over: did it succeed?";
    return parts.explores() ? "exploring, to find out what is wanted" : "driving";
  };
  const accepts = (outside: boolean): OperatorCommand["kind"][] => {
    const asks = asksNow();
    return [
      ...acceptsIn(controller.mode().is, outside),
      ...(asks === undefined ? [] : [asks === "hold" ? ("reward" as const) : asks]),
      ...(resets?.request() === undefined ? [] : (["confirm-reset"] as const)),
      ...weights.accepts(),
    ];
  };
  const reward = (): RewardView | undefined => {
    const [decoded, asks] = [parts.decoded(), asksNow()];
    if (!decoded && !asks) return undefined;
    return {
      ...(decoded ? { decoded: decoded.reward } : {}),
      ...(decoded?.deviation === undefined ? {} : { uncertainty: decoded.deviation }),
      ...(asks ? { asks, given: parts.rewards!.given() } : {}),
    };
  };

  return (tick) => {
    const { state, command } = tick;
    if (state && tick.at - looked >= MARGINS_EVERY) [looked, seen] = [tick.at, near(state)];
    const outside = controller.outside();
    const { stops, clamps } = controller.counters();
    const [task, belief, episode, timing, disk] = [
      parts.task(),
      parts.belief(),
      parts.episode(),
      parts.timing(tick),
      parts.disk(),
    ];
    const arm = armView(tick, task && `${task.aim.kind} in scene ${task.id}`);
    const said = reward();
    const offlineKl = parts.offlineKl?.();
    const ahead = tick.sent ?? command;
    return {
      at: seconds(tick.at),
      mode: controller.mode().is,
      reason: reasonNow(outside),
      stages: [],
      ...(arm && state ? { arm: { ...arm, ...(ahead ? { commanded: leadsTo(state.position, ahead) } : {}) } } : {}),
      scene: { table: metres(TABLE_Z), marks: sceneMarks(tick, task) },
      series: NO_SERIES,
      counters: { steps: parts.steps(), updates: 0, stops, clamps },
      accepts: accepts(outside !== undefined),
      ...(episode === undefined ? {} : { episode }),
      ...(seen.length > 0 ? { margins: seen } : {}),
      ...(timing ? { timing } : {}),
      budgets: budgetsOf(controller, limits),
      ...(belief
        ? {
            belief: {
              mean: [...belief.mean],
              variance: [...belief.variance],
              kl: klFromPrior(belief),
              ...(offlineKl === undefined ? {} : { offlineKl }),
              episodes: belief.episodes,
            },
          }
        : {}),
      ...(said ? { reward: said } : {}),
      ...(disk ? { disk } : {}),
      faults: faults.list(),
      episodes: book.list(),
      learning: weights.view(),
    };
  };
}

/** One object for ever, or it would count as news. */
const NO_SERIES: PageState["series"] = [];

/** s ahead that a velocity is followed, so that an eye can see where it leads. */
const AHEAD = 0.5;
const leadsTo = (position: readonly number[], { kind, value }: NonNullable<Tick["command"]>) =>
  (kind === "position" ? value : value.map((w, k) => position[k]! + AHEAD * w)) as NonNullable<PageState["arm"]>["position"];

function budgetsOf(controller: Controller, { exploration: limit }: Limits): readonly BudgetView[] {
  const { usage } = controller.exploration();
  return [
    { name: "time", used: usage.seconds / 60, limit: limit.minutes, unit: "min" },
    { name: "way of the tip", used: usage.metres, limit: limit.metres, unit: "m" },
    { name: "clamps", used: usage.clamps, limit: limit.clamps, unit: "" },
    { name: "contacts", used: usage.contacts, limit: limit.contacts, unit: "" },
  ];
}
