import { expect } from "chai";
import { rng } from "../../../src/domain/rng.ts";
import { Agent } from "../../../src/policy/agent.ts";
import { Decoder } from "../../../src/policy/decoder.ts";
import { deployedShapes } from "../../../src/policy/nets.ts";
import { codeOf, episode, messageOf, tinySpec } from "../learning/tiny.ts";

const spec = tinySpec();
const nets = { latent: 0, encoder: [], decoder: [], policy: [4], critic: [] };
const shapes = deployedShapes(spec, nets, "none");
const r = rng("blind");
const tensors = Object.fromEntries(
  Object.entries(shapes).map(([name, shape]) => [
    name,
    Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => r.normal()),
  ]),
);

describe("a context-blind policy", () => {
  it("has a policy net alone, which reads the observation alone", () => {
    expect(Object.keys(shapes)).to.deep.equal(["pi.w0", "pi.b0", "pi.w1", "pi.b1"]);
    expect(shapes["pi.w0"]).to.deep.equal([3, 4]);
  });

  it("believes the same whatever it has seen, and acts the same under it", async () => {
    const agent = await Agent.create(spec, nets, "none", 8);
    agent.load(tensors);
    const before = agent.prior();
    expect(before).to.deep.equal({ mean: new Float32Array(), variance: new Float32Array() });
    expect(await agent.infer([episode(1, 0), episode(2, 0)], rng("x"))).to.deep.equal(before);
    const seen = Float32Array.of(0.1, 0.2, 0.3);
    const hidden = Array.from({ length: 4 }, (_, o) =>
      Math.max(
        0,
        seen.reduce((sum, x, i) => sum + x * tensors["pi.w0"]![i * 4 + o]!, tensors["pi.b0"]![o]!),
      ),
    );
    const mean = [0, 1].map((a) =>
      Math.tanh(hidden.reduce((sum, h, i) => sum + h * tensors["pi.w1"]![i * 4 + a]!, tensors["pi.b1"]![a]!)),
    );
    const found = await agent.act(seen, before.mean);
    mean.forEach((m, a) => expect(found[a]).to.be.closeTo(m, 1e-5));
    expect(await codeOf(() => agent.act(seen, new Float32Array(2)))).to.equal("policy.shape");
    await agent.dispose();
  });

  it("has no decoder to ask", async () => {
    expect(await messageOf(() => Decoder.create(spec, nets, "none"))).to.match(/no reward decoder; use one of smac/);
  });
});
