import type { Subscription } from "rxjs";
import type { Controller } from "../src/control/controller.ts";
import type { Tick } from "../src/domain/control.ts";
import type { OnarmError } from "../src/domain/errors.ts";
import type { Rollout } from "../src/domain/experience.ts";
import { seconds } from "../src/domain/units.ts";
import type { Environment } from "../src/ports/environment.ts";
import type { Clock } from "../src/ports/clock.ts";
import type { RecordingHeader } from "../src/recording/records.ts";
import { tickRecords } from "../src/recording/ticks.ts";
import type { SawyerTask } from "../src/tasks/sawyer.ts";
import { meaningOf } from "./provenance.ts";
import { recorderClient } from "./recorderClient.ts";
import type { RecorderClient } from "./recorderClient.ts";

/** A recording of an arm in wall time: every tick, and the episodes and transitions of whoever drives. */
export interface FlightRecorder {
  readonly client: RecorderClient;
  readonly file: string;
  /** The same environment, each of its steps written down as a transition of the episode that was begun last. */
  watched<Task>(environment: Environment<Task>): Environment<Task>;
  begins(episode: number, task: SawyerTask): void;
  /** An episode that was cut short keeps its transitions; its end says so. */
  ends(episode: number, made: Rollout | OnarmError): void;
  /** Rewards of an episode, one a step, as whoever gave them said. */
  labelled(episode: number, reward: Float32Array, source: "environment" | "person"): void;
  /** Steps of the episode so far. */
  steps(): number;
  finish(): ReturnType<RecorderClient["finish"]>;
}

/** Whether a person moves the arm: by its cuff, or by hand from the page. */
const guided = (tick: Tick | undefined): boolean =>
  tick?.mode.is === "manual" || (tick?.mode.is === "holding" && tick.mode.cause === "arm.cuff");

/** Starts the recorder's process and writes down every tick from now on. Rejects as `recorderClient` does. */
export async function flightRecorder(
  file: string,
  header: RecordingHeader,
  { controller, joints, clock }: { readonly controller: Controller; readonly joints: readonly string[]; readonly clock: Clock },
): Promise<FlightRecorder> {
  const client = await recorderClient(file, header);
  const telling = { joints, origin: clock.now() };
  const now = () => seconds(clock.now() - telling.origin);
  let before: Tick | undefined;
  let sent: Tick["sent"];
  let [episode, step] = [0, 0];
  let fields: string | undefined;
  /** Seen after the last step that is whole; empty before the first observation of an episode. */
  let observation: Float32Array = new Float32Array();
  let at = { stops: 0, clamps: 0 };
  // Since the step, and since the episode began.
  let [guidedNow, human] = [false, false];
  const writing: Subscription = controller.tick$.subscribe({
    next: (tick) => {
      for (const record of tickRecords(tick, before, telling)) client.write(record);
      before = tick;
      if (tick.sent) sent = tick.sent;
      if (guided(tick)) guidedNow = human = true;
    },
    error: () => {},
  });
  const { config, bundle, calibration, seed, commit } = header;
  return {
    client,
    file,
    watched: (environment) => {
      fields = meaningOf(environment.spec);
      return {
        ...environment,
        reset: async (task) => (observation = await environment.reset(task)),
        step: async (action) => {
          const asked = now();
          const seen = observation;
          guidedNow = guided(before);
          const result = await environment.step(action);
          observation = result.observation;
          client.write({
            channel: "/onarm/transition",
            at: asked,
            episode,
            step: step++,
            observation: seen.slice(),
            action: action.slice(),
            ...(sent ? { sent } : {}),
            ...(guidedNow ? { human: true } : {}),
          });
          return result;
        },
      };
    },
    begins: (number, { id: task, scene, aim }) => {
      [episode, step, human, observation] = [number, 0, false, new Float32Array()];
      at = controller.counters();
      client.write({
        channel: "/onarm/episode",
        phase: "begin",
        at: now(),
        episode,
        task,
        policyVersion: 0,
        scene,
        aim: aim.kind,
        ...(fields === undefined ? {} : { fields }),
        ...{ config, bundle, calibration, seed, commit },
      });
    },
    ends: (number, made) => {
      const { stops, clamps } = controller.counters();
      const cut = made instanceof Error;
      if (cut) client.write({ channel: "/onarm/event", at: now(), level: "warn", code: made.code, text: made.message });
      client.write({
        channel: "/onarm/episode",
        phase: "end",
        at: now(),
        episode: number,
        steps: step,
        last: observation.slice(),
        terminated: !cut && made.terminated,
        human,
        stops: stops - at.stops,
        clamps: clamps - at.clamps,
      });
    },
    labelled: (number, reward, source) =>
      void client.write({ channel: "/onarm/label", at: now(), episode: number, reward, source }),
    steps: () => step,
    finish: () => {
      writing.unsubscribe();
      return client.finish();
    },
  };
}
