// The two ways to run a traced function: ONNX Runtime, or tfjs itself.
import { EngineError } from "./errors.ts";
import { encodeModel, type Model } from "./onnx.ts";
import { eagerBackend, tf } from "./tf.ts";
import type { TensorFunction } from "./trace.ts";

export interface Program {
  /** Preallocated, row-major; write feeds here. Aliases the buffers handed to `compile`. */
  readonly inputs: Readonly<Record<string, Float32Array>>;
  /** Overwritten by every run. Aliases the buffers handed to `compile`. */
  readonly outputs: Readonly<Record<string, Float32Array>>;
  /** Computes outputs from inputs. Blocks the thread while it computes: keep long functions away from a control loop. */
  run(): Promise<void>;
  /** Frees the session; the buffers stay their owner's. */
  dispose(): Promise<void>;
}
type Arrays = Readonly<Record<string, Float32Array>>;

const disposed = (): EngineError => new EngineError("engine.shape", "this program was disposed; compile the function again");

/** Runs the model on ONNX Runtime with `threads` threads. */
export async function compiledProgram(model: Model, inputs: Arrays, outputs: Arrays, threads: number): Promise<Program> {
  // Later versions than the pinned one report home; set before the library loads.
  process.env["ORT_DISABLE_TELEMETRY"] = "1";
  const ort = await import("onnxruntime-node");
  const tensors = (values: Model["inputs"], arrays: Arrays) =>
    Object.fromEntries(values.map(({ name, shape }) => [name, new ort.Tensor("float32", arrays[name]!, shape)]));
  const feeds = tensors(model.inputs, inputs);
  const fetches = tensors(model.outputs, outputs);
  const open = async () => {
    try {
      return await ort.InferenceSession.create(encodeModel(model), {
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
      });
    } catch (cause) {
      throw new EngineError("engine.kernel", `ONNX Runtime refuses the compiled function: ${String(cause)}`, {}, cause);
    }
  };
  let session: Awaited<ReturnType<typeof open>> | undefined = await open();
  return {
    inputs,
    outputs,
    run: async () => {
      if (!session) throw disposed();
      await session.run(feeds, fetches);
    },
    dispose: async () => {
      const closing = session;
      session = undefined;
      await closing?.release();
    },
  };
}

/** Runs `f` itself on the tfjs backend that is installed: the oracle of the compiled form, and the fallback. */
export async function eagerProgram(f: TensorFunction, model: Model, inputs: Arrays, outputs: Arrays): Promise<Program> {
  const backend = await eagerBackend();
  let open = true;
  const compute = (): void => {
    const results = f(
      Object.fromEntries(model.inputs.map(({ name, shape }) => [name, tf.tensor(inputs[name]!, [...shape], "float32")])),
    );
    for (const { name } of model.outputs) outputs[name]!.set(results[name]!.dataSync() as Float32Array);
  };
  return {
    inputs,
    outputs,
    run: async () => {
      if (!open) throw disposed();
      const before = tf.getBackend();
      void tf.setBackend(backend);
      try {
        tf.tidy(compute);
      } finally {
        void tf.setBackend(before);
      }
    },
    dispose: async () => {
      open = false;
    },
  };
}
