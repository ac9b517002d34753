import process from "node:process";
import type { ArmDescription, ArmState, Limits, SentCommand } from "../../src/domain/arm.ts";
import type { Intent } from "../../src/domain/control.ts";
import { rng } from "../../src/domain/rng.ts";
import { seconds } from "../../src/domain/units.ts";
import type { Rad } from "../../src/domain/units.ts";
import { setPoints } from "../../src/control/setpoint.ts";
import { postureAt } from "../../src/control/startPosture.ts";
import { governor } from "../../src/safety/governor.ts";
import { START_TIP } from "../../src/tasks/sawyer.ts";

export interface GovernTimes {
  /** us of one judgement. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly judgements: number;
  readonly clamps: number;
}

/** s: the loop's period, and how long a wish lasts. One command in so many is one that nobody shaped. */
const PERIOD = seconds(0.01);
const WISH = 20;
const WILD = 20;

/**
 * Times the governor, links and all, as practice asks it: a tip that wanders about the workspace and low over the table on shaped set-points,
 * and now and then a jump of a policy gone wild. The arm follows at once, so that the same seed asks the same questions.
 * The first quarter is not counted: a machine that has just begun is not what runs.
 */
export function timeGovern(description: ArmDescription, limits: Limits, judgements: number, seed: number): GovernTimes {
  const judge = governor(description, limits);
  const follow = setPoints(description, limits, PERIOD);
  const r = rng("bench", "govern", String(seed));
  let q: readonly Rad[] = postureAt(description, limits, START_TIP) as Rad[];
  let previous: SentCommand = { kind: "velocity", value: q.map(() => 0), period: PERIOD, acceleration: q.map(() => 0) };
  let wish: Intent = { kind: "hold" };
  let clamps = 0;
  const warm = Math.ceil(judgements / 3);
  const times: number[] = [];
  for (let t = -warm; t < judgements; t++) {
    if (t % WISH === 0) wish = { kind: "twist", linear: [r.between(-0.25, 0.25), r.between(-0.25, 0.25), r.between(-0.3, 0.25)] };
    const at = seconds((t + warm) * PERIOD);
    const state = {
      at,
      position: q,
      velocity: previous.value,
      effort: q.map(() => 0),
      wrench: [0, 0, 0, 0, 0, 0],
    } as unknown as ArmState;
    const shaped = follow.follow(wish, state, previous.value);
    const command = r.uniform() < 1 / WILD ? { ...shaped, value: q.map(() => r.between(-3, 3)) } : shaped;
    const began = process.hrtime.bigint();
    const verdict = judge(at, state, command, previous);
    const took = Number(process.hrtime.bigint() - began) / 1000;
    if (verdict.kind === "stop") throw new Error(`the benchmark's own arm was stopped: ${verdict.reason}`);
    if (verdict.kind === "clamp") follow.reseed();
    if (t >= 0) {
      times.push(took);
      if (verdict.kind === "clamp") clamps++;
    }
    const { value } = verdict.command;
    previous = { ...verdict.command, acceleration: value.map((w, k) => (w - previous.value[k]!) / PERIOD) };
    q = q.map((x, k) => (x + value[k]! * PERIOD) as Rad);
  }
  times.sort((a, b) => a - b);
  const part = (share: number) => times[Math.min(Math.floor(share * times.length), times.length - 1)]!;
  return { p50: part(0.5), p99: part(0.99), p999: part(0.999), judgements, clamps };
}
