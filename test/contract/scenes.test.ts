import { sawyer } from "../../robot/description/sawyer.ts";
import { connectTwin, spawnTwin } from "../../sim/pacedTwin.ts";
import type { SpawnedTwin } from "../../sim/pacedTwin.ts";
import { createTwin } from "../../sim/twin.ts";
import { fakeScene } from "../support/fakeScene.ts";
import { itKeepsTheSceneContract } from "./scene.contract.ts";

itKeepsTheSceneContract("the fake", async () => {
  const { scene, tick } = fakeScene();
  return { scene, tick, close: () => scene.close() };
});

itKeepsTheSceneContract("the lockstep twin", async () => {
  const { arm, scene, clock } = await createTwin(sawyer);
  return { scene, tick: () => clock.run(() => true), close: () => arm.close() };
});

describe("one paced twin for many looks", () => {
  let twin: SpawnedTwin | undefined;
  after(() => twin?.end());

  itKeepsTheSceneContract("the paced twin", async () => {
    twin ??= await spawnTwin(sawyer);
    const { arm, scene, clock } = await connectTwin(twin.address);
    return { scene, tick: () => clock.run(() => true), close: () => arm.close() };
  });
});

itKeepsTheSceneContract(
  "a lab's own scene",
  undefined,
  "a person has to set it out, so no program can try it; the tracker's adapter is tried on a twin's (test/integration/ros1.test.ts)",
);
