// The losses of the algorithms beside SMAC once more, in float64 and one row at a time, written from the equations and not from the
// engine's code. Gradients come from differences alone, so nothing here knows a derivative; MACAW's inner step as well.

export type Values = Readonly<Record<string, Float64Array>>;
export interface Sizes {
  readonly T: number;
  readonly N: number;
  readonly K: number;
  readonly O: number;
  readonly A: number;
  readonly Z: number;
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
export const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
const softplus = (x: number) => Math.log1p(Math.exp(x));
const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));
export const row = (xs: Float64Array, i: number, width: number) => [...xs.subarray(i * width, (i + 1) * width)];

/** Layers (in, out) and biases by name, ReLU between them. */
export function net(p: Values, name: string, x: readonly number[]): number[] {
  let value = [...x];
  for (let i = 0; p[`${name}.w${i}`]; i++) {
    const [w, b, last] = [p[`${name}.w${i}`]!, p[`${name}.b${i}`]!, !p[`${name}.w${i + 1}`]];
    const out = [...b].map((bias, o) => value.reduce((sum, v, k) => sum + v * w[k * b.length + o]!, bias));
    value = last ? out : out.map((v) => Math.max(0, v));
  }
  return value;
}

const head = (p: Values, x: readonly number[], A: number) => {
  const out = net(p, "pi", x);
  return { mean: out.slice(0, A), logStd: out.slice(A).map((l) => clamp(l, -20, 2)) };
};
const act = (h: { mean: number[]; logStd: number[] }, noise: readonly number[]) =>
  h.mean.map((m, i) => Math.tanh(m + Math.exp(h.logStd[i]!) * noise[i]!));
/** Of a stored action under the squashed Gaussian. */
const logProb = (h: { mean: number[]; logStd: number[] }, action: readonly number[]) =>
  action
    .map((a, i) => {
      const e = (Math.atanh(a) - h.mean[i]!) / Math.exp(h.logStd[i]!);
      return -0.5 * e * e - h.logStd[i]! - 0.5 * Math.log(2 * Math.PI) - Math.log(1 - a * a);
    })
    .reduce((a, b) => a + b, 0);

/** mean -log pi(a|s). */
export const bcLoss = (v: Values, { T, N, O, A }: Sizes): number =>
  mean(range(T * N).map((i) => -logProb(head(v, row(v.observation!, i, O), A), row(v.action!, i, A))));

interface AwacHow {
  readonly discount: number;
  readonly rewardScale: number;
  readonly temperature: number;
  readonly groups: number;
}
/** critic1 + critic2 + actor; `base`: where what is constant to the gradients is taken. */
export function awacLosses(v: Values, base: Values, { T, N, O, A }: Sizes, how: AwacHow) {
  const minQ = (p: Values, a: string, b: string, x: number[]) => Math.min(net(p, a, x)[0]!, net(p, b, x)[0]!);
  const rows = range(T * N).map((i) => ({ s: row(v.observation!, i, O), a: row(v.action!, i, A) }));
  const targets = rows.map((_, i) => {
    const next = row(base.nextObservation!, i, O);
    const action = act(head(base, next, A), row(base.nextActionNoise!, i, A));
    return (
      how.rewardScale * base.reward![i]! +
      how.discount * (1 - base.terminated![i]!) * minQ(base, "t1", "t2", [...next, ...action])
    );
  });
  const advantage = rows.map(({ s, a }, i) => {
    const fresh = act(head(base, s, A), row(base.actionNoise!, i, A));
    return minQ(base, "q1", "q2", [...s, ...a]) - minQ(base, "q1", "q2", [...s, ...fresh]);
  });
  const size = (T * N) / how.groups;
  const e = advantage.map((x) => Math.exp(x / how.temperature));
  const weight = e.map((x, i) => {
    const from = Math.floor(i / size) * size;
    return x / mean(e.slice(from, from + size));
  });
  const critic = (q: string) => mean(rows.map(({ s, a }, i) => (net(v, q, [...s, ...a])[0]! - targets[i]!) ** 2));
  const actor = mean(rows.map(({ s, a }, i) => -weight[i]! * logProb(head(v, s, A), a)));
  return {
    critic1: critic("q1"),
    critic2: critic("q2"),
    actor,
    advantage: mean(advantage),
    q: mean(rows.map(({ s, a }) => net(v, "q1", [...s, ...a])[0]!)),
  };
}

interface PearlHow {
  readonly discount: number;
  readonly rewardScale: number;
  readonly entropy: number;
  readonly regularisation: number;
}
/** The same for PEARL: critics see z of `v`, value and policy that of `base`; the policy sees the critics of `base`. */
export function pearlLosses(v: Values, base: Values, sizes: Sizes, how: PearlHow) {
  const { T, N, K, O, A, Z } = sizes;
  const posterior = (p: Values) =>
    range(T).map((t) => {
      const rows = range(K).filter((k) => v.mask![t * K + k] === 1);
      const factors = rows.map((k) => net(p, "enc", row(v.context!, t * K + k, O + A + 1)));
      return range(Z).map((d) => {
        const precision = factors.map((f) => 1 / softplus(f[Z + d]!));
        const variance = 1 / precision.reduce((a, b) => a + b, 0);
        return { mean: variance * factors.reduce((sum, f, k) => sum + f[d]! * precision[k]!, 0), variance };
      });
    });
  const latents = (p: Values) =>
    posterior(p).map((q, t) => q.map((g, d) => g.mean + Math.sqrt(g.variance) * v.latentNoise![t * Z + d]!));
  const [z, held] = [latents(v), latents(base)];
  const minQ = (p: Values, x: number[]) => Math.min(net(p, "q1", x)[0]!, net(p, "q2", x)[0]!);
  const rows = range(T * N).map((i) => ({
    s: row(v.observation!, i, O),
    a: row(v.action!, i, A),
    next: row(v.nextObservation!, i, O),
    t: Math.floor(i / N),
  }));
  const target = rows.map(
    ({ next, t }, i) =>
      how.rewardScale * v.reward![i]! + how.discount * (1 - v.terminated![i]!) * net(base, "t", [...next, ...held[t]!])[0]!,
  );
  const drawn = (p: Values, i: number) => {
    const { s, t } = rows[i]!;
    const h = head(p, [...s, ...held[t]!], A);
    const action = act(h, row(v.actionNoise!, i, A));
    return { h, log: logProb(h, action), q: minQ(base, [...s, ...action, ...held[t]!]) };
  };
  const critic = (q: string) => mean(rows.map(({ s, a, t }, i) => (net(v, q, [...s, ...a, ...z[t]!])[0]! - target[i]!) ** 2));
  const wanted = rows.map((_, i) => {
    const { log, q } = drawn(base, i);
    return q - how.entropy * log;
  });
  const value = mean(rows.map(({ s, t }, i) => (net(v, "v", [...s, ...held[t]!])[0]! - wanted[i]!) ** 2));
  const heads = rows.map((_, i) => drawn(v, i));
  const squares = (of: "mean" | "logStd") => mean(heads.flatMap(({ h }) => h[of].map((x) => x * x)));
  const actor =
    mean(heads.map(({ log, q }) => how.entropy * log - q)) + how.regularisation * (squares("mean") + squares("logStd"));
  const kl = mean(
    posterior(v).map((q) => q.map((g) => 0.5 * (g.variance + g.mean ** 2 - 1 - Math.log(g.variance))).reduce((a, b) => a + b, 0)),
  );
  return { critic1: critic("q1"), critic2: critic("q2"), value, actor, kl };
}
