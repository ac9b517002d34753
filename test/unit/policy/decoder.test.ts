import { expect } from "chai";
import { rng } from "../../../src/domain/rng.ts";
import { initialise, weights } from "../../../src/learning/parameters.ts";
import { Decoder } from "../../../src/policy/decoder.ts";
import { deployedShapes } from "../../../src/policy/nets.ts";
import type { DecoderHead, NetShapes } from "../../../src/policy/nets.ts";
import { codeOf, tinyNets, tinySpec } from "../learning/tiny.ts";

const spec = { ...tinySpec(), reward: { kind: "sparse", low: -1 } as const };
const see = Float32Array.of(0.1, -0.4, 2);
const act = Float32Array.of(0.3, -0.9);
const next = Float32Array.of(-1.1, 0.8, 0.05);
const z = Float32Array.of(0.7, -0.2);

const drawn = (head: DecoderHead, label = "decoder", nets: NetShapes = tinyNets) => {
  const made = weights(deployedShapes(spec, nets, head));
  initialise(made, "fan-in", rng(label));
  const r = rng(label, "all");
  for (const view of Object.values(made.views)) view.forEach((_, i) => (view[i] = 0.7 * r.normal()));
  return { ...made.views };
};
async function decoded(head: DecoderHead, tensors = drawn(head), nets: NetShapes = tinyNets) {
  const decoder = await Decoder.create(spec, nets, head);
  decoder.load(tensors);
  const answer = await decoder.decode(see, act, next, z);
  await decoder.dispose();
  return answer;
}

/** The decoder's own last layer, in plain numbers. */
function byHand(tensors: Record<string, Float32Array>, layers: number, shown = [...see, ...act]): number[] {
  let x = [...shown, ...z];
  for (let i = 0; i < layers; i++) {
    const [w, b] = [tensors[`dec.w${i}`]!, tensors[`dec.b${i}`]!];
    const out = [...b].map((bias, k) => x.reduce((sum, v, row) => sum + v * w[row * b.length + k]!, bias));
    x = i < layers - 1 ? out.map((v) => Math.max(0, v)) : out;
  }
  return x;
}
const layersOf = (tensors: object) => Object.keys(tensors).filter((name) => name.startsWith("dec.w")).length;

describe("the decoder as an operator watches it", () => {
  it("says how likely the better of two rewards is, and how unsure that leaves one", async () => {
    const tensors = drawn("bernoulli");
    const [logit] = byHand(tensors, layersOf(tensors)) as [number];
    const p = 1 / (1 + Math.exp(-logit));
    const { reward, deviation } = await decoded("bernoulli", tensors);
    expect(reward).to.be.closeTo(p - 1, 1e-5);
    expect(deviation).to.be.closeTo(Math.sqrt(p * (1 - p)), 1e-5);
  });

  it("is shown the state that followed, and nothing else, where its nets say so", async () => {
    const nets: NetShapes = { ...tinyNets, decoderSees: "next-state" };
    const tensors = drawn("deterministic", "follows", nets);
    const { reward } = await decoded("deterministic", tensors, nets);
    expect(reward).to.be.closeTo(byHand(tensors, layersOf(tensors), [...next])[0]!, 1e-5);
  });

  it("says mean and deviation of a Gaussian, within the bounds it was trained in", async () => {
    const tensors = drawn("gaussian");
    const [mean, raw] = byHand(tensors, layersOf(tensors)) as [number, number];
    const { reward, deviation } = await decoded("gaussian", tensors);
    expect(reward).to.be.closeTo(mean, 1e-5);
    expect(deviation).to.be.closeTo(Math.exp(0.5 * Math.min(4, Math.max(-6, raw))), 1e-5);
    const last = `dec.b${layersOf(tensors) - 1}`;
    const sure = await decoded("gaussian", { ...tensors, [last]: Float32Array.of(0, -1000) });
    expect(sure.deviation).to.be.closeTo(Math.exp(-3), 1e-5);
  });

  it("claims no deviation where its head knows none", async () => {
    const tensors = drawn("deterministic");
    const answer = await decoded("deterministic", tensors);
    expect(answer).to.have.all.keys("reward");
    expect(answer.reward).to.be.closeTo(byHand(tensors, layersOf(tensors))[0]!, 1e-5);
  });

  it("refuses weights that are not a decoder's, by name", async () => {
    const { "dec.w0": _gone, ...rest } = drawn("bernoulli");
    expect(await codeOf(() => decoded("bernoulli", rest as never))).to.equal("policy.shape");
  });
});
