import { THINGS } from "../../src/domain/scene.ts";
import type { SceneSpec, Thing } from "../../src/domain/scene.ts";
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

/** A scene as a person would set it out: where each thing stands from the arm's base, and how; and what is to be taken away. */
export function inWords(scene: SceneSpec): string {
  const place = ([x, y]: readonly [number, number, number]) =>
    `${cm(x)} ahead of the base and ${cm(Math.abs(y))} to its ${y < 0 ? "right" : "left"}`;
  const { drawer, button, locker, tray, object, brick } = scene;
  const out = (travel: number, how: string) => (travel > 0 ? `${how} ${cm(travel)}` : "closed");
  const absent = THINGS.filter((thing) => !scene[thing]);
  const things = [
    drawer && `the drawer ${place(drawer.position)}, ${out(drawer.travel, "pulled out")}`,
    button && `the button ${place(button.position)}, released`,
    locker && `the locker ${place(locker.position)}, ${out(locker.travel, "driven out")}`,
    tray && `the tray ${place(tray.position)}`,
    object && `the object ${place(object.position)}, upright`,
    brick && `the brick in the locker, ${place(brick.position)}, upright`,
    absent.length > 0 && `no ${either(absent)}`,
  ].filter(Boolean);
  return `Set out ${things.join("; ")}. Stand clear, then confirm.`;
}

const either = (things: readonly Thing[]) =>
  things.length < 2 ? things.join() : `${things.slice(0, -1).join(", ")} or ${things.at(-1)}`;
