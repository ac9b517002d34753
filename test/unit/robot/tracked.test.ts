import { expect } from "chai";
import fc from "fast-check";
import { Subject } from "rxjs";
import { siteOf } from "../../../launch/interaArm.ts";
import { trackedScene } from "../../../robot/scenes/tracked.ts";
import type { Sighting } from "../../../robot/scenes/tracked.ts";
import { THINGS } from "../../../src/domain/scene.ts";
import type { SceneSpec, SceneState, Thing } from "../../../src/domain/scene.ts";
import { metres, seconds } from "../../../src/domain/units.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import { BLOCK } from "../../../src/tasks/sawyer.ts";
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
async function setOut(
  noise: () => readonly [number, number, number] = () => [0, 0, 0],
  wanted = spec,
  places: Sighting["points"] = { drawer, button },
  things: readonly Thing[] = THINGS,
) {
  const sighting$ = new Subject<Sighting>();
  let now = 10;
  const asked: SceneSpec[] = [];
  const scene = trackedScene({
    ...{ name: "/tracker", site, sighting$, clock: { now: () => seconds(now) }, things },
    ask: (it) => void asked.push(it),
    useless: () => undefined,
    close: () => {},
  });
  const seen: SceneState[] = [];
  scene.scene$.subscribe((it) => seen.push(it));
  const tell = (points: Sighting["points"], at = (now += 0.03)) => sighting$.next({ at: seconds(at), points });
  const arranged = scene.arrange(wanted);
  const noisy = () => Object.fromEntries(Object.entries(places).map(([thing, at]) => [thing, off(at, noise())]));
  for (let k = 0; k < 10; k++) tell(noisy());
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
  it("every thing is where its fact is told: the locker's front as it stands, a block's own middle", async () => {
    const table = -0.05;
    const whole: SceneSpec = {
      button: spec.button!,
      locker: { position: [0.7, 0.2, table], opens: [0, -1, 0], travel: metres(0.14) },
      tray: { position: [0.5, -0.2, table] },
      object: { position: [0.6, 0, table] },
      brick: { position: [0.7, 0.12, table + 0.004] },
    };
    const places = {
      button,
      locker: [0.7, 0.06, table] as Vec3,
      tray: [0.5, -0.2, table] as Vec3,
      object: [0.6, 0, table + BLOCK.height / 2] as Vec3,
      brick: [0.7, 0.12, table + 0.004 + BLOCK.height / 2] as Vec3,
    };
    const { tell, seen } = await setOut(undefined, whole, places);
    const carried: Vec3 = [0.65, 0.02, 0.15];
    tell({ ...places, locker: [0.7, 0.16, table], tray: [0.52, -0.2, table], object: carried });
    const { facts } = seen[0]!;
    expect(facts["locker"]!.travel).to.be.closeTo(0.04, 1e-9);
    for (const thing of ["tray", "object", "brick"]) expect(facts[thing]).to.include({ travel: 0, valid: true });
    expect([facts["object"]!.position, facts["tray"]!.position]).to.deep.equal([carried, [0.52, -0.2, table]]);
    tell({ button });
    expect(Object.entries(seen[1]!.facts).map(([thing, { valid }]) => [thing, valid])).to.deep.equal([
      ["button", true],
      ["locker", false],
      ["tray", false],
      ["object", false],
      ["brick", false],
    ]);
  });
  it("a scene with a thing that the site does not track is refused by its name, and nobody is asked to set it out", async () => {
    const { scene, asked } = await setOut(undefined, spec, { drawer, button }, ["drawer", "button"]);
    const refused = await scene.arrange({ ...spec, tray: { position: [0.5, -0.2, -0.05] } }).catch((error: Error) => error);
    expect(refused).to.include({ code: "tasks.invalid" });
    expect((refused as Error).message).to.include("/tracker tells of no tray");
    expect(asked).to.have.length(1);
  });
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
