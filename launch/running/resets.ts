import type { SceneSpec } from "../../src/domain/scene.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Scene } from "../../src/ports/scene.ts";

/** A scene that is set out anew only when a person says that it stands, or may be: what they are asked, and their word. */
export interface ConfirmedScene {
  readonly scene: Scene;
  /** What is to be set out, in words, while a word is waited for. */
  request(): string | undefined;
  /** False when nothing was asked. */
  confirm(): boolean;
}

/** Resets that the arm cannot do by itself wait for a person. `ended`: nobody is waited for any more. */
export function confirmedScene(
  inner: Scene,
  { clock, ended }: { readonly clock: Pick<Clock, "run">; readonly ended: AbortSignal },
): ConfirmedScene {
  let wanted: SceneSpec | undefined;
  return {
    scene: {
      ...inner,
      scene$: inner.scene$,
      arrange: async (spec) => {
        wanted = spec;
        await clock.run(() => wanted === undefined || ended.aborted);
        wanted = undefined;
        await inner.arrange(spec);
      },
      close: () => inner.close(),
    },
    request: () => wanted && inWords(wanted),
    confirm: () => {
      const asked = wanted !== undefined;
      wanted = undefined;
      return asked;
    },
  };
}

const cm = (x: number) => `${(100 * x).toFixed(0)} cm`;

/** A scene as a person would set it out: where each thing stands from the arm's base, and how. */
export function inWords({ drawer, button }: SceneSpec): string {
  const place = ([x, y]: readonly [number, number, number]) =>
    `${cm(x)} ahead of the base and ${cm(Math.abs(y))} to its ${y < 0 ? "right" : "left"}`;
  const things = [
    drawer
      ? `the drawer ${place(drawer.position)}, ${drawer.travel > 0 ? `pulled out ${cm(drawer.travel)}` : "closed"}`
      : "no drawer",
    button ? `the button ${place(button.position)}, released` : "no button",
  ];
  return `Set out ${things.join("; ")}. Stand clear, then confirm.`;
}
