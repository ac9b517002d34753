import type { JointLimits } from "../domain/arm.ts";
import { within } from "./motion.ts";
import type { Demand, Motion } from "./motion.ts";
import { jointEnvelope, jointSpeed, rules, slack } from "./rules.ts";

/** How much each joint's velocity may change within the period, rad/s. */
interface Room {
  readonly least: Float64Array;
  readonly most: Float64Array;
}

/** As acceleration alone allows. */
function byAcceleration({ limits: { joints }, period }: Motion): Room {
  const most = Float64Array.from(joints, ({ acceleration }) => acceleration * period);
  return { least: most.map((x) => -x), most };
}

/** Largest acceleration from which jerk can bring it to zero in whole periods by the time the velocity has changed by `change`, rad/s2. */
function landing(change: number, step: number, period: number): number {
  const periods = Math.max(Math.ceil((Math.sqrt(1 + (8 * change) / (step * period)) - 1) / 2), 1);
  const most = (change / period + (step * periods * (periods - 1)) / 2) / periods;
  return Number.isFinite(most) ? most : Infinity;
}

/** What jerk leaves of it after the acceleration `before`, rad/s2 per joint, on the way to `target`; the very same where jerk binds nowhere. */
function byJerk(
  room: Room,
  { limits: { joints }, period }: Motion,
  start: Demand,
  target: Demand,
  before: readonly number[],
): Room {
  const binds = ({ jerk, acceleration }: JointLimits) => !(jerk * period >= 2 * acceleration);
  if (!joints.some(binds)) return room;
  const [least, most] = [room.least.slice(), room.most.slice()];
  joints.forEach((joint, k) => {
    if (!binds(joint)) return;
    const step = joint.jerk * period;
    const from = within(-joint.acceleration, before[k]!, joint.acceleration);
    const low = Math.max(from - step, -joint.acceleration);
    const high = Math.min(from + step, joint.acceleration);
    const change = target[k]! - start[k]!;
    const end = landing(Math.abs(change), step, period);
    least[k] = period * (change < 0 ? Math.min(Math.max(low, -end), high) : low);
    most[k] = period * (change < 0 ? high : Math.max(Math.min(high, end), low));
  });
  return { least, most };
}

const change = (start: Demand, target: Demand) => target.map((w, k) => w - start[k]!);
const reaches = ({ least, most }: Room, changes: Demand) =>
  changes.every((dw, k) => dw <= most[k]! + slack(most[k]!) && dw >= least[k]! - slack(least[k]!));

const allows = (m: Motion, demand: Demand) => rules.every((rule) => rule.share(m, demand) === 1);

/** Every joint inside its speed and envelope, each for itself. */
const bounded = (m: Motion, demand: Demand): Demand => jointEnvelope.fit(m, jointSpeed.fit(m, demand));

/**
 * The target itself when the joints may reach it within the period. Else what they may reach on the way: all joints together, so that what
 * holds for start and target (a kept orientation) holds between; or each joint for itself. Nothing when a hard rule forbids both.
 */
function approached(m: Motion, room: Room, start: Demand, target: Demand): Demand | undefined {
  const { least, most } = room;
  const changes = change(start, target);
  if (reaches(room, changes)) return target;
  const share = changes.reduce((share, dw, k) => (dw === 0 ? share : Math.min(share, (dw > 0 ? most[k]! : least[k]!) / dw)), 1);
  const part = changes.map((dw) => share * dw);
  const together = start.map((w, k) => w + part[k]!);
  if (share >= 0 && reaches(room, part) && allows(m, together)) return together;
  const apart = bounded(
    m,
    target.map((w, k) => within(start[k]! + least[k]!, w, start[k]! + most[k]!)),
  );
  return allows(m, apart) ? apart : undefined;
}

/**
 * Toward `target` no faster than the joints may accelerate from `start`, and no more suddenly than jerk allows after the acceleration
 * `before`. Where the hard rules leave no room for that: as acceleration alone allows; toward rest; the present motion, less what the hard
 * rules take from it (`fitted`). Hard rules win.
 */
export function accelerated(
  m: Motion,
  start: Demand,
  before: readonly number[] | undefined,
  target: Demand,
  reasons: Set<string>,
  fitted: (demand: Demand) => Demand,
): Demand {
  const plain = byAcceleration(m);
  const smooth = before ? byJerk(plain, m, start, target, before) : plain;
  const near = approached(m, smooth, start, target);
  if (near === target) return target;
  const changes = change(start, target);
  if (!reaches(plain, changes)) reasons.add("joint.acceleration");
  if (smooth !== plain && !reaches(smooth, changes)) reasons.add("joint.jerk");
  if (near) return near;
  const sudden = smooth === plain ? undefined : approached(m, plain, start, target);
  if (sudden) return sudden;
  const braked = fitted(start);
  return approached(m, plain, start, new Float64Array(target.length)) ?? approached(m, plain, start, braked) ?? braked;
}
