import { performance } from "node:perf_hooks";
import { BehaviorSubject, catchError, concat, defer, ignoreElements, map, of, repeat, takeUntil } from "rxjs";
import { OnarmError } from "../../src/domain/errors.ts";
import { metres, newtons, seconds } from "../../src/domain/units.ts";
import type { Metres, Newtons, Seconds } from "../../src/domain/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Gripper, GripperState } from "../../src/ports/gripper.ts";
import { openModbus } from "../modbus.ts";
import type { ModbusDevice } from "../modbus.ts";
import { deeds, failed, lost, requireWidth } from "./deeds.ts";
import { ADDRESS, faultOf, INPUT, OUTPUT, REGISTERS, report, request, REST } from "./robotiqRegisters.ts";
import type { Report, Request } from "./robotiqRegisters.ts";

/** What differs between the models, from the manufacturer's manual. The bytes of closed and open are those of the standard fingertips. */
export const models = {
  "2F-85": { stroke: 0.085, force: [20, 235], closed: 230, open: 3 },
  "2F-140": { stroke: 0.14, force: [10, 125], closed: 230, open: 3 },
} as const;

export interface RobotiqOptions {
  readonly path: string;
  readonly model: keyof typeof models;
  /** Modbus address; the factory's is 9. */
  readonly unit?: number;
  readonly clock?: Pick<Clock, "now">;
  /** Between two looks at its state. */
  readonly look?: Seconds;
  /** For an answer; for a motion; for a calibration. */
  readonly patience?: { readonly answer: Seconds; readonly motion: Seconds; readonly calibration: Seconds };
  readonly connect?: typeof openModbus;
}

/** Unasked, it grips with at most this. */
const GENTLE = newtons(60);
/** Looks without an answer in a row that are borne before the state says so. */
const MISSES = 3;

const patient = { answer: seconds(0.2), motion: seconds(5), calibration: seconds(10) };
const monotonic: Pick<Clock, "now"> = { now: () => seconds(performance.now() / 1000) };
const byte = (x: number) => Math.min(255, Math.max(0, Math.floor(x)));

/**
 * A Robotiq 2F-85 or 2F-140 on a serial port. Resolves when it has answered once; moves nothing. Rejects with "serial.refused": the port is absent,
 * busy or not a port, or nothing answers as such a gripper.
 */
export async function openRobotiq2f({
  path,
  model,
  unit = ADDRESS,
  clock = monotonic,
  look = seconds(0.02),
  patience = patient,
  connect = openModbus,
}: RobotiqOptions): Promise<Gripper> {
  const name = `the Robotiq ${model} at ${path}`;
  const { stroke, force: forces, closed, open } = models[model];
  const range = [metres(0), metres(stroke)] as const;
  const device: ModbusDevice = await connect(path, unit, `the ${model} gripper`, 1000 * patience.answer);
  const ask = async (): Promise<Report> => {
    const heard = report(await device.read(INPUT, REGISTERS));
    if (heard === undefined) throw new Error("not the registers of a 2F gripper");
    return heard;
  };

  const stateOf = (it: Report): GripperState => {
    const ready = it.activate && it.status === "ready";
    const fault = faultOf(it.fault);
    const share = Math.min(1, Math.max(0, (closed - it.position) / (closed - open)));
    return {
      at: clock.now(),
      width: metres(stroke * share),
      moving: it.status === "activating" || (ready && it.go && it.object === "moving"),
      holding: ready && it.object.startsWith("held"),
      ready,
      ...(fault === undefined ? {} : { fault }),
    };
  };

  let heard = await ask()
    .catch(ask)
    .catch(async (error: unknown) => {
      await device.close();
      throw new OnarmError(
        "serial.refused",
        `${path}: nothing answers as a Robotiq gripper at address ${unit}; check its 24 V, its cable and the address, or find its port with: onarm find-port`,
        { path, unit },
        error,
      );
    });
  const states = new BehaviorSubject<GripperState>(stateOf(heard));
  const work = deeds(name, states);
  let misses = 0;
  const looking = defer(ask)
    .pipe(
      map((it) => {
        [heard, misses] = [it, 0];
        return stateOf(it);
      }),
      catchError(() => (++misses < MISSES ? of() : of({ ...states.value, at: clock.now(), fault: "it does not answer" }))),
      repeat({ delay: 1000 * look }),
      takeUntil(device.gone$.pipe(ignoreElements())),
    )
    .subscribe((state) => states.next(state));
  let told: Request = { activate: heard.activate, go: heard.go, position: heard.echo, speed: 0, force: 0 };
  device.gone$.subscribe({
    complete: () => {
      looking.unsubscribe();
      states.error(lost(name));
    },
  });

  const tell$ = (next: Request) =>
    defer(async () => {
      await device.write(OUTPUT, request((told = next)));
      return clock.now();
    });
  const calibrate = async () => {
    if (states.value.ready && states.value.fault === undefined) return;
    await work.run({
      what: "to calibrate",
      // Only a change from reset to active begins it, and clears what it complained of.
      ask$: concat(tell$(REST).pipe(ignoreElements()), tell$({ ...REST, activate: true })),
      done: ({ ready, moving }) => ready && !moving,
      within: patience.calibration,
    });
  };
  const move = async (width: Metres, force: Newtons = GENTLE) => {
    requireWidth(name, range, width);
    if (!(force > 0)) throw failed(name, `was asked for a force of ${force} N`, "a force of more than 0 N is needed");
    if (!states.value.ready) throw failed(name, "is not calibrated", "calibrate it first, once after each power-up");
    const position = Math.round(closed + (open - closed) * (width / stroke));
    const share = (force - forces[0]) / (forces[1] - forces[0]);
    return work.run({
      what: `to take a gap of ${width} m`,
      ask$: tell$({ activate: true, go: true, position, speed: 255, force: byte(255 * share) }),
      done: ({ ready, moving }) => {
        // Asked once more it would begin to calibrate by itself, and nobody expects that motion.
        if (!ready) throw failed(name, "lost its calibration, so it was without power for a moment");
        // The echo tells that what is reported is of this request.
        return !moving && heard.echo === position;
      },
      within: patience.motion,
    });
  };
  const halt = async () => {
    work.interrupt("halted");
    if (heard.object.startsWith("held")) return;
    await device.write(OUTPUT, request((told = { ...told, go: false }))).catch((error: unknown) => {
      throw failed(name, "did not answer when it was told to halt", undefined, error);
    });
  };
  const close = async () => {
    looking.unsubscribe();
    work.interrupt("closed");
    states.complete();
    await device.close();
  };
  return { name, range, state$: states.asObservable(), calibrate, move, halt, close };
}
