import { OnarmError } from "../src/domain/errors.ts";
import type { DomainSpec, Split } from "../src/domain/experience.ts";
import type { Rng } from "../src/domain/rng.ts";
import type { Controller } from "../src/control/rollout.ts";
import type { Environment } from "../src/ports/environment.ts";
import { sawyerSpec, sawyerTask } from "../src/tasks/sawyer.ts";
import type { SawyerTask } from "../src/tasks/sawyer.ts";
import { randomPrimitives } from "../src/control/scripted.ts";
import { openSawyer } from "./sawyer.ts";
import type { Watched } from "./trace.ts";
import { pointSparseSpec, pointSpec, pointTask } from "../src/tasks/point.ts";
import type { PointTask } from "../src/tasks/point.ts";
import { pointBehaviour, pointEnvironment } from "../sim/point.ts";

/** Everything that a domain's name stands for: how to read it, what its tasks are, where they can be tried, who made its offline data. */
export interface Domain {
  readonly spec: DomainSpec;
  /** Which arm practises: a name for recordings. */
  readonly arm: string;
  task(split: Split, seed: number, id: number): unknown;
  /** What the task asks for, in a word: scores are reported per aim. */
  aim(task: unknown): string;
  /** Aims that are reported but not counted in a comparison. */
  readonly uncounted: readonly string[];
  open(): Promise<{ environment: Environment; watched?: Watched | undefined }>;
  /** The scripted behaviour of the offline data, for one episode. */
  behaviour(task: unknown, rng: Rng): Controller;
}

const point = (kind: "dense" | "sparse"): Domain => ({
  spec: kind === "dense" ? pointSpec : pointSparseSpec,
  arm: "point",
  task: pointTask,
  aim: () => "goal",
  uncounted: [],
  open: async () => ({ environment: pointEnvironment(kind) as Environment }),
  behaviour: (task, rng) => {
    const act = pointBehaviour(task as PointTask, rng);
    return (observation) => act(observation);
  },
});

const sawyer: Domain = {
  spec: sawyerSpec,
  arm: "twin",
  task: sawyerTask,
  aim: (task) => (task as SawyerTask).aim.kind,
  uncounted: ["reach"],
  open: async () => {
    const { environment, controller, twin } = await openSawyer();
    return { environment: environment as Environment, watched: { joints: twin.arm.joints, tick$: controller.tick$ } };
  },
  behaviour: (_task, rng) => {
    const act = randomPrimitives(rng);
    return (observation) => act(observation);
  },
};

const DOMAINS: Record<string, () => Promise<Domain>> = {
  point: async () => point("dense"),
  "point-sparse": async () => point("sparse"),
  sawyer: async () => sawyer,
};

export const domainNames = () => Object.keys(DOMAINS);

/** @throws "usage.invalid" for a name that is none. */
export function openDomain(name: string): Promise<Domain> {
  const open = DOMAINS[name];
  if (!open) throw new OnarmError("usage.invalid", `domain "${name}" is unknown; the domains are ${domainNames().join(", ")}`);
  return open();
}
