import { expect } from "chai";
import fc from "fast-check";
import type { Split } from "../../src/domain/experience.ts";
import { pointTask } from "../../src/tasks/point.ts";
import { sawyerTask } from "../../src/tasks/sawyerScenes.ts";

const splits: readonly Split[] = ["train", "validation", "test"];
const seeds = fc.integer({ min: 0, max: 0xffffffff });
const COUNT = 100;

/** What makes a task another one than its neighbour: where things stand and what is wanted, without the number it goes by. */
const essence = {
  point: (split: Split, seed: number, id: number) => JSON.stringify(pointTask(split, seed, id).goal),
  task: (split: Split, seed: number, id: number) => {
    const { scene, aim } = sawyerTask(split, seed, id);
    return JSON.stringify({ scene, aim });
  },
};

describe("Training, validation and test tasks", () => {
  for (const [name, of] of Object.entries(essence))
    it(`never share a ${name === "point" ? "goal of the point domain" : "task of the sawyer domain"}, whatever the seeds`, () =>
      fc.assert(
        fc.property(fc.tuple(seeds, seeds, seeds), (drawn) => {
          const made = splits.flatMap((split, i) => Array.from({ length: COUNT }, (_, id) => of(split, drawn[i]!, id)));
          expect(new Set(made).size).to.equal(splits.length * COUNT);
        }),
        {
          numRuns: 60,
          // One seed for all three, which is what a careless user does, and the seeds next to it.
          examples: [[[0, 0, 0]], [[1, 1, 1]], [[1, 2, 3]], [[0xffffffff, 0xffffffff, 0xffffffff]]],
        },
      ));

  it("never share a scene of the sawyer domain, whatever the seeds and aims", () =>
    fc.assert(
      fc.property(fc.tuple(seeds, seeds, seeds), (drawn) => {
        const [train, validation, test] = splits.map(
          (split, i) => new Set(Array.from({ length: COUNT }, (_, id) => JSON.stringify(sawyerTask(split, drawn[i]!, id).scene))),
        );
        for (const scene of train!) expect(validation!.has(scene) || test!.has(scene)).to.equal(false);
        for (const scene of validation!) expect(test!.has(scene)).to.equal(false);
      }),
      { numRuns: 30, examples: [[[0, 0, 0]], [[1, 1, 1]]] },
    ));

  it("never share a whole task between two seeds of one split", () =>
    fc.assert(
      fc.property(fc.constantFrom(...splits), fc.uniqueArray(seeds, { minLength: 2, maxLength: 4 }), (split, drawn) => {
        const made = drawn.flatMap((seed) => Array.from({ length: COUNT }, (_, id) => essence.task(split, seed, id)));
        expect(new Set(made).size).to.equal(drawn.length * COUNT);
      }),
      { numRuns: 30 },
    ));

  it("are the same ones again for the same split, seed and number, in whatever order they are asked for", () =>
    fc.assert(
      fc.property(fc.constantFrom(...splits), seeds, fc.array(fc.nat(10_000), { maxLength: 20 }), (split, seed, ids) => {
        const ask = (order: readonly number[]) =>
          new Map(order.map((id) => [id, [pointTask(split, seed, id), sawyerTask(split, seed, id)]]));
        const [there, back] = [ask(ids), ask([...ids].reverse())];
        for (const id of ids) expect(there.get(id)).to.deep.equal(back.get(id));
      }),
    ));
});
