import { expect } from "chai";
import { rng } from "../../../src/domain/rng.ts";
import { initialise, weights } from "../../../src/learning/parameters.ts";
import { Agent, drawLatent } from "../../../src/policy/agent.ts";
import { deployedShapes } from "../../../src/policy/nets.ts";
import { near } from "../learning/ask.ts";
import { codeOf, episode, tinyNets, tinySpec } from "../learning/tiny.ts";

const spec = tinySpec();
const shapes = deployedShapes(spec, tinyNets, "gaussian");
type Tensors = Record<string, Float32Array>;

/** Weights large enough that everything matters. */
const drawn = (label: string): Tensors => {
  const made = weights(shapes);
  initialise(made, "fan-in", rng(label));
  const r = rng(label, "last layers");
  for (const name of ["pi.w1", "pi.b1", "enc.w2", "enc.b2"])
    made.views[name]!.forEach((_, i, view) => (view[i] = 0.5 * r.normal()));
  return { ...made.views };
};
const without = (tensors: Tensors, name: string): Tensors =>
  Object.fromEntries(Object.entries(tensors).filter(([key]) => key !== name));

describe("an agent", () => {
  let agent: Agent;
  before(async () => {
    agent = await Agent.create(spec, tinyNets, "gaussian", 16);
  });
  after(() => agent.dispose());
  beforeEach(() => agent.load(drawn("agent")));

  const see = Float32Array.of(0.1, -0.4, 2);
  const z = Float32Array.of(0.7, -0.2);

  describe("acts", () => {
    it("the same way each time when it is given no noise: the policy's mean, inside (-1, 1)", async () => {
      const first = await agent.act(see, z);
      expect(await agent.act(see, z)).to.deep.equal(first);
      expect(first.length).to.equal(2);
      expect(first.every((a) => Math.abs(a) < 1)).to.equal(true);
    });

    it("by what it sees and by z", async () => {
      const actions = [
        await agent.act(see, z),
        await agent.act(Float32Array.of(0.1, -0.4, 1), z),
        await agent.act(see, Float32Array.of(0, 0)),
      ];
      expect(new Set(actions.map(String)).size).to.equal(3);
    });

    it("by samples around its mean when it is given a stream, the same ones from the same stream", async () => {
      const sample = (label: string) => agent.act(see, z, rng(label));
      expect(await sample("a")).to.deep.equal(await sample("a"));
      expect(await sample("a")).to.not.deep.equal(await sample("b"));
      const r = rng("many");
      const many: Float32Array[] = [];
      for (let i = 0; i < 400; i++) many.push(await agent.act(see, z, r));
      const [mean] = await agent.act(see, z);
      const centre = many.map((a) => Math.atanh(a[0]!)).reduce((a, b) => a + b, 0) / many.length;
      expect(centre).to.be.closeTo(Math.atanh(mean!), 0.5);
    });

    it("not at all on an observation that is no number", async () => {
      expect(await codeOf(() => agent.act(Float32Array.of(0, NaN, 0), z))).to.equal("policy.nonfinite");
      expect(await codeOf(() => agent.act(see, Float32Array.of(NaN, 0)))).to.equal("policy.nonfinite");
      expect((await agent.act(see, z)).every(Number.isFinite), "and goes on acting after that").to.equal(true);
    });

    it("not at all on an observation or z of another width: a number missing would be one left from the last step", async () => {
      for (const width of [0, 2, 4])
        expect(await codeOf(() => agent.act(new Float32Array(width), z)), `${width}`).to.equal("policy.shape");
      for (const width of [1, 3])
        expect(await codeOf(() => agent.act(see, new Float32Array(width))), `${width}`).to.equal("policy.shape");
    });
  });

  describe("loads weights", () => {
    it("between episodes, as a copy of its own", async () => {
      const [before, other] = [await agent.act(see, z), drawn("other")];
      agent.load(other);
      const after = await agent.act(see, z);
      expect(after).to.not.deep.equal(before);
      other["pi.b1"]!.fill(9);
      expect(await agent.act(see, z)).to.deep.equal(after);
    });

    it("needs neither decoder nor critics", () => {
      agent.load(without(without(drawn("agent"), "dec.w0"), "dec.b0"));
    });

    for (const [what, code, spoil] of [
      [
        "a NaN in the policy",
        "policy.nonfinite",
        (t: Tensors) => ({ ...t, "pi.w1": t["pi.w1"]!.map((x, i) => (i === 3 ? NaN : x)) }),
      ],
      ["an infinity in the encoder", "policy.nonfinite", (t: Tensors) => ({ ...t, "enc.b2": t["enc.b2"]!.map(() => Infinity) })],
      ["a missing tensor", "policy.shape", (t: Tensors) => without(t, "enc.b1")],
      ["a tensor too short", "policy.shape", (t: Tensors) => ({ ...t, "pi.b1": new Float32Array(3) })],
    ] as const)
      it(`and refuses ${what} whole: it goes on with the weights it had`, async () => {
        const history = [episode(0, 0)];
        const [action, belief] = [await agent.act(see, z), await agent.infer(history, rng("i"))];
        expect(await codeOf(() => agent.load(spoil(drawn("other"))))).to.equal(code);
        expect(await agent.act(see, z)).to.deep.equal(action);
        expect(await agent.infer(history, rng("i"))).to.deep.equal(belief);
      });
  });

  describe("infers a belief", () => {
    it("that is the prior before any history: mean 0, variance 1", async () => {
      const prior = { mean: new Float32Array(2), variance: Float32Array.of(1, 1) };
      expect(agent.prior()).to.deep.equal(prior);
      expect(await agent.infer([], rng("i"))).to.deep.equal(prior);
      expect(await agent.infer([{ ...episode(0, 0), steps: 0 }], rng("i"))).to.deep.equal(prior);
    });

    it("that does not depend on the order of episodes or rows", async () => {
      const [a, b, c] = [0, 1, 2].map((i) => episode(0, i));
      const there = await agent.infer([a!, b!, c!], rng("there"));
      const back = await agent.infer([c!, a!, b!], rng("back"));
      expect(near(back.mean, [...there.mean]) && near(back.variance, [...there.variance])).to.equal(true);
    });

    it("from state, action and reward, each of which it hears", async () => {
      const made = episode(0, 0);
      const means: string[] = [];
      for (const heard of [
        made,
        { ...made, reward: made.reward.map((r) => r + 1) },
        { ...made, action: made.action.map((a) => -a) },
      ])
        means.push(String((await agent.infer([heard], rng("i"))).mean));
      expect(new Set(means).size).to.equal(3);
    });

    it("that sharpens with every row, up to the length the encoder was trained for (P1)", async () => {
      // An encoder of zeros makes each row N(0, ln 2).
      agent.load(
        Object.fromEntries(
          Object.entries(drawn("agent")).map(([name, view]) => [name, name.startsWith("enc.") ? view.map(() => 0) : view]),
        ),
      );
      for (const [steps, used] of [[1, 1], [5, 5], [16, 16], [17, 16], [400, 16]] as const) {
        const { variance } = await agent.infer([episode(0, 0, { steps })], rng("i"));
        expect(variance[0], `${steps} rows`).to.be.closeTo(Math.LN2 / used, 1e-6);
      } // prettier-ignore
    });

    it("from rows drawn all over a long history, by the stream it is given", async () => {
      const history = [episode(0, 0, { steps: 200 }), episode(0, 1, { steps: 200 })];
      const infer = async (label: string) => String((await agent.infer(history, rng(label))).mean);
      expect(await infer("a")).to.equal(await infer("a"));
      expect(await infer("b")).to.not.equal(await infer("a"));
    });

    it("that owes nothing to a longer history before it", async () => {
      const alone = await agent.infer([episode(0, 3, { steps: 2 })], rng("i"));
      await agent.infer([episode(0, 4, { steps: 40 })], rng("i"));
      expect(await agent.infer([episode(0, 3, { steps: 2 })], rng("i"))).to.deep.equal(alone);
    });

    it("of its own: the next one does not change it", async () => {
      const first = await agent.infer([episode(0, 0)], rng("i"));
      const kept = [...first.mean];
      await agent.infer([episode(0, 1)], rng("i"));
      expect([...first.mean]).to.deep.equal(kept);
    });
  });

  it("draws z with the mean and spread of its belief", () => {
    const r = rng("latent");
    const many = Array.from({ length: 4000 }, () =>
      drawLatent({ mean: Float32Array.of(2, -1), variance: Float32Array.of(0.25, 4) }, r),
    );
    const mean = (of: (z: Float32Array) => number) => many.reduce((sum, one) => sum + of(one), 0) / many.length;
    expect([mean((one) => one[0]!), mean((one) => one[1]!)].map(Math.round)).to.deep.equal([2, -1]);
    expect(mean((one) => (one[0]! - 2) ** 2)).to.be.closeTo(0.25, 0.03);
    expect(mean((one) => (one[1]! + 1) ** 2)).to.be.closeTo(4, 0.4);
  });
});
