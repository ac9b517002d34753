import type { Environment } from "../../src/ports/environment.ts";
import type { Bundle } from "../../src/policy/bundle.ts";
import { Decoder } from "../../src/policy/decoder.ts";
import type { Decoded } from "../../src/policy/decoder.ts";

/** What the decoder thinks of each step as it is made. Nothing waits for it, and nothing is learned from it. */
export interface Decoding<Task> {
  readonly environment: Environment<Task>;
  /** Of the last step. */
  latest(): Decoded | undefined;
  close(): Promise<void>;
}

/** `z`: the latent of the task that is driven; undefined: nothing is decoded. `told`: each reward as it is known. */
export async function decoding<Task>(
  inner: Environment<Task>,
  { head, nets }: Bundle["manifest"],
  { weights, z, told }: { weights(): Bundle["tensors"]; z(): Float32Array | undefined; told(reward: number): void },
): Promise<Decoding<Task>> {
  const decoder = await Decoder.create(inner.spec, nets, head);
  let loaded: Bundle["tensors"] | undefined;
  let seen: Float32Array = new Float32Array();
  let latest: Decoded | undefined;
  let under = Promise.resolve();
  let busy = false;
  const ask = async (observation: Float32Array, action: Float32Array, next: Float32Array, latent: Float32Array) => {
    if (weights() !== loaded) decoder.load((loaded = weights()));
    latest = await decoder.decode(observation, action, next, latent);
    told(latest.reward);
  };
  return {
    environment: {
      ...inner,
      reset: async (task) => {
        latest = undefined;
        return (seen = (await inner.reset(task)).slice());
      },
      step: async (action) => {
        const [before, wanted, latent] = [seen, action.slice(), z()];
        const result = await inner.step(action);
        seen = result.observation.slice();
        if (latent && !busy) {
          busy = true;
          under = ask(before, wanted, seen, latent)
            .catch(() => {})
            .finally(() => (busy = false));
        }
        return result;
      },
    },
    latest: () => latest,
    close: async () => {
      await under;
      await decoder.dispose();
    },
  };
}
