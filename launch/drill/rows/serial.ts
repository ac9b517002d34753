import { rng } from "../../../src/domain/rng.ts";
import { monotonic } from "../../../sim/pacedClock.ts";
import { LIMITS_FILE } from "../../sawyer.ts";
import { openStation } from "../../station.ts";
import type { Station } from "../../station.ts";
import { circling, MOVING } from "../bench.ts";
import { worded } from "../reactions.ts";
import { pending, that, within } from "../row.ts";
import type { DrillContext, Pending, Seen, Trial } from "../row.ts";
import { noSerial, openSerialEnd, stopBoxOn } from "../serialEnd.ts";
import type { SerialEnd } from "../serialEnd.ts";
import { openStage } from "../subject.ts";
import type { Stage } from "../subject.ts";

const trial = (boundMs: number | null, run: (rig: Rig) => Promise<Seen[]>): Trial => ({
  boundMs,
  harmless: true,
  lockstep: false,
  run: (context) => withBox(context, run),
});

/** A stop box on a real serial line, and the whole station that heeds it. */
export const serial: Readonly<Record<string, Trial>> = {
  S1: trial(50, async (rig) => [await stopped(rig, "pressed", rig.box.press, 50)]),
  S2: trial(200, asPressed),
  S3: trial(null, released),
};

interface Rig {
  readonly stage: Stage;
  readonly station: Station;
  readonly line: SerialEnd;
  readonly box: ReturnType<typeof stopBoxOn>;
  readonly context: DrillContext;
}

async function withBox(context: DrillContext, act: (rig: Rig) => Promise<Seen[]>): Promise<Seen[] | Pending> {
  const missing = noSerial();
  if (missing) return pending(missing);
  const line = await openSerialEnd(context.folder);
  const box = stopBoxOn(line);
  const stage = await openStage(context);
  try {
    const station = await openStation({ arm: `sim@${stage.twin.address}`, limits: LIMITS_FILE, stopBox: line.path });
    const { clock, controller } = station;
    const from = clock.now();
    const wishes = clock.beat$.subscribe(() => controller.setIntent(circling(from)(clock.now())));
    try {
      const rig = { stage, station, line, box, context };
      await drive(rig);
      return await act(rig);
    } finally {
      wishes.unsubscribe();
      await station.close();
    }
  } finally {
    box.close();
    await line.unplug();
    await stage.close();
  }
}

const until = async ({ station: { clock } }: Rig, done: () => boolean, patience: number) => {
  const last = clock.now() + patience;
  await clock.run(() => done() || clock.now() > last);
  return done();
};
const beats = (rig: Rig, n: number) => until(rig, () => --n < 0, 10);

const moving = ({ station }: Rig) =>
  station.controller.mode().is === "running" && (station.controller.state()?.velocity ?? []).some((w) => Math.abs(w) > MOVING);

/** Does it to the box while the arm moves; the arm's own record tells when it was stopped. */
async function stopped(rig: Rig, what: string, act: () => unknown, boundMs: number): Promise<Seen> {
  if (!(await until(rig, () => moving(rig), 3)))
    return that(`${what}: in motion before`, false, worded(rig.station.controller.mode()));
  await beats(rig, 10 + rig.context.rng.integer(20));
  const at = monotonic();
  await act();
  const { controller } = rig.station;
  await until(rig, () => controller.mode().is === "stopped", 2);
  await beats(rig, 5);
  const mode = controller.mode();
  const own = rig.stage.truth(at).find((point) => point.mode === "stopped");
  // The watchdog stops the arm over its own link; the arm's word of it may overtake the watchdog's.
  const known = mode.is === "stopped" && (mode.cause.startsWith("stop.") || mode.cause === "arm.stopped");
  const found = within(
    `${what}: ${worded(mode)}`,
    own ? 1000 * (own.t - at) : NaN,
    boundMs,
    own && known ? undefined : worded(mode),
  );
  return { ...found, ok: found.ok && known };
}

/** The three acts, tried until they are taken: the box has to prove itself first, and a busy machine may take that away again. */
async function drive(rig: Rig): Promise<void> {
  const { station, box } = rig;
  const { controller } = station;
  box.spoil((text) => text);
  box.release();
  for (let tries = 0; tries < 60 && !["running", "holding"].includes(controller.mode().is); tries++) {
    const { is } = controller.mode();
    const act =
      is === "stopped" ? station.reset : is === "disabled" ? controller.enable : is === "idle" ? controller.start : undefined;
    await Promise.resolve()
      .then(act)
      .catch(() => {});
    await beats(rig, 5);
  }
}

async function asPressed(rig: Rig): Promise<Seen[]> {
  const draws = rng("noise", rig.context.rng.integer(1e9));
  const noise = () => Uint8Array.from({ length: 40 }, () => draws.integer(256));
  const { box, line } = rig;
  const faults: readonly (readonly [what: string, act: () => unknown])[] = [
    ["silent", () => box.spoil(() => "")],
    ["noise", () => box.spoil(noise)],
    ["half frames", () => box.spoil((text) => text.slice(0, 12))],
    ["bad CRC", () => box.spoil((text) => text.replace(/.\n$/, (end) => (end[0] === "0" ? "1\n" : "0\n")))],
    ["unplugged", () => line.unplug()],
  ];
  const seen: Seen[] = [];
  for (const [k, [what, act]] of faults.entries()) {
    if (k > 0) await drive(rig);
    seen.push(await stopped(rig, what, act, 200));
  }
  return seen;
}

async function released(rig: Rig): Promise<Seen[]> {
  const { station, box } = rig;
  const { controller } = station;
  const pressed = await stopped(rig, "pressed", box.press, 200);
  const refused = async (act: () => unknown) => {
    try {
      await act();
      return false;
    } catch {
      return true;
    }
  };
  const early = await refused(() => station.reset());
  box.release();
  await beats(rig, 60);
  const stays =
    controller.mode().is === "stopped" && (await refused(() => controller.start())) && (await refused(() => controller.enable()));
  await station.reset();
  const disabled = controller.mode().is === "disabled" && (await refused(() => controller.start()));
  await controller.enable();
  await until(rig, () => controller.mode().is === "idle", 2);
  const idle = controller.mode().is === "idle" && !(await refused(() => controller.start()));
  return [
    pressed,
    that("not to be reset while it is pressed", early, "it was"),
    that("released: stays stopped", stays, worded(controller.mode())),
    that("reset, then enable, then start", disabled && idle && controller.mode().is === "running", worded(controller.mode())),
  ];
}
