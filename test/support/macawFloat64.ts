// MACAW in float64, one row at a time, from the paper's equations: the weight transform is stepped as it is defined, parameter by
// parameter, and every gradient is a difference. Nothing here knows a derivative.
import { mean, net, row } from "./algorithmsFloat64.ts";
import type { Values } from "./algorithmsFloat64.ts";

export interface MacawProblem {
  readonly O: number;
  readonly A: number;
  /** Hidden widths of the policy, and of the value. */
  readonly policy: readonly number[];
  readonly critic: readonly number[];
  readonly sigma: number;
  readonly temperature: number;
}
/** Rows of one task. */
export interface Float64Rows {
  readonly observation: readonly (readonly number[])[];
  readonly action: readonly (readonly number[])[];
  readonly return: readonly number[];
}

const softplus = (x: number) => Math.log1p(Math.exp(x));
const H = 1e-5;

export class MacawFloat64 {
  readonly #problem: MacawProblem;
  constructor(problem: MacawProblem) {
    this.#problem = problem;
  }

  #sizes(of: "pi" | "v"): number[] {
    const { O, A, policy, critic } = this.#problem;
    return of === "pi" ? [O, ...policy, A] : [O, ...critic, 1];
  }

  /** [last hidden layer, output] of a generated net; layer i is z_i T_i + c_i, its last row the bias. */
  forward(p: Values, of: "pi" | "v", x: readonly number[]): { hidden: number[]; out: number[] } {
    const sizes = this.#sizes(of);
    let hidden = [...x];
    for (let i = 0; ; i++) {
      const [into, out] = [sizes[i]!, sizes[i + 1]!];
      const [z, t, c] = [p[`${of}.z${i}`]!, p[`${of}.t${i}`]!, p[`${of}.c${i}`]!];
      const w = Array.from(c, (bias, k) => z.reduce((sum, zd, d) => sum + zd * t[d * c.length + k]!, bias));
      const next = Array.from({ length: out }, (_, o) =>
        hidden.reduce((sum, h, k) => sum + h * w[k * out + o]!, w[into * out + o]!),
      );
      if (i === sizes.length - 2) return { hidden, out: next };
      hidden = next.map((h) => Math.max(0, h));
    }
  }

  mean(p: Values, s: readonly number[]): number[] {
    return this.forward(p, "pi", s).out.map(Math.tanh);
  }
  valueLoss(p: Values, rows: Float64Rows): number {
    return mean(rows.return.map((R, i) => (this.forward(p, "v", rows.observation[i]!).out[0]! - R) ** 2));
  }
  #advantages(p: Values, rows: Float64Rows): number[] {
    return rows.return.map((R, i) => R - this.forward(p, "v", rows.observation[i]!).out[0]!);
  }
  #weights(advantage: readonly number[]): number[] {
    const middle = mean(advantage);
    const deviation = Math.sqrt(mean(advantage.map((a) => (a - middle) ** 2)) + 1e-8);
    return advantage.map((a) => Math.min(20, Math.exp((a - middle) / deviation / this.#problem.temperature)));
  }
  /** L_AWR of `p` with the advantages of `v`. */
  awr(p: Values, v: Values, rows: Float64Rows): number {
    const { sigma } = this.#problem;
    const weights = this.#weights(this.#advantages(v, rows));
    return mean(
      rows.observation.map((s, i) => {
        const logProbs = this.mean(p, s).map(
          (m, d) => -0.5 * ((rows.action[i]![d]! - m) / sigma) ** 2 - Math.log(sigma) - 0.5 * Math.log(2 * Math.PI),
        );
        return -weights[i]! * logProbs.reduce((a, b) => a + b, 0);
      }),
    );
  }
  #advantageLoss(p: Values, v: Values, rows: Float64Rows): number {
    const wanted = this.#advantages(v, rows);
    return mean(
      rows.observation.map(
        (s, i) => (net(p, "adv", [...this.forward(p, "pi", s).hidden, ...rows.action[i]!])[0]! - wanted[i]!) ** 2,
      ),
    );
  }

  /** One gradient step on every parameter that begins with `of`, each by its own rate. */
  #step(p: Values, of: string, loss: (q: Values) => number): Values {
    const moved = Object.keys(p).filter((name) => name.startsWith(of));
    return {
      ...p,
      ...Object.fromEntries(
        moved.map((name) => [
          name,
          p[name]!.map((x, i) => {
            const at = (shift: number) => loss({ ...p, [name]: p[name]!.map((y, j) => (j === i ? y + shift : y)) });
            return x - (softplus(p[`rate.${name}`]![0]!) * (at(H) - at(-H))) / (2 * H);
          }),
        ]),
      ),
    };
  }
  valueStep(p: Values, support: Float64Rows): Values {
    return this.#step(p, "v.", (q) => this.valueLoss(q, support));
  }
  /** The policy's step, with the advantages of the stepped value `v`. */
  policyStep(p: Values, v: Values, support: Float64Rows): Values {
    const lambda = softplus(p["rate.advantage"]![0]!);
    return this.#step(p, "pi.", (q) => this.awr(q, v, support) + lambda * this.#advantageLoss(q, v, support));
  }

  /** Mean outer losses over tasks. `base`: whose stepped value the policy's advantages are of. */
  outer(p: Values, base: Values, tasks: readonly { support: Float64Rows; query: Float64Rows }[]) {
    return {
      value: mean(tasks.map(({ support, query }) => this.valueLoss(this.valueStep(p, support), query))),
      actor: mean(
        tasks.map(({ support, query }) => {
          const v = this.valueStep(base, support);
          return this.awr(this.policyStep(p, v, support), v, query);
        }),
      ),
    };
  }
}

/** Rows [from, from + n) of flat arrays. */
export const rowsOf = (
  v: { observation: Float64Array; action: Float64Array; return: Float64Array },
  from: number,
  n: number,
  O: number,
  A: number,
): Float64Rows => ({
  observation: Array.from({ length: n }, (_, i) => row(v.observation, from + i, O)),
  action: Array.from({ length: n }, (_, i) => row(v.action, from + i, A)),
  return: [...v.return.subarray(from, from + n)],
});
