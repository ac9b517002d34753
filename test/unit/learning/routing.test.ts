import { createHash } from "node:crypto";
import { expect } from "chai";
import { rng } from "../../../src/domain/rng.ts";
import { batchShapes, smacUpdate } from "../../../src/learning/losses.ts";
import { smacShapes, targetShapes } from "../../../src/learning/parameters.ts";
import type { Weights } from "../../../src/learning/parameters.ts";
import { evaluate, randomArrays, type Arrays } from "../engine/reference.ts";
import { MODES } from "./ask.ts";
import { rollout, tinyConfig, tinyLearner, tinySpec } from "./tiny.ts";

const size = { T: 2, N: 4, K: 3 };
const spec = tinySpec();

for (const mode of MODES)
  for (const pearl of [false, true])
    describe(`one update ${pearl ? "of practice" : "offline"}, ${mode},`, () => {
      const config = tinyConfig({ klWeight: 0 });
      const shapes = { ...smacShapes(spec, config), ...targetShapes(spec, config), ...batchShapes(spec, config, size) };
      const values = randomArrays(shapes, "routing");
      const r = rng("routing actions");
      values["action"] = values["action"]!.map(() => r.between(-0.9, 0.9));
      values["mask"] = values["mask"]!.map(() => 1);
      values["lambda"] = Float64Array.of(pearl ? 0.7 : 0);
      const gradients = (over: Arrays = {}, klWeight = 0) =>
        evaluate(smacUpdate(spec, { ...config, klWeight }, size, pearl), shapes, { ...values, ...over }, mode);
      const of = (found: Record<string, Float32Array>, net: string) =>
        Object.entries(found).flatMap(([name, g]) => (name.startsWith(`g.${net}.`) ? [...g] : []));
      const moved = (net: string): Arrays =>
        Object.fromEntries(
          Object.entries(values).flatMap(([name, xs]) =>
            name.startsWith(`${net}.`) ? [[name, xs.map((x) => 0.5 * x + 0.1)]] : [],
          ),
        );
      const zero = (xs: readonly number[]) => xs.every((x) => x === 0);

      it("gives the encoder no gradient of critic or actor: none is left when the decoder is deaf to z", async () => {
        const deaf = { "dec.w1": values["dec.w1"]!.map(() => 0) };
        const found = await gradients(deaf);
        expect(zero(of(found, "enc"))).to.equal(true);
        expect(zero(of(found, "q1")), "while critics learn").to.equal(false);
        expect(zero(of(found, "pi")), "and so does the policy").to.equal(false);
      });

      it("gives the encoder one of reconstruction, and one of the KL", async () => {
        expect(zero(of(await gradients(), "enc"))).to.equal(false);
        const deaf = { "dec.w1": values["dec.w1"]!.map(() => 0) };
        expect(zero(of(await gradients(deaf, 0.1), "enc"))).to.equal(false);
      });

      it("gives encoder and decoder the same gradients whatever critics, targets and policy are", async () => {
        const [before, after] = [
          await gradients(),
          await gradients({ ...moved("q1"), ...moved("q2"), ...moved("t1"), ...moved("t2"), ...moved("pi") }),
        ];
        expect(of(after, "enc")).to.deep.equal(of(before, "enc"));
        expect(of(after, "dec")).to.deep.equal(of(before, "dec"));
        expect(of(after, "pi"), "which the policy's are not").to.not.deep.equal(of(before, "pi"));
      });

      it("gives critics none of the actor's: theirs do not see its noise, its stored log-densities or lambda", async () => {
        const terminated = { terminated: values["terminated"]!.map(() => 1) };
        const before = await gradients(terminated);
        const over = {
          ...terminated,
          ...moved("pi"),
          actionNoise: values["actionNoise"]!.map((x) => -x),
          lambda: Float64Array.of(pearl ? 5 : 0),
        };
        const after = await gradients(over);
        for (const net of ["q1", "q2"]) expect(of(after, net), net).to.deep.equal(of(before, net));
        expect(of(after, "pi"), "which the policy's do").to.not.deep.equal(of(before, "pi"));
      });

      it("gives each critic the gradient of its own error alone", async () => {
        const [before, after] = [await gradients(), await gradients(moved("q2"))];
        expect(of(after, "q1")).to.deep.equal(of(before, "q1"));
        expect(of(after, "q2")).to.not.deep.equal(of(before, "q2"));
      });

      it(`${pearl ? "moves" : "does not move"} the policy along Q`, async () => {
        const [before, after] = [await gradients(), await gradients({ lambda: Float64Array.of(pearl ? 1.4 : 1) })];
        expect(of(after, "pi").join() === of(before, "pi").join()).to.equal(!pearl);
      });
    });

const hash = ({ views }: Weights, net: RegExp) => {
  const sha = createHash("sha256");
  for (const [name, view] of Object.entries(views))
    if (net.test(name)) sha.update(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return sha.digest("hex");
};

describe("a thousand updates of practice", () => {
  const practised = async (encoder: "frozen" | "trained") => {
    const learner = tinyLearner({ practice: { encoder } });
    await learner.update(20);
    await learner.beginPractice();
    for (const task of [0, 1, 2]) await learner.addPractice(rollout(task, 5), true);
    const nets = { coder: /^(enc|dec)\./, actor: /^pi\./, critic: /^q1\./ };
    const hashes = () => Object.entries(nets).map(([name, net]): [string, string] => [name, hash(learner.trained, net)]);
    const label = async () => [...(await learner.labeller.label(rollout(1, 9), learner.memory[1]!, rng("label"))).reward];
    const before = { hashes: hashes(), label: await label(), frozen: hash(learner.labeller.frozen, /./) };
    await learner.update(1000);
    const after = { hashes: hashes(), label: await label(), frozen: hash(learner.labeller.frozen, /./) };
    await learner.dispose();
    const moved = after.hashes.filter(([, h], i) => h !== before.hashes[i]![1]).map(([name]) => name);
    return { moved, before, after };
  };

  it("leaves encoder and decoder bit for bit what they were, where they are frozen", async () => {
    expect((await practised("frozen")).moved).to.deep.equal(["actor", "critic"]);
  });

  it("moves them where they are trained on, and no label with them: labels come from frozen copies", async () => {
    const { moved, before, after } = await practised("trained");
    expect(moved).to.deep.equal(["coder", "actor", "critic"]);
    expect(after.label).to.deep.equal(before.label);
    expect(after.frozen).to.equal(before.frozen);
  });
});
