import { expect } from "chai";
import fc from "fast-check";
import type { Vec3 } from "../../../src/domain/units.ts";
import { segmentToBox, segmentToSegment } from "../../../src/kinematics/distance.ts";

const number = (low: number, high: number) => fc.double({ min: low, max: high, noNaN: true });

describe("distances", () => {
  const point = fc.tuple(number(-1, 1), number(-1, 1), number(-1, 1)) as fc.Arbitrary<Vec3>;
  const half = fc.tuple(number(0.01, 0.8), number(0.01, 0.8), number(0.01, 0.8)) as fc.Arbitrary<Vec3>;
  const on = (a: Vec3, b: Vec3, t: number) => a.map((x, i) => x + t * (b[i]! - x)) as unknown as Vec3;
  const toBox = (p: Vec3, h: Vec3) => {
    const out = p.map((x, i) => Math.abs(x) - h[i]!);
    return Math.max(...out) <= 0 ? Math.max(...out) : Math.hypot(...out.map((x) => Math.max(x, 0)));
  };
  const steps = Array.from({ length: 101 }, (_, k) => k / 100);

  it("from a segment to a box are never more than from any point of it, and those of one point of it", () => {
    fc.assert(
      fc.property(point, point, half, (a, b, h) => {
        const found = segmentToBox(a, b, h);
        const least = Math.min(...steps.map((t) => toBox(on(a, b, t), h)));
        expect(found.distance).to.be.at.most(least + 1e-9);
        expect(found.distance).to.be.closeTo(toBox(found.at, h), 1e-12);
        expect(segmentToSegment(found.at, found.at, a, b).distance).to.be.below(1e-9);
        const away = on(found.at, found.at.map((x, i) => x + found.away[i]!) as unknown as Vec3, 1e-6);
        expect(toBox(away, h) - found.distance).to.be.closeTo(1e-6, 1e-8);
      }),
      { numRuns: 2000 },
    );
  });

  it("from a segment to a segment are never more than from any point to any, and those of one point", () => {
    fc.assert(
      fc.property(point, point, point, point, fc.nat(3), (a, b, c, d, alike) => {
        // Also points, and parallels.
        const [p, q] = alike === 0 ? [a, a] : [a, b];
        const [r, s] =
          alike === 1 ? [c, c] : alike === 2 ? [c, c.map((x, i) => x + 2 * (b[i]! - a[i]!)) as unknown as Vec3] : [c, d];
        const found = segmentToSegment(p, q, r, s);
        const few = steps.filter((_, k) => k % 5 === 0);
        const least = Math.min(
          ...few.flatMap((t) => few.map((u) => Math.hypot(...on(p, q, t).map((x, i) => x - on(r, s, u)[i]!)))),
        );
        expect(found.distance).to.be.at.most(least + 1e-9);
        if (found.distance > 1e-9) expect(Math.hypot(...found.away)).to.be.closeTo(1, 1e-9);
      }),
      { numRuns: 2000 },
    );
  });

  it("of segments that cross are nothing, however nearly parallel they are", () => {
    fc.assert(
      fc.property(point, point, point, number(0, 1), number(0, 1), number(-14, 0), (a, b, by, t, u, power) => {
        // A turn of 10^power, about the point at t, which is also the other segment's point at u.
        const way = b.map((x, i) => x - a[i]! + 10 ** power * by[i]!);
        const at = on(a, b, t);
        const [c, d] = [at.map((x, i) => x - u * way[i]!), at.map((x, i) => x + (1 - u) * way[i]!)] as unknown as [Vec3, Vec3];
        expect(segmentToSegment(a, b, c, d).distance).to.be.below(1e-12);
      }),
      { numRuns: 2000 },
    );
  });

  it("of segments that cross are zero, without a direction", () => {
    expect(segmentToSegment([-1, 0, 0], [1, 0, 0], [0, -1, 0], [0, 1, 0])).to.deep.include({ distance: 0, away: [0, 0, 0] });
  });

  it("inside a box are the way to its nearest face, and point there", () => {
    const h: Vec3 = [1, 2, 3];
    for (const [at, distance, away] of [
      [[0.9, 0, 0], -0.1, [1, 0, 0]],
      [[0, -1.9, 0], -0.1, [0, -1, 0]],
      [[0, 0, 2.9], -0.1, [0, 0, 1]],
    ] as [Vec3, number, Vec3][]) {
      const found = segmentToBox(at, at, h);
      expect(found.distance).to.be.closeTo(distance, 1e-12);
      expect(found.away.map((x) => x + 0)).to.deep.equal(away);
    }
  });
});
