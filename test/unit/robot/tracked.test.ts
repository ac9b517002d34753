import { expect } from "chai";
import fc from "fast-check";
import { Subject } from "rxjs";
import { siteOf } from "../../../launch/interaArm.ts";
import { trackedScene } from "../../../robot/scenes/tracked.ts";
import type { Sighting } from "../../../robot/scenes/tracked.ts";
import type { SceneSpec, SceneState } from "../../../src/domain/scene.ts";
import { metres, seconds } from "../../../src/domain/units.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import { outcome } from "../../contract/arm.contract.ts";

const site = siteOf("intera-ros1").scene;
const spec: SceneSpec = {
  drawer: { position: [0.6, 0.2, -0.05], opens: [0, -1, 0], travel: metres(0) },
  button: { position: [0.62, -0.15, 0.01] },
};
/** Where the handle and the cap are then. */
const drawer: Vec3 = [0.6, 0.2 - site.handle_m.reach, -0.05 + site.handle_m.height];
const button: Vec3 = [0.62, -0.15, 0.01];
const off = ([x, y, z]: Vec3, [a, b, c]: readonly [number, number, number]): Vec3 => [x + a, y + b, z + c];

/** A tracked scene that is set out, and who tells it. */
async function setOut(noise: () => readonly [number, number, number] = () => [0, 0, 0], wanted = spec) {
  const sighting$ = new Subject<Sighting>();
  let now = 10;
  const asked: SceneSpec[] = [];
  const scene = trackedScene({
    ...{ name: "/tracker", site, sighting$, clock: { now: () => seconds(now) } },
    ask: (it) => void asked.push(it),
    useless: () => undefined,
    close: () => {},
  });
  const seen: SceneState[] = [];
  scene.scene$.subscribe((it) => seen.push(it));
  const tell = (points: Sighting["points"], at = (now += 0.03)) => sighting$.next({ at: seconds(at), points });
  const arranged = scene.arrange(wanted);
  for (let k = 0; k < 10; k++) tell({ drawer: off(drawer, noise()), button: off(button, noise()) });
  await arranged;
  seen.length = 0;
  return { scene, tell, seen, asked, now: () => now };
}
const mm5 = fc.double({ min: -0.005, max: 0.005, noNaN: true });
const noise5 = fc.tuple(mm5, mm5, mm5);

describe("a scene as any tracker tells it", () => {
  it("with 5 mm of noise things are within 5 mm an axis of where they are, and a drawer's way within 10 mm", () =>
    fc.assert(
      fc.asyncProperty(fc.infiniteStream(noise5), fc.double({ min: 0, max: 0.16, noNaN: true }), async (stream, travel) => {
        const noise = () => stream.next().value;
        const { tell, seen } = await setOut(noise);
        tell({ drawer: off(off(drawer, [0, -travel, 0]), noise()), button: off(button, noise()) });
        const { facts } = seen[0]!;
        expect(facts["drawer"]!.travel).to.be.closeTo(travel, 0.0101);
        for (const k of [0, 1, 2]) expect(facts["button"]!.position[k]).to.be.closeTo(button[k]!, 0.00501);
      }),
      { numRuns: 50 },
    ));
  it("a thing that drops out of sight is not valid, and is again when it is seen", async () => {
    const { tell, seen } = await setOut();
    tell({ drawer });
    tell({ drawer, button });
    expect(seen.map(({ facts }) => facts["button"]!.valid)).to.deep.equal([false, true]);
    expect(seen.map(({ facts }) => facts["drawer"]!.valid)).to.deep.equal([true, true]);
  });
  it("what was seen long ago keeps its old stamp: its age is for control to judge", async () => {
    const { tell, seen, now } = await setOut();
    const late = now() - 0.4;
    tell({ drawer, button }, late);
    expect(seen[0]!.at).to.equal(late);
  });
  it("what is asked for is told, and what is not seen where it is wanted is not set out", async function () {
    this.timeout(10_000);
    const { asked } = await setOut();
    expect(asked).to.deep.equal([spec]);
    const elsewhere = { ...spec, button: { position: [0.5, -0.15, 0.01] as Vec3 } };
    expect(await outcome(setOut(undefined, elsewhere))).to.equal("tasks.invalid");
  });
});
