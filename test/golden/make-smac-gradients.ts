// Writes smac-gradients.json beside this file: npx tsx test/golden/make-smac-gradients.ts
import { writeFileSync } from "node:fs";
import { rng } from "../../src/domain/rng.ts";
import { SmacFloat64, type Float64Problem, type Numbers } from "../support/smacFloat64.ts";

const [T, N, K, O, A, Z] = [2, 4, 3, 3, 2, 2];
const hidden = { enc: [5, 4], dec: [4], pi: [4], q: [4, 3] };

const chain = (net: string, sizes: readonly number[]): [string, number[]][] =>
  sizes.slice(1).flatMap((out, i): [string, number[]][] => [
    [`${net}.w${i}`, [sizes[i]!, out]],
    [`${net}.b${i}`, [out]],
  ]);

type Variant = Pick<Float64Problem, "head" | "weighting" | "lambda"> & { readonly title: string; readonly low?: number };
const variants: readonly Variant[] = [
  { title: "offline, deterministic decoder, weights over the batch", head: "deterministic", weighting: "batch", lambda: 0 },
  {
    title: "practice, deterministic decoder, weights over the batch, -Q term",
    head: "deterministic",
    weighting: "batch",
    lambda: 0.7,
  },
  { title: "offline, Gaussian decoder, weights within each task", head: "gaussian", weighting: "task", lambda: 0 },
  {
    title: "practice, Bernoulli decoder, weights within each task, -Q term",
    head: "bernoulli",
    weighting: "task",
    lambda: 0.2,
    low: -1,
  },
];

const volume = (shape: readonly number[]) => shape.reduce((n, d) => n * d, 1);
/** Multiples of 2^-10: exact in float32, so that both sides start from the same numbers. */
const short = (x: number) => Math.round(x * 1024) / 1024;

function problem({ title, low = 0, ...variant }: Variant): Float64Problem {
  const r = rng("smac gradients", title);
  const shapes = Object.fromEntries([
    ...chain("enc", [O + A + 1, ...hidden.enc, 2 * Z]),
    ...chain("dec", [O + A + Z, ...hidden.dec, variant.head === "gaussian" ? 2 : 1]),
    ...chain("pi", [O + Z, ...hidden.pi, 2 * A]),
    ...["q1", "q2", "t1", "t2"].flatMap((net) => chain(net, [O + A + Z, ...hidden.q, 1])),
  ]);
  const draw = (n: number, f: () => number) => Array.from({ length: n }, () => short(f()));
  const normal = (n: number) => draw(n, () => r.normal());
  const reward = () => (variant.head === "bernoulli" ? low + r.integer(2) : r.normal());
  const batch: Numbers = {
    observation: normal(T * N * O),
    action: draw(T * N * A, () => r.between(-0.95, 0.95)),
    reward: draw(T * N, reward),
    nextObservation: normal(T * N * O),
    terminated: draw(T * N, () => r.integer(2)),
    context: normal(T * K * (O + A + 1)),
    // The second task's last row is masked, and holds numbers all the same.
    mask: draw(T * K, () => 1).map((m, i) => (i === T * K - 1 ? 0 : m)),
    latentNoise: normal(T * Z),
    actionNoise: normal(T * N * A),
    nextActionNoise: normal(T * N * A),
  };
  return {
    sizes: { T, N, K, O, A, Z },
    ...variant,
    low,
    discount: 0.9,
    rewardScale: 5,
    temperature: 0.5,
    klWeight: 0.1,
    shapes,
    weights: Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, draw(volume(shape), () => 0.5 * r.normal())]),
    ),
    batch,
  };
}

const cases = variants.map((variant) => {
  const posed = problem(variant);
  const smac = new SmacFloat64(posed);
  const held = smac.held();
  const gradients = Object.fromEntries(
    Object.entries(posed.weights)
      .filter(([name]) => !name.startsWith("t"))
      .map(([name, values]) => {
        const found = values.map((_, i) => smac.derivative(name, i, held, 1e-4, 4));
        const near = values.map((_, i) => smac.derivative(name, i, held, 1e-6));
        const size = Math.max(...found.map(Math.abs));
        // A ReLU or a minimum that switches within the step shows as two steps that disagree.
        found.forEach((g, i) => {
          if (!(Math.abs(g - near[i]!) <= 1e-6 * Math.max(1e-3, size)))
            throw new Error(`${variant.title}: ${name}[${i}] sits on a kink; draw other numbers`);
        });
        return [name, found.map((g) => Number(g.toPrecision(12)))];
      }),
  );
  return { title: variant.title, problem: posed, losses: smac.losses(), gradients };
});

const json = JSON.stringify(cases, null, 1).replace(
  /\[\s+([^[\]{}]*?)\s+\]/g,
  (_, inside: string) => `[${inside.replace(/\s+/g, " ")}]`,
);
writeFileSync(new URL("./smac-gradients.json", import.meta.url), json + "\n");
