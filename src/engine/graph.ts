import type { Attribute, ElementType, Model, ModelValue } from "./onnx.ts";

let created = 0;

/**
 * One operation of a traced function and its single result. As a tfjs dataId it is fresh for every tensor, so tfjs's reference
 * counting has nothing to do.
 */
export class Node {
  readonly id = created++;
  readonly op: string;
  readonly inputs: readonly Node[];
  readonly shape: number[];
  readonly dtype: ElementType;
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Set on constants only. */
  readonly data: NodeJS.TypedArray | undefined;
  constructor(
    op: string,
    inputs: readonly Node[],
    shape: readonly number[],
    dtype: ElementType = "float32",
    attributes: Readonly<Record<string, Attribute>> = {},
    data?: NodeJS.TypedArray,
  ) {
    this.op = op;
    this.inputs = inputs;
    this.shape = [...shape];
    this.dtype = dtype;
    this.attributes = attributes;
    this.data = data;
  }
}

export const placeholder = (shape: readonly number[]): Node => new Node("input", [], shape);

export const constant = (values: ArrayLike<number>, shape: readonly number[], dtype: ElementType): Node => {
  const data =
    dtype === "float32" ? Float32Array.from(values) : dtype === "int32" ? Int32Array.from(values) : Uint8Array.from(values);
  return new Node("constant", [], shape, dtype, {}, data);
};
export const scalar = (value: number): Node => constant([value], [], "float32");
export const integers = (values: readonly number[]): Node =>
  new Node("constant", [], [values.length], "int64", {}, BigInt64Array.from(values, BigInt));

/** A model of everything the outputs depend on; what they do not depend on is never reached. */
export function toModel(inputs: Readonly<Record<string, Node>>, outputs: Readonly<Record<string, Node>>): Model {
  const reached = new Set<Node>();
  const pending = Object.values(outputs);
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    pending.push(...node.inputs);
  }
  // A node is made after its inputs, so the order of making is an order of running.
  const ordered = [...reached].sort((a, b) => a.id - b.id);
  const names = new Map(ordered.map((node, i) => [node, `#${i}`]));
  for (const [name, node] of Object.entries(inputs)) names.set(node, name);
  const nameOf = (node: Node): string => names.get(node)!;
  const value = ([name, { shape, dtype }]: [string, Node]): ModelValue => ({ name, shape, dtype });
  return {
    nodes: [
      ...ordered
        .filter(({ op }) => op !== "input" && op !== "constant")
        .map((node) => ({ op: node.op, inputs: node.inputs.map(nameOf), output: nameOf(node), attributes: node.attributes })),
      // An output may be an input, a constant, or the same node as another output: each gets a node of its own.
      ...Object.entries(outputs).map(([name, node]) => ({
        op: "Identity",
        inputs: [nameOf(node)],
        output: name,
        attributes: {},
      })),
    ],
    constants: ordered.flatMap((node) => (node.data ? [{ ...value([nameOf(node), node]), data: node.data }] : [])),
    inputs: Object.entries(inputs).map(value),
    outputs: Object.entries(outputs).map(value),
  };
}
