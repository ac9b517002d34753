/** How far each joint has fallen behind the velocities it was sent, rad; forgotten with a time constant. */
export interface Tracking {
  readonly error: readonly number[];
  readonly position: readonly number[] | undefined;
}

/** s: what lies back further than this is mostly forgotten, so that a joint blocked while 0.1 rad/s is asked for stays below 0.2 rad. */
export const FORGETTING = 1;

export const tracking = (joints: number): Tracking => ({ error: new Array<number>(joints).fill(0), position: undefined });

/** One period on: `sent` rad/s was commanded over `dt` s that ended at the measured `position`, rad. */
export function tracked(before: Tracking, sent: readonly number[], position: readonly number[], dt: number): Tracking {
  const last = before.position;
  if (!last) return { error: before.error, position };
  const keep = Math.max(0, 1 - dt / FORGETTING);
  return { error: before.error.map((e, k) => keep * e + sent[k]! * dt - (position[k]! - last[k]!)), position };
}

/** The largest lag of any joint, rad; NaN when any is. */
export const worstOf = ({ error }: Tracking): number => error.reduce((worst, e) => Math.max(worst, Math.abs(e)), 0);
