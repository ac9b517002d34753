import { expect } from "chai";
import type { Episode } from "../../../src/domain/experience.ts";
import { rng } from "../../../src/domain/rng.ts";
import { GradientAgent } from "../../../src/policy/gradientAgent.ts";
import { macawShapes, returnsOf } from "../../../src/policy/macaw.ts";
import { MacawFloat64 } from "../../support/macawFloat64.ts";
import { randomArrays, relativeError, type Arrays } from "../engine/reference.ts";
import { codeOf, episode, messageOf, tinySpec } from "../learning/tiny.ts";

const spec = tinySpec();
const nets = { latent: 0, encoder: [], decoder: [], policy: [3], critic: [3], transform: 2, advantage: [2] };
const how = { discount: 0.8, rewardScale: 0.5, temperature: 1, sigma: 0.4 };
const ROWS = 12;

const numbers = (): Arrays => {
  const values = randomArrays(macawShapes(spec, nets), "gradient agent");
  for (const name of Object.keys(values)) if (name.startsWith("rate.")) values[name] = Float64Array.of(-1.5);
  return values;
};
const single = (values: Arrays) => Object.fromEntries(Object.entries(values).map(([name, xs]) => [name, Float32Array.from(xs)]));
const oracle = new MacawFloat64({ O: 3, A: 2, policy: [3], critic: [3], sigma: how.sigma, temperature: how.temperature });

describe("an agent that adapts by a gradient step", () => {
  let agent: GradientAgent;
  const values = numbers();
  before(async () => {
    agent = await GradientAgent.create(spec, nets, how, ROWS);
    agent.load(single(values));
  });
  after(() => agent.dispose());
  const seen = Float32Array.of(0.3, -0.7, 1.1);
  const rowsOf = (history: readonly Episode[]) => ({
    observation: history.flatMap((e) => Array.from({ length: e.steps }, (_, t) => [...e.observation.subarray(t * 3, t * 3 + 3)])),
    action: history.flatMap((e) => Array.from({ length: e.steps }, (_, t) => [...e.action.subarray(t * 2, t * 2 + 2)])),
    return: history.flatMap((e) => [...returnsOf(e.reward, how)]),
  });

  it("acts, before any history, by the meta-learned policy", async () => {
    const found = await agent.act(seen, agent.prior().mean);
    expect(relativeError(found, oracle.mean(values, [...seen]))).to.be.below(1e-5);
    expect(await agent.infer([], rng("none"))).to.deep.equal(agent.prior());
  });

  it("acts, after a history, by the policy that one step on it makes, as float64 has it", async () => {
    const history = [episode(1, 0), episode(1, 1)];
    const belief = await agent.infer(history, rng("history"));
    const support = rowsOf(history);
    const stepped = oracle.policyStep(values, oracle.valueStep(values, support), support);
    const wanted = oracle.mean(stepped, [...seen]);
    expect(relativeError(await agent.act(seen, belief.mean), wanted)).to.be.below(1e-4);
    expect(relativeError(oracle.mean(values, [...seen]), wanted), "and the step is worth seeing").to.be.above(0.01);
    expect(belief.variance.every((v) => v === 0)).to.equal(true);
  });

  it("goes back to the meta-learned policy for the next task: a belief holds its own weights", async () => {
    const belief = await agent.infer([episode(1, 0)], rng("history"));
    const adapted = await agent.act(seen, belief.mean);
    const before = await agent.act(seen, agent.prior().mean);
    expect(adapted).to.not.deep.equal(before);
    expect(await agent.act(seen, belief.mean)).to.deep.equal(adapted);
  });

  it("thins a history that is longer than it can take, the same way from the same stream", async () => {
    const long = [0, 1, 2, 3].map((i) => episode(2, i));
    const infer = async (label: string) => [...(await agent.infer(long, rng(label))).mean];
    expect(await infer("a")).to.deep.equal(await infer("a"));
    expect(await infer("a")).to.not.deep.equal(await infer("b"));
  });

  it("takes a history in any order", async () => {
    const short = [episode(2, 0), episode(2, 1)];
    const [one, other] = [await agent.infer(short, rng("a")), await agent.infer(short.toReversed(), rng("b"))];
    expect(relativeError(one.mean, other.mean)).to.be.below(1e-5);
  });

  it("draws samples around the mean within the action's range, and repeats them from a seed", async () => {
    const { mean } = agent.prior();
    const draw = async (label: string) => [...(await agent.act(seen, mean, rng(label)))];
    expect(await draw("x")).to.deep.equal(await draw("x"));
    expect(await draw("x")).to.not.deep.equal(await draw("y"));
    const far = { ...single(values), "pi.c1": Float32Array.from(values["pi.c1"]!).fill(9) };
    agent.load(far);
    for (let i = 0; i < 20; i++)
      expect(Math.max(...(await agent.act(seen, agent.prior().mean, rng("far", i))).map(Math.abs))).to.be.at.most(1);
    agent.load(single(values));
  });

  it("refuses weights that are missing, ill-sized or not finite, and goes on with those it had", async () => {
    const before = [...(await agent.act(seen, agent.prior().mean))];
    const without = Object.fromEntries(Object.entries(single(values)).filter(([name]) => name !== "rate.pi.z0"));
    expect(await codeOf(() => agent.load(without))).to.equal("policy.shape");
    expect(await messageOf(() => agent.load(without))).to.match(/rate\.pi\.z0 has no numbers, 1 are needed/);
    expect(await codeOf(() => agent.load({ ...single(values), "v.c0": new Float32Array(3) }))).to.equal("policy.shape");
    expect(
      await codeOf(() => agent.load({ ...single(values), "pi.c0": Float32Array.from(values["pi.c0"]!).fill(NaN) })),
    ).to.equal("policy.nonfinite");
    expect([...(await agent.act(seen, agent.prior().mean))]).to.deep.equal(before);
  });

  it("refuses to act on an observation or weights of another width, or without weights", async () => {
    expect(await codeOf(() => agent.act(new Float32Array(2), agent.prior().mean))).to.equal("policy.shape");
    expect(await codeOf(() => agent.act(seen, new Float32Array(5)))).to.equal("policy.shape");
    const fresh = await GradientAgent.create(spec, nets, how, ROWS);
    expect(await codeOf(() => fresh.prior())).to.equal("mode.refused");
    await fresh.dispose();
  });

  it("refuses a history whose step leaves the numbers, instead of driving by it", async () => {
    const wild = { ...episode(1, 0), reward: new Float32Array(5).map((_, i) => (i % 2 ? 3e38 : -3e38)) };
    expect(await codeOf(() => agent.infer([wild], rng("wild")))).to.equal("policy.nonfinite");
  });
});

describe("Monte-Carlo returns", () => {
  it("are discounted sums to the end of the episode, scaled", () => {
    expect([...returnsOf([1, 2, 4], { discount: 0.5, rewardScale: 2 })]).to.deep.equal([6, 8, 8]);
    expect([...returnsOf([], { discount: 0.5, rewardScale: 2 })]).to.deep.equal([]);
  });
});
