import type { MonoTypeOperatorFunction } from "rxjs";
import { map } from "rxjs";
import type { SceneState } from "../../src/domain/scene.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import type { Scene } from "../../src/ports/scene.ts";
import { switchable } from "./switchable.ts";
import type { Switchable } from "./switchable.ts";

/** A scene whose sight can be made to fail while it runs. */
export interface FaultyScene {
  readonly scene: Scene;
  readonly sights: Switchable<SceneState>;
}

export function faultyScene(sound: Scene): FaultyScene {
  const sights = switchable<SceneState>();
  return { scene: { ...sound, scene$: sound.scene$.pipe(sights.through) }, sights };
}

/** Everything is seen so far, m, from where it is: a tracker that mistook one thing for another. */
export const jumped = ([dx, dy, dz]: Vec3): MonoTypeOperatorFunction<SceneState> =>
  map(({ at, facts }) => ({
    at,
    facts: Object.fromEntries(
      Object.entries(facts).map(([name, fact]) => {
        const [x, y, z] = fact.position;
        return [name, { ...fact, position: [x + dx, y + dy, z + dz] as const }];
      }),
    ),
  }));

/** Things are there but not seen. */
export const unseen = (): MonoTypeOperatorFunction<SceneState> =>
  map(({ at, facts }) => ({
    at,
    facts: Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, { ...fact, valid: false }])),
  }));
