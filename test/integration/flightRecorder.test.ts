import path from "node:path";
import { expect } from "chai";
import { NEVER } from "rxjs";
import { flightRecorder } from "../../launch/flightRecorder.ts";
import { readEpisodes } from "../../launch/recordings/read.ts";
import type { Controller } from "../../src/control/controller.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Environment } from "../../src/ports/environment.ts";
import { sawyerSpec, type SawyerTask } from "../../src/tasks/sawyer.ts";
import { sawyerTask } from "../../src/tasks/sawyerScenes.ts";
import { scratch, seenWith } from "../support/armRecording.ts";
import { header } from "../support/recordings.ts";

/** A world whose drawer opens by 1 cm a step, until a step in which the arm is stopped. */
function world(stopsAt: number): Environment<SawyerTask> {
  let step = 0;
  return {
    spec: sawyerSpec,
    reset: async () => seenWith((step = 0)),
    step: async () => {
      if (step === stopsAt) throw new OnarmError("command.stopped", "the arm was stopped");
      return { observation: seenWith(++step / 100), terminated: false };
    },
    reward: () => 0,
    outcome: () => ({ success: false, successAny: false }),
    close: async () => {},
  };
}

describe("the recorder of a run", function () {
  this.timeout(30_000);

  it("keeps of an episode that a stop cut all the steps that were whole, and what was seen after the last of them", async () => {
    const controller = { tick$: NEVER, counters: () => ({ stops: 0, clamps: 0 }) } as unknown as Controller;
    const file = path.join(scratch, "cut.mcap");
    let now = 5;
    const clock = { now: () => (now += 0.01) } as unknown as Clock;
    const recorder = await flightRecorder(file, { ...header, domain: "sawyer" }, { controller, joints: [], clock });
    const task = sawyerTask("train", 1, 2);
    const arm = recorder.watched(world(3));
    const stopped = new OnarmError("command.stopped", "the arm was stopped");
    recorder.begins(0, task);
    await arm.reset(task);
    for (let t = 0; t < 4; t++) await arm.step(Float32Array.of(t / 10, 0, 0, 1)).catch(() => {});
    recorder.ends(0, stopped);
    // Stopped already while it was set out: it has no step, and nothing of the one before.
    recorder.begins(1, task);
    recorder.ends(1, stopped);
    await recorder.finish();

    const { episodes } = await readEpisodes(file, sawyerSpec, { discarded: new Set(), signal: undefined });
    const [cut, none] = episodes;
    expect(cut).to.deep.include({ steps: 3, recorded: 3, task: 2, terminated: false, scene: task.scene, aim: task.aim.kind });
    expect([...cut!.observation]).to.deep.equal([0, 1, 2, 3].flatMap((n) => [...seenWith(n / 100)]));
    expect([...cut!.action]).to.deep.equal([...Float32Array.of(0, 0, 0, 1, 0.1, 0, 0, 1, 0.2, 0, 0, 1)]);
    expect(none).to.deep.include({ steps: 0, recorded: 0 });
  });
});
