// Writes the few ONNX protobuf messages a traced function needs (IR version 8, opset 15). Field numbers are those of onnx.proto3.

export type ElementType = "float32" | "int32" | "int64" | "bool";
/** A number or a list of numbers is written as integers, a Float32Array as one float. */
export type Attribute = number | readonly number[] | Float32Array;

export interface ModelNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}
export interface ModelValue {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: ElementType;
}
export interface ModelConstant extends ModelValue {
  readonly data: NodeJS.TypedArray;
}
export interface Model {
  readonly nodes: readonly ModelNode[];
  readonly constants: readonly ModelConstant[];
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
}

const ELEMENT: Record<ElementType, number> = { float32: 1, int32: 6, int64: 7, bool: 9 };
export const elementCode = (dtype: ElementType): number => ELEMENT[dtype];

const varint = (value: number): Buffer => {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  return Buffer.from([...out, Number(rest)]);
};
const integer = (field: number, value: number): Buffer => Buffer.concat([varint(field << 3), varint(value)]);
const float = (field: number, value: Float32Array): Buffer =>
  Buffer.concat([varint((field << 3) | 5), Buffer.from(value.buffer, value.byteOffset, 4)]);
const message = (field: number, ...parts: (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  return Buffer.concat([varint((field << 3) | 2), varint(body.length), body]);
};

const attribute = (name: string, value: Attribute): Buffer => {
  if (typeof value === "number") return message(5, message(1, name), integer(3, value), integer(20, 2));
  if (value instanceof Float32Array) return message(5, message(1, name), float(2, value), integer(20, 1));
  return message(5, message(1, name), ...value.map((x) => integer(8, x)), integer(20, 7));
};
const valueInfo = ({ name, shape, dtype }: ModelValue): Buffer[] => {
  const dimensions = message(2, ...shape.map((size) => message(1, integer(1, size))));
  return [message(1, name), message(2, message(1, integer(1, ELEMENT[dtype]), dimensions))];
};
const node = ({ op, inputs, output, attributes }: ModelNode): Buffer =>
  message(
    1,
    ...inputs.map((name) => message(1, name)),
    message(2, output),
    message(4, op),
    ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  );
const constant = ({ name, shape, dtype, data }: ModelConstant): Buffer =>
  message(
    5,
    ...shape.map((size) => integer(1, size)),
    integer(2, ELEMENT[dtype]),
    message(8, name),
    message(9, Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  );

/** The bytes of an .onnx file. */
export function encodeModel({ nodes, constants, inputs, outputs }: Model): Uint8Array {
  const graph = [
    ...nodes.map(node),
    message(2, "onarm"),
    ...constants.map(constant),
    ...inputs.map((input) => message(11, ...valueInfo(input))),
    ...outputs.map((output) => message(12, ...valueInfo(output))),
  ];
  return Buffer.concat([integer(1, 8), message(7, ...graph), message(8, message(1, ""), integer(2, 15))]);
}
