import { jumped } from "../../../sim/faults/scene.ts";
import { late, silent } from "../../../sim/faults/streams.ts";
import type { MonoTypeOperatorFunction } from "rxjs";
import type { SceneState } from "../../../src/domain/scene.ts";
import { seconds } from "../../../src/domain/units.ts";
import type { Seconds } from "../../../src/domain/units.ts";
import { inMotion } from "../bench.ts";
import type { Bench } from "../bench.ts";
import { circles, drillScene, environmentOf, episode, hitAt } from "../episode.ts";
import { holds } from "../reactions.ts";
import { that, within } from "../row.ts";
import type { Seen, Trial } from "../row.ts";

const faults = [
  ["late", "scene.stale", () => late<SceneState>(seconds(0.5))],
  ["lost", "scene.stale", () => silent<SceneState>()],
  ["implausible", "scene.implausible", () => jumped([0, 0.3, 0])],
] as const;

/** What the scene port sees. */
export const camera: Readonly<Record<string, Trial>> = {
  C1: {
    boundMs: 200,
    harmless: true,
    lockstep: true,
    run: (context) =>
      inMotion(context, { twin: { scene: drillScene } }, async (bench) => {
        bench.drive(undefined);
        const seen: Seen[] = [];
        for (const [what, cause, fault] of faults)
          seen.push(...(await unseen(bench, 3 + context.rng.integer(4), what, cause, fault())));
        return seen;
      }),
  },
};

/** An episode whose sight fails in step `step`. */
async function unseen(
  bench: Bench,
  step: number,
  what: string,
  cause: string,
  fault: MonoTypeOperatorFunction<SceneState>,
): Promise<Seen[]> {
  let at: Seconds | undefined;
  const hit = () => {
    at = bench.clock.now();
    bench.sights.inject(fault);
  };
  const ended = await episode(bench, environmentOf(bench), hitAt(circles, step, hit));
  bench.sights.clear();
  await bench.beats(10);
  if (at === undefined) return [that(`${what}: an episode under way`, false, ended.error?.message)];
  const held = await holds(bench, at, cause, 200);
  const over = within(`${what}: the episode ends`, 1000 * (ended.at - at), 1000, ended.error?.message);
  return [
    { ...held, what: `${what}: ${held.what}` },
    { ...over, ok: over.ok && ended.error?.code === "scene.stale" },
  ];
}
