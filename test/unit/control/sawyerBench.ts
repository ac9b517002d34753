import { filter } from "rxjs";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { createTwin } from "../../../sim/twin.ts";
import { armEnvironment } from "../../../src/control/armEnvironment.ts";
import type { ArmEnvironmentParts } from "../../../src/control/armEnvironment.ts";
import { createController } from "../../../src/control/controller.ts";
import type { Controller } from "../../../src/control/controller.ts";
import type { Tick } from "../../../src/domain/control.ts";
import type { SceneSpec } from "../../../src/domain/scene.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import { chain, forward } from "../../../src/kinematics/chain.ts";
import type { Scene } from "../../../src/ports/scene.ts";
import { limits } from "./bench.ts";

/** The lockstep twin under the whole control stack, running, with a spy on the scene's arranger and a lid on its eyes. */
export async function sawyerBench(more: Partial<ArmEnvironmentParts> = {}, onArrange: () => void = () => {}) {
  const twin = await createTwin(sawyer, { timeout: 0.1 });
  const arranged: { readonly spec: SceneSpec; readonly tip: Vec3 }[] = [];
  const eyes = { open: true };
  const kinematics = chain(sawyer);
  const tip = (): Vec3 => forward(kinematics, controller.state()!.position).p;
  const scene: Scene = {
    ...twin.scene,
    scene$: twin.scene.scene$.pipe(filter(() => eyes.open)),
    arrange: async (spec) => {
      arranged.push({ spec, tip: tip() });
      onArrange();
      await twin.scene.arrange(spec);
    },
  };
  const controller: Controller = createController({ arm: twin.arm, scene, clock: twin.clock, description: sawyer, limits });
  const ticks: Tick[] = [];
  controller.tick$.subscribe((tick) => ticks.push(tick));
  const beats = (n: number) => {
    let k = 0;
    return twin.clock.run(() => ++k >= n);
  };
  await beats(2);
  controller.start();
  await twin.gripper.calibrate();
  const environment = armEnvironment({
    controller,
    scene,
    clock: twin.clock,
    gripper: twin.gripper,
    description: sawyer,
    limits,
    ...more,
  });
  return { twin, controller, environment, arranged, eyes, ticks, tip, beats };
}
