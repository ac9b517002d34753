import { expect } from "chai";
import { compile, EngineError, tf, type Shape, type TensorFunction, type Tensors } from "../../../src/engine/engine.ts";
import { isOnarmError } from "../../../src/domain/errors.ts";

const SHAPES = { x: [2, 3] };
const refusal = async (f: TensorFunction, options = {}, shapes: Record<string, Shape> = SHAPES): Promise<EngineError> => {
  const before = tf.getBackend();
  try {
    const program = await compile(f, shapes, options);
    await program.dispose();
  } catch (error) {
    expect(error).to.be.instanceOf(EngineError);
    expect(isOnarmError(error), "known to the rest of the program by its code").to.equal(true);
    expect(tf.getBackend(), "the tfjs backend is what it was").to.equal(before);
    return error as EngineError;
  }
  throw new Error("the function was compiled");
};
const of =
  (f: (x: tf.Tensor) => tf.Tensor): TensorFunction =>
  ({ x }: Tensors) => ({ y: f(x!) });

for (const mode of ["compiled", "eager"] as const)
  describe(`A function for ${mode} runs is refused`, () => {
    const constants: [title: string, f: TensorFunction, names: RegExp][] = [
      ["random numbers are drawn inside it", of((x) => tf.add(x, tf.randomNormal([2, 3]))), /tf\.randomNormal.*\[2, 3\].*input/],
      ["one random number is drawn inside it", of((x) => tf.add(x, tf.randomUniform([]))), /tf\.randomUniform.*input/],
      ["truncated normals are drawn inside it", of((x) => tf.add(x, tf.truncatedNormal([3]))), /tf\.truncatedNormal.*input/],
      ["it drops units at random", of((x) => tf.dropout(x, 0.5)), /tf\.randomUniform.*input/],
      [
        "data are written into it",
        of((x) => tf.add(tf.sum(x), tf.tensor1d(Array.from({ length: 65 }, (_, i) => i)))),
        /\[65\].*input/,
      ],
      ["it reads a value", of((x) => tf.scalar(x.dataSync()[0]!)), /dataSync/],
    ];
    for (const [title, f, names] of constants)
      it(`when ${title}, by name`, async () => {
        const error = await refusal(f, { mode });
        expect(error.code).to.equal("engine.constant");
        expect(error.message).to.match(names);
      });

    it("when it uses a tensor made outside it, by operation and shape", async () => {
      const outside = tf.ones([3, 4]);
      try {
        const multiplied = await refusal(of((x) => tf.matMul(x, outside)), { mode }); // prettier-ignore
        expect(multiplied.code).to.equal("engine.constant");
        expect(multiplied.message).to.match(/tf\.matMul.*\[3, 4\].*outside.*input/);
        const returned = await refusal(() => ({ weights: outside }), { mode });
        expect(returned.code).to.equal("engine.constant");
        expect(returned.message).to.match(/"weights".*\[3, 4\].*outside/);
      } finally {
        outside.dispose();
      }
    });

    it("when it needs a kernel that cannot be compiled, by operation and kernel, with the remedy", async () => {
      const error = await refusal(of((x) => tf.cumsum(x, 1)), { mode }); // prettier-ignore
      expect(error.code).to.equal("engine.kernel");
      expect(error.message).to.match(/tf\.cumsum.*Cumsum.*other operations.*kernels\.ts/);
      const fused = await refusal(of((x) => tf.fused.matMul({ a: x, b: x, transposeB: true })), { mode }); // prettier-ignore
      expect(fused.code).to.equal("engine.kernel");
      expect(fused.message).to.include("_FusedMatMul");
    });

    it("when it refuses inside a gradient", async () => {
      const error = await refusal(of((x) => tf.grad((v: tf.Tensor) => tf.sum(tf.mul(v, tf.randomNormal([3]))))(x)), { mode }); // prettier-ignore
      expect(error.message).to.include("tf.randomNormal");
      // The record of gradients is closed as well: the next function differentiates as ever.
      const program = await compile(of((x) => tf.grad((v: tf.Tensor) => tf.sum(tf.square(v)))(x)), SHAPES, { mode }); // prettier-ignore
      program.inputs["x"]!.fill(3);
      await program.run();
      expect([...program.outputs["y"]!]).to.deep.equal([6, 6, 6, 6, 6, 6]);
      await program.dispose();
    });

    it("when an output is not float32", async () => {
      const error = await refusal(of((x) => tf.greater(x, 0)), { mode }); // prettier-ignore
      expect(error.code).to.equal("engine.shape");
      expect(error.message).to.match(/"y" is bool.*float32/);
    });

    it("when an output has an input's name", async () => {
      const error = await refusal(({ x }) => ({ x: tf.neg(x!) }), { mode });
      expect(error.code).to.equal("engine.shape");
      expect(error.message).to.match(/"x".*both/);
    });

    const buffers: [title: string, buffers: Record<string, unknown>, names: RegExp][] = [
      ["too short", { x: new Float32Array(5) }, /input "x" of shape \[2, 3\] needs 6.*holds 5/],
      ["too long for an output", { y: new Float32Array(7) }, /output "y" of shape \[2, 3\] needs 6.*holds 7/],
      ["of another element type", { x: new Float64Array(6) }, /input "x".*Float32Array/],
      ["in shared memory", { x: new Float32Array(new SharedArrayBuffer(24)) }, /input "x".*shared/],
      ["for a name it does not have", { weights: new Float32Array(6) }, /"weights".*no such/],
    ];
    for (const [title, handed, names] of buffers)
      it(`when a buffer is ${title}, by name`, async () => {
        const error = await refusal(of(tf.neg), { mode, buffers: handed });
        expect(error.code).to.equal("engine.shape");
        expect(error.message).to.match(names);
      });
  });

describe("A function is compiled", () => {
  it("with its own small constants and uniform tensors of any size", async () => {
    const f = of((x) => tf.add(tf.mul(x, tf.tensor1d([1, -1, 2])), tf.sum(tf.ones([40, 50]))));
    for (const mode of ["compiled", "eager"] as const) {
      const program = await compile(f, SHAPES, { mode });
      program.inputs["x"]!.set([1, 2, 3, 4, 5, 6]);
      await program.run();
      expect([...program.outputs["y"]!]).to.deep.equal([2001, 1998, 2006, 2004, 1995, 2012]);
      await program.dispose();
    }
  });

  it("and an error of its own making comes through untouched, with the backend restored", async () => {
    const before = tf.getBackend();
    const own = new RangeError("mine");
    const thrown = await compile(() => {
      throw own;
    }, SHAPES).catch((error: unknown) => error);
    expect(thrown).to.equal(own);
    expect(tf.getBackend()).to.equal(before);
  });
});
