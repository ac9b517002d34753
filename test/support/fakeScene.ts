import { Subject } from "rxjs";
import { checkScene } from "../../sim/furniture/check.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import type { SceneFact, SceneSpec, SceneState } from "../../src/domain/scene.ts";
import { metres, seconds } from "../../src/domain/units.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import type { Scene } from "../../src/ports/scene.ts";
import { BLOCK } from "../../src/tasks/sawyer.ts";

/** A scene that stands as it was set out and where nothing can be moved. It remembers every arrangement, and can be made to say anything. */
export function fakeScene(first: SceneSpec = {}) {
  const scene$ = new Subject<SceneState>();
  const arranged: SceneSpec[] = [];
  let spec = first;
  let now = 0;
  let open = true;

  const facts = (): Record<string, SceneFact> => {
    const seen: Record<string, SceneFact> = {};
    if (spec.drawer) {
      const { position: p, opens, travel } = spec.drawer;
      const handle: Vec3 = [p[0] + opens[0] * travel, p[1] + opens[1] * travel, p[2]];
      seen.drawer = { position: handle, travel, valid: true };
    }
    if (spec.button) seen.button = { position: spec.button.position, travel: metres(0), valid: true };
    if (spec.locker) {
      const { position: p, opens, travel } = spec.locker;
      seen.locker = { position: [p[0] + opens[0] * travel, p[1] + opens[1] * travel, p[2]], travel, valid: true };
    }
    if (spec.tray) seen.tray = { position: spec.tray.position, travel: metres(0), valid: true };
    for (const name of ["object", "brick"] as const) {
      const [x, y, z] = spec[name]?.position ?? [];
      if (z !== undefined) seen[name] = { position: [x!, y!, z + BLOCK.height / 2], travel: metres(0), valid: true };
    }
    return seen;
  };

  const scene: Scene = {
    name: "fake",
    scene$: scene$.asObservable(),
    async arrange(wanted) {
      if (!open) throw new OnarmError("link.lost", "the fake scene is gone");
      checkScene(wanted);
      arranged.push(wanted);
      spec = wanted;
    },
    async close() {
      open = false;
      scene$.complete();
    },
  };
  return {
    scene,
    arranged,
    tick: () => scene$.next({ at: seconds((now += 0.01)), facts: facts() }),
    emit: (state: SceneState) => scene$.next(state),
  };
}
