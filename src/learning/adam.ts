/** Adam (Kingma and Ba 2015) over one flat array; its moments are part of a checkpoint. */
export interface Adam {
  readonly m: Float32Array;
  readonly v: Float32Array;
  /** Steps taken so far. */
  t: number;
}

export const adam = (size: number): Adam => ({ m: new Float32Array(size), v: new Float32Array(size), t: 0 });

/** weights -= rate * m_hat / (sqrt(v_hat) + 1e-8), in place, for elements [from, to). The caller advances `t` once per update. */
export function adamStep(
  state: Adam,
  weights: Float32Array,
  gradient: Float32Array,
  rate: number,
  from: number,
  to: number,
): void {
  const { m, v, t } = state;
  const scale = rate * (Math.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t));
  const epsilon = 1e-8 * Math.sqrt(1 - 0.999 ** t);
  for (let i = from; i < to; i++) {
    const g = gradient[i]!;
    const mi = (m[i] = 0.9 * m[i]! + 0.1 * g);
    const vi = (v[i] = 0.999 * v[i]! + 0.001 * g * g);
    weights[i] = weights[i]! - (scale * mi) / (Math.sqrt(vi) + epsilon);
  }
}

/** target <- (1 - tau) target + tau source, in place. */
export function polyak(target: Float32Array, source: Float32Array, tau: number): void {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! + tau * (source[i]! - target[i]!);
}
