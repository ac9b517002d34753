import { Subject } from "rxjs";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { loadLimits } from "../../../src/config/limits.ts";
import { createController } from "../../../src/control/controller.ts";
import type { ArmState, ExplorationBudget, JointCommand } from "../../../src/domain/arm.ts";
import type { Intent, Tick } from "../../../src/domain/control.ts";
import type { SceneFact } from "../../../src/domain/scene.ts";
import { metres, newtonMetres, rad, radPerSec, seconds } from "../../../src/domain/units.ts";
import type { Seconds, Vec3 } from "../../../src/domain/units.ts";
import { chain, forward } from "../../../src/kinematics/chain.ts";
import type { Arm } from "../../../src/ports/arm.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import { fakeArm } from "../../support/fakeArm.ts";
import { fakeScene } from "../../support/fakeScene.ts";

export const limits = loadLimits("robot/description/limits.yaml");
export const PERIOD = seconds(0.01);
const kinematics = chain(sawyer);

export interface BenchOptions {
  readonly withScene?: boolean;
  /** The arm says when it took the command it follows. */
  readonly echo?: boolean;
  readonly exploration?: ExplorationBudget;
  /** Stands between controller and fake arm. */
  readonly through?: (arm: Arm) => Arm;
}

/**
 * A controller over fakes with a hand on the clock. A beat is a period of the world: the arm follows what was sent since the last one
 * exactly, says so unless it is quiet, the scene is seen, and the loop acts.
 */
export function bench({ withScene = false, echo = false, exploration, through = (arm) => arm }: BenchOptions = {}) {
  const fake = fakeArm(sawyer.commanded);
  const stage = fakeScene();
  const beat$ = new Subject<Seconds>();
  let now = seconds(0);
  let position: number[] = [...sawyer.poses["neutral"]!];
  let velocity = position.map(() => 0);
  let heard = 0;
  let heardAt = seconds(0);
  let wall = 0;
  const quiet = { arm: false, scene: false };
  /** `stuck`: something holds the arm where it is. */
  const world = { stuck: false };
  const things: Record<string, SceneFact> = {};
  /** Whatever else the arm says of itself in every state. */
  let felt: Partial<ArmState> = {};

  const stateAt = (at: number, more: Partial<ArmState> = {}): ArmState => ({
    at: seconds(at),
    position: position.map(rad),
    velocity: velocity.map(radPerSec),
    effort: position.map(() => newtonMetres(0)),
    ...more,
  });
  const beat = (late = 0) => {
    now = seconds(now + PERIOD + late);
    const command = fake.sent.length > heard ? fake.sent.at(-1) : undefined;
    if (command) heardAt = now;
    heard = fake.sent.length;
    velocity = position.map((_, i) => (world.stuck ? 0 : (command?.value[i] ?? 0)));
    position = position.map((q, i) => q + velocity[i]! * PERIOD);
    if (!quiet.arm) fake.emit(stateAt(now, { ...(echo ? { heard: heardAt } : {}), ...felt }));
    if (!quiet.scene) stage.emit({ at: now, facts: { ...things } });
    beat$.next(now);
  };
  const beats = (n: number) => {
    for (let k = 0; k < n; k++) beat();
  };
  const clock: Clock = {
    now: () => now,
    wall: () => now + wall,
    beat$,
    period: PERIOD,
    run: async (done) => {
      do beat();
      while (!done());
    },
  };
  const controller = createController({
    arm: through(fake.arm),
    ...(withScene ? { scene: stage.scene } : {}),
    clock,
    description: sawyer,
    limits,
    ...(exploration ? { exploration } : {}),
  });
  const ticks: Tick[] = [];
  // A test of a failing loop listens for itself.
  controller.tick$.subscribe({ next: (tick) => ticks.push(tick), error: () => {} });

  /** `n` beats with the wish renewed in each. */
  const pursue = (intent: Intent, n: number) => {
    for (let k = 0; k < n; k++) {
      controller.setIntent(intent);
      beat();
    }
  };

  return {
    ...fake,
    stage,
    clock,
    controller,
    ticks,
    quiet,
    world,
    things,
    beat,
    beats,
    stateAt,
    now: () => now,
    last: (): Tick => ticks.at(-1)!,
    tip: (): Vec3 => forward(kinematics, position).p,
    R: () => forward(kinematics, position).R,
    push: (by: readonly number[]) => void (position = position.map((q, i) => q + by[i]!)),
    /** Fastest joint of the last command sent, rad/s. */
    speed: () => Math.max(...(fake.sent.at(-1)?.value ?? [NaN]).map(Math.abs)),
    pursue,
    feel: (more: Partial<ArmState>) => void (felt = more),
    stepWall: (by: number) => void (wall += by),
    drive: (linear: Vec3, n: number) => pursue({ kind: "twist", linear }, n),
    running: () => {
      beat();
      controller.start();
    },
  };
}

/** A bench whose arm is under way at full intent. */
export function movingBench(options: BenchOptions = {}) {
  const b = bench(options);
  b.running();
  b.drive([0.1, 0, 0], 40);
  if (!(b.speed() > 0.05)) throw new Error("the bench's arm does not move");
  return b;
}

export const thing = (position: Vec3, travel = 0): SceneFact => ({ position, travel: metres(travel), valid: true });

/** Whether every command follows from the one before within the acceleration limits, and no joint or tip is too fast. */
export function withinLimits(sent: readonly JointCommand[]): boolean {
  return sent.every((command, k) =>
    command.value.every((v, i) => {
      const before = sent[k - 1]?.value[i] ?? 0;
      const { speed, acceleration } = limits.joints[i]!;
      return Math.abs(v) <= speed && Math.abs(v - before) <= acceleration * command.period * (1 + 1e-9);
    }),
  );
}
