import { seconds } from "../src/domain/units.ts";
import type { DomainSpec } from "../src/domain/experience.ts";
import type { RecordingHeader } from "../src/recording/records.ts";
import { later } from "../src/recording/ticks.ts";
import type { SawyerTask } from "../src/tasks/sawyer.ts";
import type { PracticeRound } from "./practice.ts";
import { meaningOf } from "./provenance.ts";
import { recorderClient } from "./recorderClient.ts";

/**
 * Writes practice into one recording, as if one arm had done all of it in a row: rollouts follow each other on one time line. A disk that
 * runs low or fails costs the recording, not the practice: `say` is told of it, and `finish` counts what is lost. `setting`: what was set
 * out for a rollout of a task, where the domain has scenes.
 */
export async function practiceRecording(
  file: string,
  header: RecordingHeader,
  {
    spec,
    setting,
    say,
  }: {
    readonly spec: DomainSpec;
    readonly setting: ((task: number) => SawyerTask) | undefined;
    readonly say: (line: string) => void;
  },
) {
  const recorder = await recorderClient(file, header);
  recorder.fault$.subscribe(({ message }) => say(message));
  const { config, bundle, calibration, seed, commit } = header;
  const [O, A] = [spec.observation.length, spec.action.length];
  let [origin, episode] = [0, 0];
  return {
    file,
    write(round: PracticeRound): void {
      round.rollouts.forEach((rollout, i) => {
        const trace = round.traces[i]!;
        const when = (t: number) => seconds(origin + t);
        const stood = setting?.(rollout.task);
        recorder.write({
          channel: "/onarm/episode",
          phase: "begin",
          at: when(0),
          episode,
          task: rollout.task,
          policyVersion: round.state.round - 1,
          ...(stood ? { scene: stood.scene, aim: stood.aim.kind } : {}),
          fields: meaningOf(spec),
          ...{ config, bundle, calibration, seed, commit },
        });
        for (const record of trace.records) recorder.write(later(record, origin));
        trace.steps.forEach((step, t) =>
          recorder.write({
            channel: "/onarm/transition",
            at: when(step.at),
            episode,
            step: t,
            observation: rollout.observation.slice(t * O, (t + 1) * O),
            action: rollout.action.slice(t * A, (t + 1) * A),
            ...(step.sent ? { sent: step.sent } : {}),
          }),
        );
        recorder.write({
          channel: "/onarm/episode",
          phase: "end",
          at: when(trace.duration),
          episode,
          steps: rollout.steps,
          last: rollout.observation.slice(rollout.steps * O),
          terminated: rollout.terminated,
          human: rollout.human,
          stops: trace.stops,
          clamps: trace.clamps,
        });
        recorder.write({
          channel: "/onarm/label",
          at: when(trace.duration),
          episode,
          reward: round.labels[i]!,
          source: "decoded",
        });
        origin += trace.duration + 0.01;
        episode++;
      });
    },
    finish: () => recorder.finish(),
  };
}
export type PracticeRecording = Awaited<ReturnType<typeof practiceRecording>>;
