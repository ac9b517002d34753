import { expect } from "chai";
import { compile, eagerBackend, EngineError, tf, type Tensors } from "../../../src/engine/engine.ts";
import { probeNative } from "../../../src/engine/tf.ts";

const regression = ({ x, w, y }: Tensors): Tensors => {
  const { value, grads } = tf.valueAndGrads((v: tf.Tensor) => tf.mean(tf.square(tf.sub(tf.matMul(x!, v), y!))) as tf.Scalar)([
    w!,
  ]);
  return { loss: value, g: grads[0]! };
};
const SHAPES = { x: [4, 2], w: [2, 1], y: [4, 1] };

for (const mode of ["compiled", "eager"] as const)
  describe(`A program, ${mode},`, () => {
    it("reads and writes the buffers handed in, views of one flat array included", async () => {
      const flat = new Float32Array(8);
      const program = await compile(regression, SHAPES, { mode, buffers: { w: flat.subarray(1, 3), g: flat.subarray(5, 7) } });
      expect(program.inputs["w"]!.buffer).to.equal(flat.buffer);
      program.inputs["x"]!.set([1, 0, 0, 1, 1, 1, 2, 0]);
      program.inputs["y"]!.set([1, 2, 3, 2]);
      const losses: number[] = [];
      for (let step = 0; step < 200; step++) {
        await program.run();
        losses.push(program.outputs["loss"]![0]!);
        for (let i = 0; i < 2; i++) flat[1 + i]! -= 0.2 * flat[5 + i]!;
      }
      expect(losses[0]).to.equal(4.5);
      expect(losses.at(-1)).to.be.below(1e-9);
      expect(flat[1]).to.be.closeTo(1, 1e-4);
      expect(flat[2]).to.be.closeTo(2, 1e-4);
      expect([flat[0], flat[3], flat[4], flat[7]], "the neighbours of the views").to.deep.equal([0, 0, 0, 0]);
      await program.dispose();
    });

    it("may return an input, a constant, one tensor twice, and need not use every input", async () => {
      const f = ({ x }: Tensors): Tensors => {
        const doubled = tf.mul(x!, 2);
        return { same: x!, three: tf.scalar(3), once: doubled, twice: doubled };
      };
      const program = await compile(f, { x: [2], unused: [3] }, { mode });
      program.inputs["x"]!.set([1, 2]);
      await program.run();
      const outputs = Object.fromEntries(Object.entries(program.outputs).map(([name, array]) => [name, [...array]]));
      expect(outputs).to.deep.equal({ same: [1, 2], three: [3], once: [2, 4], twice: [2, 4] });
      await program.dispose();
    });

    it("gives the same bits for the same inputs", async () => {
      const program = await compile(regression, SHAPES, { mode });
      for (const array of Object.values(program.inputs)) array.forEach((_, i) => (array[i] = Math.sin(i + array.length)));
      await program.run();
      const first = program.outputs["g"]!.slice();
      await program.run();
      expect(program.outputs["g"]).to.deep.equal(first);
      await program.dispose();
    });

    it("lets not-a-number through nets, bounds and reductions instead of hiding it", async () => {
      const f = ({ x, w }: Tensors): Tensors => {
        const hidden = tf.relu(tf.matMul(x!, w!));
        const bounded = [
          tf.clipByValue(hidden, -1, 1),
          tf.maximum(hidden, 0),
          tf.minimum(hidden, 0),
          tf.softplus(hidden),
          tf.tanh(hidden),
        ];
        return Object.fromEntries([hidden, ...bounded, tf.max(hidden), tf.mean(hidden)].map((y, i) => [`y${i}`, y]));
      };
      const program = await compile(f, { x: [5, 3], w: [3, 7] }, { mode });
      program.inputs["w"]!.fill(NaN);
      await program.run();
      for (const [name, array] of Object.entries(program.outputs)) expect(array.every(Number.isNaN), name).to.equal(true);
      await program.dispose();
    });

    it("leaves no tensor behind and the tfjs backend as it was", async () => {
      const backend = tf.getBackend();
      const { numTensors, numDataBuffers } = tf.memory();
      const program = await compile(regression, SHAPES, { mode });
      for (let i = 0; i < 5; i++) await program.run();
      await program.dispose();
      expect({ ...tf.memory() }).to.include({ numTensors, numDataBuffers });
      expect(tf.getBackend()).to.equal(backend);
    });

    it("refuses to run after it was disposed, and may be disposed twice", async () => {
      const program = await compile(regression, SHAPES, { mode });
      await program.dispose();
      await program.dispose();
      const error: unknown = await program.run().catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(EngineError);
      expect((error as EngineError).message).to.include("disposed");
    });
  });

describe("ONNX Runtime", () => {
  it("is told to send no telemetry before it loads", async () => {
    await (await compile(regression, SHAPES)).dispose();
    expect(process.env["ORT_DISABLE_TELEMETRY"]).to.equal("1");
  });

  it("gives on two threads what it gives on one, to rounding", async () => {
    const shapes = { x: [64, 300], w: [300, 1], y: [64, 1] };
    const results = [];
    for (const threads of [1, 2]) {
      const program = await compile(regression, shapes, { threads });
      for (const array of Object.values(program.inputs)) array.forEach((_, i) => (array[i] = Math.sin(i * i)));
      await program.run();
      results.push(program.outputs["loss"]![0]!);
      await program.dispose();
    }
    expect(results[1]! / results[0]!).to.be.closeTo(1, 1e-5);
  });
});

describe("The eager backend", () => {
  it("is one that computes", async () => {
    expect(await eagerBackend()).to.be.oneOf(["cpu", "tensorflow"]);
  });

  it("is cpu where the native one is not installed, does not register, or cannot compute", async () => {
    const before = tf.getBackend();
    expect(await probeNative(() => Promise.reject(new Error("not installed")))).to.equal("cpu");
    if (!tf.findBackend("tensorflow")) expect(await probeNative(() => Promise.resolve())).to.equal("cpu");
    expect(tf.getBackend()).to.equal(before);
  });

  it("is the native one where that registers and computes", async function () {
    if (tf.findBackend("tensorflow")) this.skip();
    const before = tf.getBackend();
    const kernelsOf = (backend: string) => tf.getKernelsForBackend(backend);
    const load = () => {
      tf.registerBackend("tensorflow", () => tf.findBackend("cpu"));
      for (const kernel of kernelsOf("cpu")) tf.registerKernel({ ...kernel, backendName: "tensorflow" });
      return Promise.resolve();
    };
    try {
      expect(await probeNative(load)).to.equal("tensorflow");
      tf.unregisterKernel("Add", "tensorflow");
      expect(await probeNative(() => Promise.resolve())).to.equal("cpu");
      expect(tf.getBackend()).to.equal(before);
    } finally {
      for (const { kernelName } of kernelsOf("tensorflow")) tf.unregisterKernel(kernelName, "tensorflow");
      const engine = tf.engine();
      delete engine.registryFactory["tensorflow"];
      delete engine.registry["tensorflow"];
    }
  });
});
