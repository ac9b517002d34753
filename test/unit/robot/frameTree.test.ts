import { expect } from "chai";
import fc from "fast-check";
import { frameTree } from "../../../robot/scenes/tf.ts";
import { seconds } from "../../../src/domain/units.ts";

const header = (frame_id: string) => ({ seq: 0, stamp: { sec: 0, nsec: 0 }, frame_id });
const upright = { x: 0, y: 0, z: 0, w: 1 };
const half = { x: 0, y: 0, z: 1, w: 0 };
const branch = (parent: string, child: string, [x, y, z]: readonly number[], rotation = upright) => ({
  header: header(parent),
  child_frame_id: child,
  transform: { translation: { x: x!, y: y!, z: z! }, rotation },
});
const number = fc.double({ min: -3, max: 3, noNaN: true });
const place = fc.tuple(number, number, number);

describe("a tree of frames", () => {
  it("a point is where all transforms on its way put it, the nearest first", () => {
    const tree = frameTree();
    tree.put(branch("base", "camera", [1, 0, 0.5], half), undefined);
    tree.put(branch("camera", "tag", [0.4, 0.2, 0]), seconds(7));
    const { point, at } = tree.find("tag", "base", [0.1, 0, 0])!;
    for (const [k, x] of [0.5, -0.2, 0.5].entries()) expect(point[k]).to.be.closeTo(x, 1e-12);
    expect(at).to.equal(7);
  });
  it("translations add up along a chain of any length", () =>
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 8 }), (places) => {
        const tree = frameTree();
        places.forEach((at, k) => tree.put(branch(k === 0 ? "/base" : `link${k - 1}`, `link${k}`, at), seconds(k)));
        const { point, at } = tree.find(`link${places.length - 1}`, "base", [0, 0, 0])!;
        for (const k of [0, 1, 2])
          expect(point[k]).to.be.closeTo(
            places.reduce((sum, it) => sum + it[k]!, 0),
            1e-9,
          );
        expect(at, "the oldest on the way").to.equal(0);
      }),
    ));
  it("no way, a way in a circle, and a rotation that is none lead nowhere", () => {
    const tree = frameTree();
    expect(tree.find("tag", "base", [0, 0, 0])).to.equal(undefined);
    tree.put(branch("b", "a", [0, 0, 0]), undefined);
    tree.put(branch("a", "b", [0, 0, 0]), undefined);
    expect(tree.find("a", "base", [0, 0, 0])).to.equal(undefined);
    tree.put(branch("base", "tag", [0, 0, 0], { x: 0, y: 0, z: 0, w: 0 }), undefined);
    expect(tree.find("tag", "base", [0, 0, 0])).to.equal(undefined);
  });
  it("what never changes is of no age", () => {
    const tree = frameTree();
    tree.put(branch("base", "tag", [0, 0, 0]), undefined);
    expect(tree.find("tag", "base", [0, 0, 0])!.at).to.equal(undefined);
  });
});
