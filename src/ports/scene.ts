import type { Observable } from "rxjs";
import type { SceneSpec, SceneState } from "../domain/scene.ts";

/** What the arm stands among, as any tracker or simulator sees it. */
export interface Scene {
  readonly name: string;
  /** Hot. Replays nothing, completes on close. */
  readonly scene$: Observable<SceneState>;
  /**
   * Has the scene set out as `spec` says: a simulator does it, a lab's scene asks the operator and waits. Resolves when done.
   * The arm must be holding clear of the scene.
   */
  arrange(spec: SceneSpec): Promise<void>;
  close(): Promise<void>;
}
