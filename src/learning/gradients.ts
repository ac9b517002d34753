import { stopGradient, tf } from "../engine/engine.ts";
import type { TensorFunction, Tensors } from "../engine/engine.ts";

/** Whatever `x` holds is a constant for the gradients. */
export const detach = (x: tf.Tensor): tf.Tensor => stopGradient(() => tf.clone(x));
export const mse = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.mean(tf.square(tf.sub(a, b)));

/** The parameters of some nets as constants. */
export const held = (p: Tensors, nets: RegExp): Tensors =>
  Object.fromEntries(
    Object.keys(p)
      .filter((name) => nets.test(name))
      .map((name) => [name, detach(p[name]!)]),
  );

/**
 * An update as a function of weights and batch: `losses` and the gradient of their `sum` with respect to each trained parameter.
 * @param fixed parameters that are inputs but have no gradient: target nets.
 */
export const withGradients =
  (
    trained: readonly string[],
    fixed: readonly string[],
    losses: (p: Tensors, batch: Tensors) => tf.Tensor[],
    sum: (losses: tf.Tensor[]) => tf.Tensor,
  ): TensorFunction =>
  (inputs) => {
    const constants = Object.fromEntries(fixed.map((name) => [name, inputs[name]!]));
    let parts: tf.Tensor[] = [];
    const { grads } = tf.valueAndGrads((...xs: tf.Tensor[]) => {
      const p = { ...constants, ...Object.fromEntries(trained.map((name, i) => [name, xs[i]!])) };
      parts = losses(p, inputs).map((loss) => tf.keep(loss));
      return sum(parts) as tf.Scalar;
    })(trained.map((name) => inputs[name]!));
    const stacked = tf.stack(parts.map((loss) => tf.reshape(loss, [])));
    parts.forEach((loss) => loss.dispose());
    return { losses: stacked, ...Object.fromEntries(trained.map((name, i) => [`g.${name}`, grads[i]!])) };
  };
