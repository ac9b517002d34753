import { expect } from "chai";
import { rng } from "../../../src/domain/rng.ts";
import type { Belief } from "../../../src/policy/agent.ts";
import { deployedShapes, type NetShapes } from "../../../src/policy/nets.ts";
import { Recall } from "../../../src/policy/recall.ts";
import { codeOf, tinySpec } from "../learning/tiny.ts";

const spec = tinySpec({ reward: { kind: "sparse", low: -1 } });
const nets: NetShapes = {
  ...{ latent: 1, encoder: [2], decoder: [1], policy: [2], critic: [2] },
  ...{ decoderSees: "next-state", gatedDecoder: true },
};

/** z 0 wants x = 1, z -1 wants nothing that there is. Found at x 0, 0.5 and 9, with y 2. */
const tensors = () => ({
  ...Object.fromEntries(
    Object.entries(deployedShapes(spec, nets, "bernoulli")).map(([name, shape]) => [
      name,
      new Float32Array(shape.reduce((n, d) => n * d, 1)),
    ]),
  ),
  "dec.w0": Float32Array.of(1, 0, 0, 0),
  "dec.g0": Float32Array.of(1),
  "dec.w1": Float32Array.of(20),
  "dec.b1": Float32Array.of(-10),
  "recall.mean": Float32Array.of(0, -1, 0),
  "recall.variance": Float32Array.of(0.1, 0.2, 0.3),
  "recall.start": Float32Array.of(0, 2, 0, 0.5, 2, 0, 9, 2, 0),
  "recall.steps": Float32Array.of(3, 5, 7),
});
/** `steps` steps at x = 1, more than the decoder is asked of at once. */
const atOne = (steps = 150) => ({
  steps,
  observation: new Float32Array((steps + 1) * 3).map((_, i) => (i % 3 === 0 ? 1 : 0)),
  action: new Float32Array(steps * 2),
});
const means = (recollection: ReturnType<Recall["begin"]>) => recollection.beliefs.map(({ mean }) => mean[0]);

describe("exploring by elimination", () => {
  let recall: Recall;
  before(async () => {
    recall = await Recall.create(spec, nets, "bernoulli", 2);
    recall.load(tensors());
  });
  after(() => recall.dispose());

  it("remembers the tasks whose scenes were found most like this one, the likest first", () => {
    expect(means(recall.begin(Float32Array.of(0, 2, 0)))).to.deep.equal([0, -1]);
    expect(means(recall.begin(Float32Array.of(0.4, 2, 0)))).to.deep.equal([-1, 0]);
    expect(recall.begin(Float32Array.of(0, 2, 0)).beliefs[1]!.variance[0]).to.be.closeTo(0.2, 1e-6);
  });

  it("tries each of them as likely before anything is known, and repeats its draws from the same stream", () => {
    const recollection = recall.begin(Float32Array.of(0, 2, 0));
    const drawn = (label: string) => {
      const r = rng("draws", label);
      return Array.from({ length: 400 }, () => recollection.draw(r, 9).mean[0]!);
    };
    expect(drawn("a")).to.deep.equal(drawn("a"));
    expect(drawn("b").filter((z) => z === 0).length).to.be.within(160, 240);
    expect(recollection.likeliest().mean[0]).to.equal(0);
  });

  it("gives up what the decoder expected a reward for and none came", async () => {
    const recollection = recall.begin(Float32Array.of(0, 2, 0));
    await recollection.absorb(atOne(), new Array<boolean>(150).fill(false));
    const r = rng("refuted");
    expect(Array.from({ length: 200 }, () => recollection.draw(r, 9).mean[0]!).every((z) => z === -1)).to.equal(true);
    expect(recollection.likeliest().mean[0]).to.equal(-1);
  });

  it("goes on with what explains a reward, and one doubtful step rules nothing out", async () => {
    const paid = recall.begin(Float32Array.of(0.4, 2, 0));
    await paid.absorb(atOne(), new Array<boolean>(150).fill(true));
    expect(paid.likeliest().mean[0]).to.equal(0);
    const brief = recall.begin(Float32Array.of(0, 2, 0));
    await brief.absorb(atOne(1), [false]);
    const r = rng("brief");
    expect(new Set(Array.from({ length: 200 }, () => brief.draw(r, 9).mean[0]!)).size).to.equal(2);
  });

  it("believes what was tried in vain the less, and what is like it nearly as much less, by the time it had", () => {
    const share = (of: readonly Belief[], z: number) => of.filter(({ mean }) => mean[0] === z).length / of.length;
    const drawn = (recollection: ReturnType<Recall["begin"]>) => {
      const r = rng("missed");
      return Array.from({ length: 1000 }, () => recollection.draw(r, 9));
    };
    const [whole, half] = [recall.begin(Float32Array.of(0, 2, 0)), recall.begin(Float32Array.of(0, 2, 0))];
    whole.missed(whole.beliefs[0]!, 1);
    half.missed(half.beliefs[0]!, 0.5);
    // 0.3 of its weight is left, and of the other's, which lies one standard deviation of the prior off, 0.3 ^ exp(-1/2).
    const other = 0.3 ** Math.exp(-0.5);
    expect(share(drawn(whole), 0)).to.be.closeTo(0.3 / (0.3 + other), 0.05);
    expect(share(drawn(half), 0)).to.be.closeTo(Math.sqrt(0.3) / (Math.sqrt(0.3) + Math.sqrt(other)), 0.05);
    expect(whole.likeliest().mean[0]).to.equal(-1);
    const again = recall.begin(Float32Array.of(0, 2, 0));
    for (const { tried, share } of whole.misses) again.missed(tried, share);
    expect(drawn(again)).to.deep.equal(drawn(whole));
  });

  it("tries nothing that takes longer than there is left, unless everything does or nobody knows", () => {
    const r = rng("left");
    const drawn = (from: Recall, left: number) => {
      const recollection = from.begin(Float32Array.of(0, 2, 0));
      return new Set(Array.from({ length: 50 }, () => recollection.draw(r, left).mean[0]));
    };
    expect([...drawn(recall, 5)]).to.have.members([0, -1]);
    expect([...drawn(recall, 4)]).to.deep.equal([0]);
    expect([...drawn(recall, 2)]).to.have.members([0, -1]);
    const { "recall.steps": _, ...before } = tensors();
    recall.load(before);
    expect([...drawn(recall, 1)]).to.have.members([0, -1]);
    recall.load(tensors());
  });

  it("draws nothing that is put aside as long as there is something else", () => {
    const recollection = recall.begin(Float32Array.of(0, 2, 0));
    const [first, second] = recollection.beliefs;
    const r = rng("aside");
    const drawn = (aside: readonly Belief[]) => new Set(Array.from({ length: 50 }, () => recollection.draw(r, 9, aside).mean[0]));
    expect([...drawn([first!])]).to.deep.equal([-1]);
    expect([...drawn([second!])]).to.deep.equal([0]);
    expect([...drawn([first!, second!])]).to.deep.equal([0]);
  });

  it("adds up over an episode that is taken in piece by piece", async () => {
    const [whole, parts] = [recall.begin(Float32Array.of(0, 2, 0)), recall.begin(Float32Array.of(0, 2, 0))];
    await whole.absorb(atOne(6), [false, false, false, false, false, false]);
    for (let i = 0; i < 3; i++) await parts.absorb(atOne(2), [false, false]);
    const [a, b] = [rng("sum"), rng("sum")];
    for (let i = 0; i < 50; i++) expect(whole.draw(a, 9)).to.deep.equal(parts.draw(b, 9));
  });

  it("refuses a memory that is missing or no number, and remembers what it did before", async () => {
    const { "recall.start": _, ...missing } = tensors();
    const broken = { ...tensors(), "recall.mean": Float32Array.of(0, NaN, 0) };
    expect(await codeOf(() => recall.load(missing))).to.equal("policy.shape");
    expect(await codeOf(() => recall.load(broken))).to.equal("policy.nonfinite");
    expect(means(recall.begin(Float32Array.of(0, 2, 0)))).to.deep.equal([0, -1]);
  });
});
