// SMAC's losses once more, in float64 and one number at a time, written from the equations and not from the engine's code.
// Gradients come from differences alone, so nothing here knows a derivative.

export interface Float64Problem {
  readonly sizes: {
    readonly T: number;
    readonly N: number;
    readonly K: number;
    readonly O: number;
    readonly A: number;
    readonly Z: number;
  };
  readonly head: "deterministic" | "gaussian" | "bernoulli";
  /** Lower of the two values of a sparse reward. */
  readonly low: number;
  readonly discount: number;
  readonly rewardScale: number;
  readonly temperature: number;
  readonly weighting: "batch" | "task";
  readonly klWeight: number;
  /** Weight of the -Q term; 0 leaves AWAC alone. */
  readonly lambda: number;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly weights: Numbers;
  readonly batch: Numbers;
}
export type Numbers = Readonly<Record<string, readonly number[]>>;

export interface Losses {
  readonly critic1: number;
  readonly critic2: number;
  readonly actor: number;
  readonly decoder: number;
  readonly kl: number;
  readonly advantage: number;
  readonly q: number;
}

/** What is a constant for one gradient or another: computed once, at the weights the gradient is taken at. */
interface Held {
  readonly z: readonly number[][];
  readonly target: readonly number[];
  readonly weight: readonly number[];
}

const sum = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0);
const mean = (xs: readonly number[]) => sum(xs) / xs.length;
const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));
const softplus = (x: number) => Math.log(1 + Math.exp(x));
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

export class SmacFloat64 {
  readonly #problem: Float64Problem;
  constructor(problem: Float64Problem) {
    this.#problem = problem;
  }

  /** Row `i` of an input whose rows are `width` wide. */
  #row(name: string, i: number, width: number): number[] {
    return this.#problem.batch[name]!.slice(i * width, (i + 1) * width);
  }

  #net(p: Numbers, net: string, x: readonly number[]): number[] {
    let value = [...x];
    for (let layer = 0; `${net}.w${layer}` in p; layer++) {
      const bias = p[`${net}.b${layer}`]!;
      const matrix = p[`${net}.w${layer}`]!;
      const last = !(`${net}.w${layer + 1}` in p);
      value = bias.map((b, out) => {
        const sum = value.reduce((s, v, i) => s + v * matrix[i * bias.length + out]!, b);
        return last ? sum : Math.max(0, sum);
      });
    }
    return value;
  }

  /** Posterior of each task: precision-weighted over the rows that are not masked. */
  #posterior(p: Numbers): { mean: number[]; variance: number[] }[] {
    const { T, K, O, A, Z } = this.#problem.sizes;
    return range(T).map((t) => {
      const rows = range(K).filter((k) => this.#problem.batch.mask![t * K + k] === 1);
      const factors = rows.map((k) => this.#net(p, "enc", this.#row("context", t * K + k, O + A + 1)));
      const dims = range(Z).map((d) => {
        const precision = factors.map((f) => 1 / softplus(f[Z + d]!));
        const variance = 1 / sum(precision);
        return { mean: variance * sum(factors.map((f, k) => f[d]! * precision[k]!)), variance };
      });
      return { mean: dims.map((d) => d.mean), variance: dims.map((d) => d.variance) };
    });
  }

  #latents(p: Numbers): number[][] {
    const { Z } = this.#problem.sizes;
    return this.#posterior(p).map((q, t) => {
      const noise = this.#row("latentNoise", t, Z);
      return q.mean.map((m, d) => m + Math.sqrt(q.variance[d]!) * noise[d]!);
    });
  }

  #rows<R>(f: (i: number, t: number) => R): R[] {
    const { T, N } = this.#problem.sizes;
    return range(T * N).map((i) => f(i, Math.floor(i / N)));
  }

  #policy(p: Numbers, observation: readonly number[], z: readonly number[]) {
    const out = this.#net(p, "pi", [...observation, ...z]);
    const { A } = this.#problem.sizes;
    return { mean: out.slice(0, A), logStd: out.slice(A).map((x) => clamp(x, -20, 2)) };
  }

  #act(p: Numbers, observation: readonly number[], z: readonly number[], noise: readonly number[]): number[] {
    const head = this.#policy(p, observation, z);
    return head.mean.map((m, i) => Math.tanh(m + Math.exp(head.logStd[i]!) * noise[i]!));
  }

  #critic(p: Numbers, net: string, observation: readonly number[], action: readonly number[], z: readonly number[]): number {
    return this.#net(p, net, [...observation, ...action, ...z])[0]!;
  }

  /** Q of stored actions. */
  #values(p: Numbers, net: string, z: readonly number[][]): number[] {
    const { O, A } = this.#problem.sizes;
    return this.#rows((i, t) => this.#critic(p, net, this.#row("observation", i, O), this.#row("action", i, A), z[t]!));
  }

  /** min_j Q_j(s, a~, z) with a~ from policy `p` and critics `c`. */
  #valueOfPolicy(p: Numbers, c: Numbers, z: readonly number[][]): number[] {
    const { O, A } = this.#problem.sizes;
    return this.#rows((i, t) => {
      const observation = this.#row("observation", i, O);
      const action = this.#act(p, observation, z[t]!, this.#row("actionNoise", i, A));
      return Math.min(this.#critic(c, "q1", observation, action, z[t]!), this.#critic(c, "q2", observation, action, z[t]!));
    });
  }

  #targets(p: Numbers, z: readonly number[][]): number[] {
    const { O, A } = this.#problem.sizes;
    const { rewardScale, discount, batch } = this.#problem;
    return this.#rows((i, t) => {
      const next = this.#row("nextObservation", i, O);
      const action = this.#act(p, next, z[t]!, this.#row("nextActionNoise", i, A));
      const value = Math.min(this.#critic(p, "t1", next, action, z[t]!), this.#critic(p, "t2", next, action, z[t]!));
      return rewardScale * batch.reward![i]! + (1 - batch.terminated![i]!) * discount * value;
    });
  }

  #advantages(p: Numbers, z: readonly number[][]): number[] {
    const [q1, q2, v] = [this.#values(p, "q1", z), this.#values(p, "q2", z), this.#valueOfPolicy(p, p, z)];
    return v.map((value, i) => Math.min(q1[i]!, q2[i]!) - value);
  }

  /** n exp(A / beta) / sum exp(A / beta), over everything or within each task. */
  #weigh(advantage: readonly number[]): number[] {
    const { temperature, weighting, sizes } = this.#problem;
    const group = (i: number) => (weighting === "task" ? Math.floor(i / sizes.N) : 0);
    const raw = advantage.map((a) => Math.exp(a / temperature));
    return raw.map((x, i) => {
      const mates = raw.filter((_, j) => group(j) === group(i));
      return (mates.length * x) / sum(mates);
    });
  }

  held(p: Numbers = this.#problem.weights): Held {
    const z = this.#latents(p);
    return { z, target: this.#targets(p, z), weight: this.#weigh(this.#advantages(p, z)) };
  }

  #bellman(p: Numbers, net: string, { z, target }: Held): number {
    return mean(this.#values(p, net, z).map((q, i) => (q - target[i]!) ** 2));
  }

  /** -w log pi of stored actions, and -lambda min Q of new ones, whose critics are those of `c`. */
  #actor(p: Numbers, c: Numbers, { z, weight }: Held): number {
    const { O, A } = this.#problem.sizes;
    const awac = this.#rows((i, t) => {
      const head = this.#policy(p, this.#row("observation", i, O), z[t]!);
      const logProb = this.#row("action", i, A).map((a, d) => {
        const e = (Math.atanh(a) - head.mean[d]!) / Math.exp(head.logStd[d]!);
        return -0.5 * e * e - head.logStd[d]! - 0.5 * Math.log(2 * Math.PI) - Math.log(1 - a * a);
      });
      return -weight[i]! * sum(logProb);
    });
    const { lambda } = this.#problem;
    return mean(awac) - (lambda === 0 ? 0 : lambda * mean(this.#valueOfPolicy(p, c, z)));
  }

  #reconstruction(p: Numbers, z: readonly number[][]): number {
    const { O, A } = this.#problem.sizes;
    const { head, low, batch } = this.#problem;
    return mean(
      this.#rows((i, t) => {
        const out = this.#net(p, "dec", [...this.#row("observation", i, O), ...this.#row("action", i, A), ...z[t]!]);
        const reward = batch.reward![i]!;
        if (head === "deterministic") return (out[0]! - reward) ** 2;
        if (head === "gaussian") {
          const logVariance = clamp(out[1]!, -6, 4);
          return 0.5 * (logVariance + (out[0]! - reward) ** 2 / Math.exp(logVariance));
        }
        const chance = 1 / (1 + Math.exp(-out[0]!));
        return reward === low ? -Math.log(1 - chance) : -Math.log(chance);
      }),
    );
  }

  #kl(p: Numbers): number {
    return mean(
      this.#posterior(p).map((q) => sum(q.mean.map((m, d) => 0.5 * (q.variance[d]! + m * m - 1 - Math.log(q.variance[d]!))))),
    );
  }

  losses(): Losses {
    const p = this.#problem.weights;
    const held = this.held();
    return {
      critic1: this.#bellman(p, "q1", held),
      critic2: this.#bellman(p, "q2", held),
      actor: this.#actor(p, p, held),
      decoder: this.#reconstruction(p, held.z),
      kl: this.#kl(p),
      advantage: mean(this.#advantages(p, held.z)),
      q: mean(this.#values(p, "q1", held.z)),
    };
  }

  /** The one loss that may train parameter `name`, as a function of that parameter's values: who trains what, SMAC 1.3. */
  objective(name: string, held: Held): (values: readonly number[]) => number {
    const base = this.#problem.weights;
    const moved = (values: readonly number[]): Numbers => ({ ...base, [name]: values });
    switch (name.split(".")[0]) {
      case "enc":
        return (values) => {
          const p = moved(values);
          return this.#reconstruction(p, this.#latents(p)) + this.#problem.klWeight * this.#kl(p);
        };
      case "dec":
        return (values) => this.#reconstruction(moved(values), held.z);
      case "pi":
        return (values) => this.#actor(moved(values), base, held);
      case "q1":
      case "q2":
        return (values) => this.#bellman(moved(values), name.slice(0, 2), held);
      default:
        throw new Error(`${name} is not trained`);
    }
  }

  /** Central difference of `name`'s objective along element `i`; `order` 4 cancels the next error term as well. */
  derivative(name: string, i: number, held: Held, h: number, order: 2 | 4 = 2): number {
    const f = this.objective(name, held);
    const values = this.#problem.weights[name]!;
    const at = (shift: number) => f(values.map((v, j) => (j === i ? v + shift : v)));
    const second = (step: number) => (at(step) - at(-step)) / (2 * step);
    return order === 2 ? second(h) : (4 * second(h) - second(2 * h)) / 3;
  }
}
