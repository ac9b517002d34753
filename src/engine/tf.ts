// The only importer of @tensorflow/tfjs. It repairs what tfjs 4.22 gets wrong in second derivatives, once, for every backend.
import * as tf from "@tensorflow/tfjs";

export { tf };

// Silences the banner that advertises tfjs-node.
tf.enableProdMode();
// Settled before the first operation, so that a traced function always has a backend to go back to. Synchronous for cpu.
void tf.setBackend("cpu");

const replaceGradient = (kernelName: string, inputsToSave: string[], gradFunc: tf.GradFunc): void => {
  if (tf.getGradient(kernelName)) tf.unregisterGradient(kernelName);
  tf.registerGradient({ kernelName, inputsToSave, gradFunc });
};

/**
 * tfjs puts a saved *output* on the tape before its producer, so that a second derivative silently loses that path
 * (tensorflow/tfjs#3252). Saving the inputs and computing the output anew keeps it; ONNX Runtime merges the two.
 * Not mended: tf.logSoftmax, which is no kernel; under a second derivative write x - tf.logSumExp(x).
 */
const recomputeOutput = (
  kernelName: string,
  inputs: string[],
  output: (saved: tf.Tensor[], attrs: tf.NamedAttrMap) => tf.Tensor,
): void => {
  const shipped = tf.getGradient(kernelName);
  replaceGradient(kernelName, inputs, (dy, saved, attrs) => {
    const x = saved as tf.Tensor[];
    const kept = shipped.inputsToSave ?? [];
    return shipped.gradFunc(dy, [...x.slice(0, kept.length), output(x, attrs)], attrs);
  });
};

recomputeOutput("Exp", ["x"], ([x]) => tf.exp(x!));
recomputeOutput("Tanh", ["x"], ([x]) => tf.tanh(x!));
recomputeOutput("Sigmoid", ["x"], ([x]) => tf.sigmoid(x!));
recomputeOutput("Softmax", ["logits"], ([x], { dim }) => tf.softmax(x!, dim as number));
recomputeOutput("Pow", ["a", "b"], ([a, b]) => tf.pow(a!, b!));

// The shipped rule runs a kernel of its own (EluGrad), which has no gradient.
replaceGradient("Elu", ["x"], (dy, saved) => {
  const [x] = saved as [tf.Tensor];
  return { x: () => tf.mul(dy as tf.Tensor, tf.exp(tf.minimum(x, 0))) };
});

// The shipped rule is one slice and one addition per repetition.
replaceGradient("Tile", ["x"], (dy, saved, attrs) => {
  const [x] = saved as [tf.Tensor];
  const reps = attrs["reps"] as number[];
  const folded = x.shape.flatMap((size, i) => [reps[i]!, size]);
  return {
    x: () =>
      tf.sum(
        tf.reshape(dy as tf.Tensor, folded),
        [...reps.keys()].map((i) => 2 * i),
      ),
  };
});

// A comparison is flat almost everywhere; tfjs has no rule for it and stops, so clip, minimum and where had no second derivative.
for (const kernelName of ["Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual", "LogicalAnd", "LogicalOr"])
  replaceGradient(kernelName, ["a", "b"], (_dy, saved) => {
    const [a, b] = saved as [tf.Tensor, tf.Tensor];
    return { a: () => tf.zeros(a.shape), b: () => tf.zeros(b.shape) };
  });
replaceGradient("LogicalNot", ["x"], (_dy, saved) => ({ x: () => tf.zeros((saved as [tf.Tensor])[0].shape) }));

/**
 * Whatever `f` computes counts as a constant in derivatives: tfjs records nothing inside a customGrad.
 * `f` may use tensors from outside, but may not itself differentiate (tf.grads needs the record): stop the result instead.
 */
export const stopGradient = (f: () => tf.Tensor): tf.Tensor =>
  tf.customGrad(() => ({ value: tf.clone(f()), gradFunc: () => [] as unknown as tf.Tensor }))();

let chosen: Promise<string> | undefined;

/** Name of the tfjs backend that eager mode uses: "tensorflow" where @tensorflow/tfjs-node is installed and works, else "cpu". */
export const eagerBackend = (): Promise<string> => (chosen ??= probeNative(() => import("@tensorflow/tfjs-node")));

/** Loads a native backend and tries one operation on it: tfjs-node 4.22 installs on Node >= 23 but fails when it computes. */
export async function probeNative(load: () => Promise<unknown>): Promise<string> {
  const before = tf.getBackend();
  try {
    await load();
    if (!(await tf.setBackend("tensorflow"))) return "cpu";
    const [sum] = tf.tidy(() => tf.add(tf.ones([1]), 1).dataSync());
    return sum === 2 ? "tensorflow" : "cpu";
  } catch {
    return "cpu";
  } finally {
    void tf.setBackend(before);
  }
}
