import { expect } from "chai";
import { tf, type Shape, type Tensors } from "../../../src/engine/engine.ts";
import { kernels } from "../../../src/engine/kernels.ts";
import type { Rng } from "../../../src/domain/rng.ts";
import { evaluate, randomArrays, relativeError } from "./reference.ts";

type In = { x: tf.Tensor; y: tf.Tensor };
interface Case {
  readonly f: (inputs: In) => tf.Tensor | tf.Tensor[];
  readonly x?: Shape;
  readonly y?: Shape;
  readonly draw?: (r: Rng) => number;
}
const positive = (r: Rng) => r.between(0.1, 3);
/** Many values near zero, where naive formulas lose their digits. */
const tiny = (r: Rng) => r.normal() * 10 ** -r.integer(6);
/** Halves, so that equal pairs and ties occur. */
const coarse = (r: Rng) => Math.round(r.normal() * 2) / 2;
const bool = (x: tf.Tensor) => tf.greater(x, 0);
const float = (x: tf.Tensor) => tf.cast(x, "float32");

const CASES: Record<string, Case[]> = {
  Abs: [{ f: ({ x }) => tf.abs(x) }],
  Add: [
    { f: ({ x, y }) => tf.add(x, y), y: [4] },
    { f: ({ x, y }) => tf.add(x, y), x: [3, 1], y: [2, 1, 4] },
  ],
  AddN: [{ f: ({ x, y }) => tf.addN([x, y, x]) }],
  Atanh: [{ f: ({ x }) => tf.atanh(x), draw: (r) => r.between(-0.99, 0.99) }],
  BatchMatMul: [
    ...[false, true].flatMap((a) =>
      [false, true].flatMap((b): Case[] => [
        { f: ({ x, y }) => tf.matMul(x, y, a, b), x: a ? [5, 3] : [3, 5], y: b ? [4, 5] : [5, 4] },
        { f: ({ x, y }) => tf.matMul(x, y, a, b), x: a ? [2, 5, 3] : [2, 3, 5], y: b ? [2, 4, 5] : [2, 5, 4] },
      ]),
    ),
    { f: ({ x, y }) => tf.matMul(x, y), x: [2, 3, 5], y: [1, 5, 4] },
  ],
  Cast: [
    { f: ({ x }) => float(tf.cast(x, "bool")), draw: coarse },
    { f: ({ x }) => float(tf.cast(x, "int32")), draw: (r) => 5 * r.normal() },
  ],
  Ceil: [{ f: ({ x }) => tf.ceil(x) }],
  ClipByValue: [{ f: ({ x }) => tf.clipByValue(x, -0.3, 0.4) }],
  Concat: [
    { f: ({ x, y }) => tf.concat([x, y], -1), y: [3, 2] },
    { f: ({ x, y }) => tf.concat([x, y, x], 0), y: [1, 4] },
  ],
  Cos: [{ f: ({ x }) => tf.cos(x) }],
  Elu: [{ f: ({ x }) => tf.elu(x) }],
  Equal: [{ f: ({ x, y }) => float(tf.equal(x, y)), draw: coarse }],
  Erf: [{ f: ({ x }) => tf.erf(x) }],
  Exp: [{ f: ({ x }) => tf.exp(x) }],
  ExpandDims: [0, 1, 2, -1, -2].map((axis) => ({ f: ({ x }) => tf.expandDims(x, axis) })),
  Expm1: [
    { f: ({ x }) => tf.expm1(x), x: [200], draw: tiny },
    { f: ({ x }) => tf.expm1(x), x: [200], draw: (r) => r.between(-20, 20) },
  ],
  Fill: [{ f: ({ x }) => tf.add(x, tf.fill([3, 4], 2.5)) }],
  Floor: [{ f: ({ x }) => tf.floor(x) }],
  Greater: [{ f: ({ x, y }) => float(tf.greater(x, y)), draw: coarse, y: [4] }],
  GreaterEqual: [{ f: ({ x, y }) => float(tf.greaterEqual(x, y)), draw: coarse }],
  Identity: [{ f: ({ x }) => tf.clone(x) }],
  LeakyRelu: [{ f: ({ x }) => tf.leakyRelu(x, 0.2) }, { f: ({ x }) => tf.leakyRelu(x, 1) }],
  Less: [{ f: ({ x, y }) => float(tf.less(x, y)), draw: coarse }],
  LessEqual: [{ f: ({ x, y }) => float(tf.lessEqual(x, y)), draw: coarse }],
  Log: [{ f: ({ x }) => tf.log(x), draw: positive }],
  Log1p: [
    { f: ({ x }) => tf.log1p(x), x: [200], draw: (r) => Math.max(-0.9, tiny(r)) },
    { f: ({ x }) => tf.log1p(x), draw: positive },
  ],
  LogicalAnd: [{ f: ({ x, y }) => float(tf.logicalAnd(bool(x), bool(y))) }],
  LogicalNot: [{ f: ({ x }) => float(tf.logicalNot(bool(x))) }],
  LogicalOr: [{ f: ({ x, y }) => float(tf.logicalOr(bool(x), bool(y))) }],
  Max: [{ f: ({ x }) => [tf.max(x), tf.max(x, 0), tf.max(x, [1], true)] }],
  Maximum: [{ f: ({ x, y }) => tf.maximum(x, y), y: [] }],
  Mean: [{ f: ({ x }) => [tf.mean(x), tf.mean(x, -1), tf.mean(x, [0], true)] }],
  Min: [{ f: ({ x }) => [tf.min(x), tf.min(x, 0), tf.min(x, [1], true)] }],
  Minimum: [{ f: ({ x, y }) => tf.minimum(x, y) }],
  Multiply: [{ f: ({ x, y }) => tf.mul(x, y), y: [3, 1] }],
  Neg: [{ f: ({ x }) => tf.neg(x) }],
  NotEqual: [{ f: ({ x, y }) => float(tf.notEqual(x, y)), draw: coarse }],
  OnesLike: [{ f: ({ x }) => tf.add(x, tf.onesLike(x)) }],
  Pack: [0, 1, 2, -1].map((axis) => ({ f: ({ x, y }) => tf.stack([x, y, x], axis) })),
  PadV2: [{ f: ({ x }) => tf.pad(x, [[1, 2], [0, 3]], 0.5) }], // prettier-ignore
  Pow: [{ f: ({ x, y }) => tf.pow(x, y), draw: positive }, { f: ({ x }) => tf.pow(x, 3) }],
  Prod: [{ f: ({ x }) => [tf.prod(x), tf.prod(x, 0), tf.prod(x, 1, true)] }],
  RealDiv: [{ f: ({ x, y }) => tf.div(x, y), draw: positive }],
  Reciprocal: [{ f: ({ x }) => tf.reciprocal(x), draw: positive }],
  Relu: [{ f: ({ x }) => tf.relu(x) }],
  Relu6: [{ f: ({ x }) => tf.relu6(x), draw: (r) => 5 * r.normal() }],
  Reshape: [{ f: ({ x }) => tf.reshape(x, [2, -1]) }, { f: ({ x }) => tf.squeeze(tf.reshape(x, [1, 12, 1])) }],
  Round: [{ f: ({ x }) => tf.round(x), draw: coarse }],
  Rsqrt: [{ f: ({ x }) => tf.rsqrt(x), draw: positive }],
  Select: [{ f: ({ x, y }) => tf.where(bool(x), x, y) }, { f: ({ x }) => tf.where(bool(x), x, 0) }],
  Sigmoid: [{ f: ({ x }) => tf.sigmoid(x), draw: (r) => 3 * r.normal() }],
  Sign: [{ f: ({ x }) => tf.sign(x), draw: coarse }],
  Sin: [{ f: ({ x }) => tf.sin(x) }],
  Slice: [
    { f: ({ x }) => tf.slice(x, [1, 0], [2, 3]) },
    { f: ({ x }) => tf.slice(x, 1) },
    { f: ({ x }) => tf.slice(x, [0, 2], [-1, -1]) },
  ],
  Softmax: [{ f: ({ x }) => tf.softmax(x) }, { f: ({ x }) => tf.softmax(x), x: [2, 3, 4], draw: (r) => 30 * r.normal() }],
  Softplus: [{ f: ({ x }) => tf.softplus(x), x: [200], draw: (r) => 6 * r.normal() }],
  SplitV: [
    { f: ({ x }) => tf.split(x, 2, 1) },
    { f: ({ x }) => tf.split(x, [1, 2], 0) },
    { f: ({ x }) => tf.split(x, [1, -1, 1], -1) },
  ],
  Sqrt: [{ f: ({ x }) => tf.sqrt(x), draw: positive }],
  Square: [{ f: ({ x }) => tf.square(x) }],
  SquaredDifference: [{ f: ({ x, y }) => tf.squaredDifference(x, y), y: [4] }],
  Step: [
    { f: ({ x }) => tf.step(x), draw: coarse },
    { f: ({ x }) => tf.step(x, 0.3), draw: coarse },
  ],
  StridedSlice: [
    { f: ({ x }) => tf.stridedSlice(x, [0, 1], [3, 4], [2, 2]) },
    { f: ({ x }) => tf.stridedSlice(x, [0, 3], [3, 0], [1, -1]) },
    { f: ({ x }) => tf.stridedSlice(x, [0, 3], [3, 0], [1, -1], 0, 0b10) },
    { f: ({ x }) => tf.stridedSlice(x, [1, 0], [2, 4], [1, 1], 0, 0, 0, 0, 0b01) },
  ],
  Sub: [{ f: ({ x, y }) => tf.sub(x, y) }],
  Sum: [
    { f: ({ x }) => [tf.sum(x), tf.sum(x, 0), tf.sum(x, [-1], true)] },
    { f: ({ x }) => tf.sum(x), x: [] },
    { f: ({ x }) => tf.sum(x, []) },
  ],
  Tanh: [
    { f: ({ x }) => tf.tanh(x), x: [200], draw: tiny },
    { f: ({ x }) => tf.tanh(x), draw: (r) => 5 * r.normal() },
  ],
  Tile: [{ f: ({ x }) => tf.tile(x, [2, 3]) }, { f: ({ x }) => tf.broadcastTo(x, [5, 3, 4]) }],
  Transpose: [{ f: ({ x }) => tf.transpose(x) }, { f: ({ x }) => tf.transpose(x, [2, 0, 1]), x: [2, 3, 4] }],
  Unpack: [0, 1, -1].map((axis) => ({ f: ({ x }) => tf.unstack(x, axis) })),
  ZerosLike: [{ f: ({ x }) => tf.add(x, tf.zerosLike(x)) }],
};

describe("The engine's kernels", () => {
  it("are each covered by a case below", () => {
    expect(Object.keys(CASES).sort()).to.deep.equal(Object.keys(kernels).sort());
  });

  for (const [kernel, cases] of Object.entries(CASES))
    it(`${kernel} gives compiled what it gives eagerly`, async () => {
      for (const [i, { f, x = [3, 4], y = [3, 4], draw }] of cases.entries()) {
        const shapes = { x, y };
        const named = (inputs: Tensors): Tensors => {
          const result = f(inputs as unknown as In);
          return Object.fromEntries((Array.isArray(result) ? result : [result]).map((tensor, at) => [`out${at}`, tensor]));
        };
        const values = randomArrays(shapes, `${kernel} ${i}`, draw ?? ((r) => r.normal()));
        const compiled = await evaluate(named, shapes, values, "compiled");
        const eager = await evaluate(named, shapes, values, "eager");
        expect(Object.keys(compiled)).to.deep.equal(Object.keys(eager));
        for (const [name, wanted] of Object.entries(eager))
          expect(relativeError(compiled[name]!, wanted), `case ${i}, ${name}: ${compiled[name]} against ${wanted}`).to.be.below(
            1e-5,
          );
      }
    });

  for (const [name, f] of Object.entries({ log1p: tf.log1p, expm1: tf.expm1, softplus: tf.softplus, tanh: tf.tanh }))
    it(`keep the digits of ${name} where its values are small`, async () => {
      const x = Float64Array.from({ length: 60 }, (_, i) => Math.fround((name === "softplus" ? -i : 10 ** (-i / 8)) * 0.9));
      const exact = { log1p: Math.log1p, expm1: Math.expm1, tanh: Math.tanh, softplus: (v: number) => Math.log1p(Math.exp(v)) }[
        name
      ]!;
      const { y } = await evaluate((t) => ({ y: f(t["x"]!) }), { x: [60] }, { x }, "compiled");
      const worst = Math.max(...x.map((v, i) => Math.abs(y![i]! / exact(v) - 1)));
      expect(worst).to.be.below(2e-6);
    });
});
