// A tfjs backend that records ONNX nodes instead of computing. ONNX Runtime merges, folds and fuses when it loads the model.
import { EngineError } from "./errors.ts";
import { constant, integers, Node, placeholder, toModel } from "./graph.ts";
import { kernels, type Kernel } from "./kernels.ts";
import type { ElementType, Model } from "./onnx.ts";
import { tf } from "./tf.ts";

export type Shape = readonly number[];
export type Tensors = Record<string, tf.Tensor>;
/** Pure tfjs: float32 tensors in, float32 tensors out; everything that changes between calls is an input. */
export type TensorFunction = (inputs: Tensors) => Tensors;

const BACKEND = "onarm-trace";
/** Constants a function may write down; anything longer is data, and data is an input. */
const LARGEST_CONSTANT = 64;

const mapValues = <A, B>(of: Readonly<Record<string, A>>, f: (value: A, key: string) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(of).map(([key, value]) => [key, f(value, key)]));
const shown = (shape: Shape): string => `[${shape.join(", ")}]`;

/** The tf function that is running, as its user knows it, if it is one. */
const operation = (): string | undefined => /^(.*)__op$/.exec(tf.engine().state.activeScope?.name ?? "")?.[1];

class TraceBackend extends tf.KernelBackend {
  /** Called for whatever tfjs computes by itself while the function runs: tf.ones, tf.scalar, tf.randomNormal, tf.tensor. */
  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): Node {
    const source = operation();
    const type = dtype as ElementType;
    const subject = `${source ? `tf.${source}` : "a tensor made of values"} of shape ${shown(shape)}`;
    if (source && /^(rand|truncatedNormal)/.test(source))
      throw new EngineError(
        "engine.constant",
        `${subject} would be drawn once and frozen into the compiled function; pass noise as an input`,
        {
          operation: source,
          shape,
        },
      );
    const data = Array.from(values as ArrayLike<number>);
    if (data.length > 1 && data.every((value) => value === data[0]))
      return new Node("Expand", [constant(data.slice(0, 1), [], type), integers(shape)], shape, type);
    if (data.length > LARGEST_CONSTANT)
      throw new EngineError("engine.constant", `${subject} would be frozen into the compiled function; pass it as an input`, {
        operation: source,
        shape,
      });
    return constant(data, shape, type);
  }
  override readSync(): never {
    throw new EngineError(
      "engine.constant",
      "a traced tensor has no value yet: dataSync() and the like cannot be used in a compiled function",
    );
  }
  override read(): never {
    return this.readSync();
  }
  override disposeData(): boolean {
    return true;
  }
  override incRef(): void {}
  override numDataIds(): number {
    return 0;
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }
  override floatPrecision(): 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
}

const nodeOf = ({ dataId, shape }: tf.TensorInfo, user: string): Node => {
  if (dataId instanceof Node) return dataId;
  throw new EngineError(
    "engine.constant",
    `${user} uses a tensor of shape ${shown(shape)} made outside the compiled function; pass it as an input`,
    {
      user,
      shape,
    },
  );
};
const infoOf = (node: Node): tf.TensorInfo => ({ dataId: node, shape: node.shape, dtype: node.dtype as tf.DataType });

const register = (kernelName: string, kernelFunc: tf.KernelFunc): void =>
  tf.registerKernel({ kernelName, backendName: BACKEND, kernelFunc });

tf.registerBackend(BACKEND, () => new TraceBackend(), -1);
for (const [name, kernel] of Object.entries(kernels))
  register(name, ({ inputs, attrs }) => {
    const user = `tf.${operation() ?? name}`;
    const nodes = mapValues(inputs as Record<string, tf.TensorInfo>, (input) => nodeOf(input, user));
    const result = kernel(nodes as unknown as Parameters<Kernel>[0], (attrs ?? {}) as unknown as Parameters<Kernel>[1]);
    return Array.isArray(result) ? result.map(infoOf) : infoOf(result);
  });
for (const { kernelName: kernel } of tf.getKernelsForBackend("cpu"))
  if (!(kernel in kernels))
    register(kernel, () => {
      const user = operation();
      throw new EngineError(
        "engine.kernel",
        `${user ? `tf.${user} needs the kernel ${kernel}, which` : `the kernel ${kernel}`} cannot be compiled; ` +
          "write it with other operations or add it to src/engine/kernels.ts",
        { kernel, operation: user },
      );
    });

/**
 * Runs `f` once on placeholders and returns what it did. Synchronous; the tfjs backend is afterwards what it was, also when `f` throws.
 * Throws EngineError "engine.kernel", "engine.constant" or "engine.shape", each naming the culprit.
 */
export function trace(f: TensorFunction, shapes: Readonly<Record<string, Shape>>): Model {
  const before = tf.getBackend();
  const inputs = mapValues(shapes, placeholder);
  const outputs: Record<string, Node> = {};
  void tf.setBackend(BACKEND);
  try {
    tf.tidy(() => {
      const results = f(mapValues(inputs, (node) => tf.engine().makeTensorFromTensorInfo(infoOf(node))));
      for (const [name, tensor] of Object.entries(results)) outputs[name] = nodeOf(tensor, `the result "${name}"`);
    });
  } finally {
    void tf.setBackend(before);
  }
  for (const [name, { dtype }] of Object.entries(outputs)) {
    if (dtype !== "float32")
      throw new EngineError("engine.shape", `the output "${name}" is ${dtype}; cast it to float32`, { name });
    if (name in inputs)
      throw new EngineError("engine.shape", `"${name}" names both an input and an output; rename one`, { name });
  }
  return toModel(inputs, outputs);
}
