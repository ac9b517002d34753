import { expect } from "chai";
import { Color, Matrix4, Vector3, type InstancedMesh } from "three";

interface Trail {
  readonly mesh: InstancedMesh;
  add(tip: Vector3, at: number): boolean;
  forget(): boolean;
}
const page = new URL("../../../src/operator/page/trail3d.js", import.meta.url).href;
const { trail } = (await import(page)) as { trail(young: Color, ground: Color): Trail };

const fresh = () => trail(new Color("blue"), new Color("white"));
/** The tip goes along x at 0.2 m/s from a moment to another, s, seen 20 times a second. */
const drive = (path: Trail, from: number, to: number, y = 0) => {
  for (let k = 0; k <= Math.round((to - from) * 20); k++) path.add(new Vector3(0.2 * (from + k / 20), y, 0), from + k / 20);
};
const piece = (path: Trail, i: number) => {
  const matrix = new Matrix4();
  path.mesh.getMatrixAt(i, matrix);
  const [at, size] = [new Vector3(), new Vector3()];
  matrix.decompose(at, path.mesh.quaternion.clone(), size);
  const colour = new Color();
  path.mesh.getColorAt(i, colour);
  return { at, thick: size.x, long: size.y, colour };
};

describe("the tip's path on the page", () => {
  it("joins the places of the last five seconds and no others", () => {
    const path = fresh();
    drive(path, 0, 12);
    const { count } = path.mesh;
    expect(count).to.be.within(95, 100);
    const length = Array.from({ length: count }, (_, i) => piece(path, i).long).reduce((a, b) => a + b);
    expect(length).to.be.closeTo(5 * 0.2, 0.03);
    expect(piece(path, count - 1).at.x).to.be.closeTo(0.2 * 12, 0.01);
  });

  it("thins and pales with age", () => {
    const path = fresh();
    drive(path, 0, 5);
    const [old, young] = [piece(path, 0), piece(path, path.mesh.count - 1)];
    expect(old.thick).to.be.below(0.5 * young.thick);
    expect(old.colour.r).to.be.greaterThan(young.colour.r + 0.5);
  });

  it("begins anew where the arm cannot have gone: a jump, a gap, a clock that goes back", () => {
    for (const [why, tip, at] of [
      ["jump", new Vector3(0.6, 0.3, 0), 2.05],
      ["gap", new Vector3(0.41, 0, 0), 3.5],
      ["earlier", new Vector3(0.4, 0, 0), 1],
    ] as const) {
      const path = fresh();
      drive(path, 0, 2);
      expect(path.mesh.count, why).to.be.greaterThan(30);
      path.add(tip, at);
      expect(path.mesh.count, why).to.equal(0);
    }
  });

  it("goes on after a rest, though the places before it are old", () => {
    const path = fresh();
    drive(path, 0, 1);
    for (let at = 1.1; at < 3; at += 0.1) path.add(new Vector3(0.2, 0, 0), at);
    const before = path.mesh.count;
    path.add(new Vector3(0.205, 0, 0), 3);
    expect(path.mesh.count).to.equal(before + 1);
  });

  it("stays bounded however often it is told, and costs nothing once it is gone", () => {
    const path = fresh();
    for (let k = 0; k < 2000; k++) path.add(new Vector3(0.002 * k, 0, 0), k / 400);
    expect(path.mesh.count).to.be.within(200, 240);
    const rest = new Vector3(0.002 * 1999, 0, 0);
    for (let at = 5; at < 12; at += 0.5) path.add(rest, at);
    expect(path.mesh.count).to.equal(0);
    expect(path.add(rest, 12)).to.equal(false);
    expect(path.forget()).to.equal(false);
  });
});
