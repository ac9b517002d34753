// What each tfjs kernel is in ONNX (opset 15). A kernel missing here is refused by name when a function is traced.
import { constant, integers, Node, scalar } from "./graph.ts";
import { elementCode, type ElementType } from "./onnx.ts";
import { tf } from "./tf.ts";

/** Inputs and attributes under the names tfjs gives them; a kernel sees only its own. */
interface Inputs {
  readonly x: Node;
  readonly a: Node;
  readonly b: Node;
  readonly input: Node;
  readonly logits: Node;
  readonly condition: Node;
  readonly t: Node;
  readonly e: Node;
}
interface Attributes {
  readonly alpha: number;
  readonly axis: number;
  readonly begin: number[];
  readonly beginMask: number;
  readonly clipValueMax: number;
  readonly clipValueMin: number;
  readonly constantValue: number;
  readonly dim: number;
  readonly dtype: ElementType;
  readonly ellipsisMask: number;
  readonly end: number[];
  readonly endMask: number;
  readonly keepDims: boolean;
  readonly newAxisMask: number;
  readonly num: number;
  readonly numOrSizeSplits: number | number[];
  readonly paddings: [number, number][];
  readonly perm: number[];
  readonly reductionIndices: number | number[];
  readonly reps: number[];
  readonly shape: number[];
  readonly shrinkAxisMask: number;
  readonly size: number[];
  readonly strides: number[];
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly value: number;
}
export type Kernel = (inputs: Inputs, attributes: Attributes) => Node | Node[];

const like = (op: string, x: Node, attributes = {}): Node => new Node(op, [x], x.shape, x.dtype, attributes);
const binary = (op: string, a: Node, b: Node, dtype: ElementType = a.dtype): Node =>
  new Node(op, [a, b], tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape), dtype);
const cast = (x: Node, dtype: ElementType): Node => new Node("Cast", [x], x.shape, dtype, { to: elementCode(dtype) });
const reshape = (x: Node, shape: readonly number[]): Node => new Node("Reshape", [x, integers(shape)], shape, x.dtype);
const where = (condition: Node, yes: Node, no: Node): Node => {
  const shape = tf.backend_util.assertAndGetBroadcastShape(yes.shape, no.shape);
  return new Node("Where", [condition, yes, no], tf.backend_util.assertAndGetBroadcastShape(condition.shape, shape), yes.dtype);
};
const fill = (value: number, shape: readonly number[], dtype: ElementType): Node =>
  new Node("Expand", [constant([value], [], dtype), integers(shape)], shape, dtype);
const slice = (x: Node, begin: readonly number[], size: readonly number[]): Node =>
  new Node("Slice", [x, integers(begin), integers(begin.map((at, i) => at + size[i]!))], size, x.dtype);
const along = (x: Node, axis: number): number => (axis < 0 ? axis + x.shape.length : axis);
const replaced = (shape: readonly number[], axis: number, ...sizes: number[]): number[] => [
  ...shape.slice(0, axis),
  ...sizes,
  ...shape.slice(axis + 1),
];
const transpose = (x: Node, perm: readonly number[]): Node =>
  new Node(
    "Transpose",
    [x],
    perm.map((axis) => x.shape[axis]!),
    x.dtype,
    { perm },
  );
const concat = (xs: readonly Node[], axis: number): Node => {
  const [first] = xs as [Node];
  const size = xs.reduce((total, x) => total + x.shape[axis]!, 0);
  return new Node("Concat", xs, replaced(first.shape, axis, size), first.dtype, { axis });
};
const split = (x: Node, sizes: readonly number[], axis: number): Node[] => {
  let at = 0;
  return sizes.map((size) => {
    const part = slice(
      x,
      replaced(
        x.shape.map(() => 0),
        axis,
        at,
      ),
      replaced(x.shape, axis, size),
    );
    at += size;
    return part;
  });
};
const expandDims = (x: Node, axis: number): Node => reshape(x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]);

const reduce = (op: string, x: Node, axis: number | number[], keepDims: boolean): Node => {
  const axes = tf.util.parseAxisParam(axis, x.shape);
  // To ONNX an empty list of axes means all of them.
  if (axes.length === 0) return like("Identity", x);
  const shape = x.shape.flatMap((size, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [size]));
  const keepdims = keepDims ? 1 : 0;
  return op === "ReduceSum"
    ? new Node(op, [x, integers(axes)], shape, x.dtype, { keepdims })
    : new Node(op, [x], shape, x.dtype, { axes, keepdims });
};

const matMul = (a: Node, b: Node, transposeA: boolean, transposeB: boolean): Node => {
  const rows = a.shape.at(transposeA ? -1 : -2)!;
  const columns = b.shape.at(transposeB ? -2 : -1)!;
  if (a.shape.length === 2 && b.shape.length === 2)
    return new Node("Gemm", [a, b], [rows, columns], "float32", { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 });
  const swapped = (x: Node): Node => {
    const last = x.shape.length - 1;
    return transpose(
      x,
      [...x.shape.keys()].map((i) => (i === last ? last - 1 : i === last - 1 ? last : i)),
    );
  };
  const batch = tf.backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return new Node("MatMul", [transposeA ? swapped(a) : a, transposeB ? swapped(b) : b], [...batch, rows, columns]);
};

const square = (x: Node): Node => binary("Mul", x, x);
// ln(1 + x) by way of the rounding error that 1 + x makes (Goldberg 1991, theorem 4): exact to rounding also for tiny x.
const log1p = (x: Node): Node => {
  const u = binary("Add", x, scalar(1));
  const quotient = binary("Div", binary("Mul", like("Log", u), x), binary("Sub", u, scalar(1)));
  return where(binary("Equal", u, scalar(1), "bool"), x, quotient);
};
// e^x - 1 = 2t / (1 - t) with t = tanh(x / 2), where the plain difference would cancel.
const expm1 = (x: Node): Node => {
  const t = like("Tanh", binary("Mul", x, scalar(0.5)));
  const near = binary("Div", binary("Mul", t, scalar(2)), binary("Sub", scalar(1), t));
  return where(binary("Less", like("Abs", x), scalar(1), "bool"), near, binary("Sub", like("Exp", x), scalar(1)));
};
// Not ONNX's own Softplus: its log(1 + e^x) loses all digits below about -15, where variances live.
const softplus = (x: Node): Node => binary("Add", like("Relu", x), log1p(like("Exp", like("Neg", like("Abs", x)))));

const KERNELS: Record<string, Kernel> = {
  Cast: ({ x }, { dtype }) => cast(x, dtype),
  Fill: (_, { shape, value, dtype }) => fill(value, shape, dtype ?? "float32"),
  ZerosLike: ({ x }) => fill(0, x.shape, x.dtype),
  OnesLike: ({ x }) => fill(1, x.shape, x.dtype),

  Reshape: ({ x }, { shape }) => reshape(x, tf.util.inferFromImplicitShape(shape, tf.util.sizeFromShape(x.shape))),
  ExpandDims: ({ input }, { dim }) => expandDims(input, dim < 0 ? input.shape.length + dim + 1 : dim),
  Transpose: ({ x }, { perm }) => transpose(x, perm),
  Concat: (xs, { axis }) => {
    const parts = Object.values(xs) as Node[];
    return concat(parts, along(parts[0]!, axis));
  },
  Pack: (xs, { axis }) => {
    const parts = (Object.values(xs) as Node[]).map((x) => expandDims(x, axis < 0 ? axis + x.shape.length + 1 : axis));
    return concat(parts, along(parts[0]!, axis));
  },
  Unpack: ({ x: value, ...rest }, { axis }) => {
    const x = value ?? (rest as unknown as { value: Node }).value;
    const at = along(x, axis);
    return split(x, new Array<number>(x.shape[at]!).fill(1), at).map((part) => reshape(part, replaced(x.shape, at)));
  },
  SplitV: ({ x }, { numOrSizeSplits, axis }) => {
    const at = along(x, axis);
    return split(x, tf.backend_util.prepareSplitSize({ ...x, rank: x.shape.length } as never, numOrSizeSplits, at), at);
  },
  Slice: ({ x }, { begin, size }) => {
    const [from, extent] = tf.slice_util.parseSliceParams(x as never, begin, size) as [number[], number[]];
    return slice(x, from, extent);
  },
  StridedSlice: ({ x }, { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask }) => {
    const plan = tf.slice_util.sliceInfo(
      x.shape,
      begin,
      end,
      strides,
      beginMask,
      endMask,
      ellipsisMask,
      newAxisMask,
      shrinkAxisMask,
    );
    // A negative stride may end before the first element, which ONNX writes as a very negative end.
    const stops = plan.end.map((stop, i) => (plan.strides[i]! < 0 && stop < 0 ? -x.shape[i]! - 1 : stop));
    const axes = integers([...x.shape.keys()]);
    const cut = new Node(
      "Slice",
      [x, integers(plan.begin), integers(stops), axes, integers(plan.strides)],
      plan.finalShapeSparse,
      x.dtype,
    );
    return reshape(cut, plan.finalShape);
  },
  PadV2: ({ x }, { paddings, constantValue }) =>
    new Node(
      "Pad",
      [x, integers([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]), scalar(constantValue)],
      x.shape.map((size, i) => size + paddings[i]![0] + paddings[i]![1]),
    ),
  Tile: ({ x }, { reps }) =>
    new Node(
      "Tile",
      [x, integers(reps)],
      x.shape.map((size, i) => size * reps[i]!),
      x.dtype,
    ),

  BatchMatMul: ({ a, b }, { transposeA, transposeB }) => matMul(a, b, transposeA, transposeB),
  Sum: ({ x }, { axis, keepDims }) => reduce("ReduceSum", x, axis, keepDims),
  Mean: ({ x }, { axis, keepDims }) => reduce("ReduceMean", x, axis, keepDims),
  Prod: ({ x }, { axis, keepDims }) => reduce("ReduceProd", x, axis, keepDims),
  Max: ({ x }, { reductionIndices, keepDims }) => reduce("ReduceMax", x, reductionIndices, keepDims),
  Min: ({ x }, { axis, keepDims }) => reduce("ReduceMin", x, axis, keepDims),
  Softmax: ({ logits }, { dim }) => like("Softmax", logits, { axis: dim }),

  AddN: (xs) => {
    const terms = Object.values(xs) as Node[];
    return new Node("Sum", terms, terms[0]!.shape);
  },
  Square: ({ x }) => square(x),
  SquaredDifference: ({ a, b }) => square(binary("Sub", a, b)),
  Rsqrt: ({ x }) => like("Reciprocal", like("Sqrt", x)),
  Log1p: ({ x }) => log1p(x),
  Expm1: ({ x }) => expm1(x),
  Softplus: ({ x }) => softplus(x),
  LeakyRelu: ({ x }, { alpha }) => like("LeakyRelu", x, { alpha: Float32Array.of(alpha) }),
  Relu6: ({ x }) => new Node("Clip", [x, scalar(0), scalar(6)], x.shape),
  ClipByValue: ({ x }, { clipValueMin, clipValueMax }) =>
    new Node("Clip", [x, scalar(clipValueMin), scalar(clipValueMax)], x.shape),
  Step: ({ x }, { alpha }) => {
    const above = binary("Greater", x, scalar(0), "bool");
    return alpha ? where(above, scalar(1), scalar(alpha)) : cast(above, "float32");
  },
  Select: ({ condition, t, e }) => where(condition, t, e),
  LogicalNot: ({ x }) => like("Not", x),
  NotEqual: ({ a, b }) => like("Not", binary("Equal", a, b, "bool")),
};

const UNARY = ["Identity", "Relu", "Exp", "Log", "Neg", "Sqrt", "Tanh", "Sigmoid", "Abs", "Sign", "Reciprocal", "Elu"];
UNARY.push("Sin", "Cos", "Atanh", "Erf", "Floor", "Ceil", "Round");
for (const op of UNARY) KERNELS[op] = ({ x }) => like(op, x);

const ARITHMETIC = { Add: "Add", Sub: "Sub", Multiply: "Mul", RealDiv: "Div", Maximum: "Max", Minimum: "Min", Pow: "Pow" };
for (const [kernel, op] of Object.entries(ARITHMETIC)) KERNELS[kernel] = ({ a, b }) => binary(op, a, b);

const COMPARISON = { Greater: "Greater", GreaterEqual: "GreaterOrEqual", Less: "Less", LessEqual: "LessOrEqual", Equal: "Equal" };
for (const [kernel, op] of Object.entries({ ...COMPARISON, LogicalAnd: "And", LogicalOr: "Or" }))
  KERNELS[kernel] = ({ a, b }) => binary(op, a, b, "bool");

export const kernels: Readonly<Record<string, Kernel>> = KERNELS;
