import { fileURLToPath } from "node:url";
import { OnarmError } from "../src/domain/errors.ts";
import type { DomainSpec, Rollout, Split } from "../src/domain/experience.ts";
import type { Rng } from "../src/domain/rng.ts";
import type { Controller } from "../src/control/rollout.ts";
import type { Environment } from "../src/ports/environment.ts";
import { sawyerReward, sawyerSpec } from "../src/tasks/sawyer.ts";
import { sawyerTask } from "../src/tasks/sawyerScenes.ts";
import type { SawyerTask } from "../src/tasks/sawyer.ts";
import { homing, randomPrimitives } from "../src/control/scripted.ts";
import type { Homing } from "../src/control/tries.ts";
import { isMeantIn } from "../src/tasks/ownTasks.ts";
import { seen } from "./recordings/seen.ts";
import { openSawyer } from "./sawyer.ts";
import type { Watched } from "./trace.ts";
import { pointSparseSpec, pointSpec, pointTask } from "../src/tasks/point.ts";
import type { PointTask } from "../src/tasks/point.ts";
import { pointBehaviour, pointEnvironment } from "../sim/point.ts";
import { antSpec, antTask } from "../src/tasks/ant.ts";
import { cheetahSpec, cheetahTask } from "../src/tasks/cheetah.ts";
import { antEnvironment } from "../sim/locomotion/ant.ts";
import { cheetahEnvironment } from "../sim/locomotion/cheetah.ts";
import { actor } from "../src/learning/sac.ts";
import type { Act, SacConfig } from "../src/learning/sac.ts";
import { readBehaviour } from "./behaviourFile.ts";

/** Everything that a domain's name stands for: how to read it, what its tasks are, where they can be tried, who made its offline data. */
export interface Domain {
  readonly spec: DomainSpec;
  /** Which arm practises: a name for recordings. */
  readonly arm: string;
  task(split: Split, seed: number, id: number): unknown;
  /** What the task asks for, in a word: scores are reported per aim. */
  aim(task: unknown): string;
  open(): Promise<{ environment: Environment; watched?: Watched | undefined }>;
  /** The behaviour of the offline data, for one episode: a script, or a learned policy that is told the task. */
  behaviour(task: unknown, rng: Rng): Controller;
  /** What leads the arm anywhere, for who wants to know how a policy does from there. */
  wander?(rng: Rng): Controller;
  /** The way back to where episodes start, which exploring takes between two tries. */
  home?: Homing;
  /** "scripted", or who learned it: for manifests. */
  readonly behaves: string;
  /** Where a scene allows other tasks than its own: which, and what a rollout is worth for one. Absent where a task is not a thing of its scene. */
  readonly elsewhere?: {
    /** What tells the task's scene from every other, as it is set out. */
    scene(task: unknown): string;
    /** Whether what `task` asks for can be had where `setting` is set out. */
    allows(setting: unknown, task: unknown): boolean;
    worth(task: unknown, rollout: Pick<Rollout, "steps" | "observation">): Float32Array;
  };
  /** What a behaviour learner is told of a task; absent where tasks cannot be told in a few numbers. */
  readonly goal?: (task: unknown) => Float32Array;
  /** What that learner does otherwise than by default. */
  readonly learning?: Partial<SacConfig>;
}

/** Share of a learned behaviour's episodes in which it is told another task's goal: what PEARL's exploration under the prior gives its replay. */
export const FOREIGN = 1 / 3;
/** How often the scripted hand picks the scene's drawn aim next: the drawn aim is then true at the end of about half of the episodes (46 % in the paper's data). */
const OWN = 0.7;

const point = (kind: "dense" | "sparse"): Domain => ({
  spec: kind === "dense" ? pointSpec : pointSparseSpec,
  arm: "point",
  task: pointTask,
  aim: () => "goal",
  open: async () => ({ environment: pointEnvironment(kind) as Environment }),
  behaviour: (task, rng) => {
    const act = pointBehaviour(task as PointTask, rng);
    return (observation) => act(observation);
  },
  behaves: "scripted",
  goal: (task) => Float32Array.from((task as PointTask).goal),
});

const sawyer: Domain = {
  spec: sawyerSpec,
  arm: "twin",
  task: sawyerTask,
  aim: (task) => (task as SawyerTask).aim.kind,
  open: async () => {
    const { environment, controller, twin } = await openSawyer();
    return { environment: environment as Environment, watched: { joints: twin.arm.joints, tick$: controller.tick$ } };
  },
  behaviour: (task, rng) => {
    const act = randomPrimitives(rng, { aim: (task as SawyerTask).aim, share: OWN });
    return (observation) => act(observation);
  },
  home: homing,
  wander: (rng) => {
    const act = randomPrimitives(rng);
    return (observation) => act(observation);
  },
  behaves: "scripted",
  elsewhere: {
    scene: (task) => JSON.stringify((task as SawyerTask).scene),
    allows: (setting, task) => isMeantIn((setting as SawyerTask).scene, task as SawyerTask),
    worth: (task, { steps, observation }) => {
      const O = sawyerSpec.observation.length;
      return Float32Array.from({ length: steps }, (_, t) => {
        const { tip, scene } = seen(observation.subarray((t + 1) * O, (t + 2) * O));
        return sawyerReward((task as SawyerTask).aim, tip, scene);
      });
    },
  },
};

/** A robot on legs whose behaviour was learned: its actor is shipped, and read when it is first asked. */
const legged = <Task extends object>(robot: {
  readonly spec: DomainSpec;
  readonly arm: string;
  readonly task: (split: Split, seed: number, id: number) => Task;
  readonly aim: (task: Task) => string;
  readonly goal: (task: Task) => readonly number[];
  readonly learning?: Partial<SacConfig>;
  readonly open: () => Promise<Environment<Task>>;
}): Domain => {
  const { spec, task } = robot;
  const goal = (of: unknown) => Float32Array.from(robot.goal(of as Task));
  let shipped: Promise<Act> | undefined;
  const act = () =>
    (shipped ??= readBehaviour(shippedBehaviour(spec.name), spec).then((learned) =>
      actor(spec, learned.goal, learned, learned.tensors),
    ));
  return {
    spec,
    arm: robot.arm,
    task,
    aim: (of) => robot.aim(of as Task),
    open: async () => ({ environment: (await robot.open()) as Environment }),
    behaviour: (of, rng) => {
      const told = goal(rng.uniform() < FOREIGN ? task("train", rng.integer(2 ** 31), 0) : of);
      return async (observation) => (await act())(observation, told, rng);
    },
    behaves: "shipped SAC policy that is told the task",
    goal,
    learning: robot.learning ?? {},
  };
};

const shippedBehaviour = (name: string) => fileURLToPath(new URL(`../shipped/${name}/behaviour.safetensors`, import.meta.url));

const cheetah = legged({
  spec: cheetahSpec,
  arm: "half-cheetah",
  task: cheetahTask,
  aim: ({ velocity }) => ["below 1 m/s", "1 to 2 m/s", "2 to 3 m/s"][Math.floor(velocity)]!,
  goal: ({ velocity }) => [velocity / 1.5 - 1],
  open: cheetahEnvironment,
});
const ant = legged({
  spec: antSpec,
  arm: "ant",
  task: antTask,
  aim: ({ direction }) => ["ahead", "left", "behind", "right"][Math.round(direction / (Math.PI / 2)) % 4]!,
  goal: ({ direction }) => [Math.cos(direction), Math.sin(direction)],
  // Eight motors that shake cost half a reward a step at -0.5.
  learning: { entropy: -1 },
  open: antEnvironment,
});

const DOMAINS: Record<string, () => Promise<Domain>> = {
  point: async () => point("dense"),
  "point-sparse": async () => point("sparse"),
  sawyer: async () => sawyer,
  "cheetah-vel": async () => cheetah,
  "ant-dir": async () => ant,
};

export const domainNames = () => Object.keys(DOMAINS);

/** @throws "usage.invalid" for a name that is none. */
export function openDomain(name: string): Promise<Domain> {
  const open = DOMAINS[name];
  if (!open) throw new OnarmError("usage.invalid", `domain "${name}" is unknown; the domains are ${domainNames().join(", ")}`);
  return open();
}
