import { interval, Subject } from "rxjs";
import type { IoCommand, IoLink, IoStatus, IoTime } from "../../robot/grippers/interaSignals.ts";
import { Fingers } from "./grip.ts";

const TRAVEL = 0.041667;

/** The robot's own side of the electric gripper: it acknowledges by stamp, wants to be calibrated, and tells its state only when that changes. */
export function interaResponder() {
  const status$ = new Subject<IoStatus>();
  const fingers = new Fingers(TRAVEL, 0.002);
  const taken: IoTime[] = [];
  const seen = { commands: 0, calibrations: 0 };
  let [calibrated, calibrating, go, error, mute] = [false, 0, true, false, false];
  let wanted: number | undefined;
  let told = "";

  const signal = (name: string, value: number | boolean) => ({
    name,
    format: JSON.stringify({ type: typeof value === "boolean" ? "bool" : "float", role: "output" }),
    data: JSON.stringify([value]),
  });
  const tell = () => {
    const signals = [
      signal("position_response_m", fingers.position),
      signal("is_moving", fingers.moving || calibrating > 0),
      signal("is_gripping", !fingers.moving && fingers.holding),
      signal("is_calibrated", calibrated),
      signal("has_error", error),
    ];
    const text = JSON.stringify([signals, taken]);
    if (text === told || mute) return;
    told = text;
    status$.next({ time: { sec: taken.length, nanosec: 0 }, signals, commands: [...taken] });
  };
  const obey = ({ time, args }: IoCommand) => {
    if (taken.some(({ sec, nanosec }) => sec === time.sec && nanosec === time.nanosec)) return;
    taken.push(time);
    seen.commands++;
    const { signals } = JSON.parse(args) as { signals: Record<string, { data: [number | boolean] }> };
    for (const [name, { data }] of Object.entries(signals)) {
      if (name === "calibrate") [calibrating, seen.calibrations] = [5, seen.calibrations + 1];
      if (name === "position_m") wanted = Number(data[0]);
      if (name === "go") go = data[0] === true;
    }
    fingers.target = go && calibrated && !error ? wanted : undefined;
  };
  const beating = interval(4).subscribe(() => {
    if (calibrating > 0 && --calibrating === 0) calibrated = true;
    fingers.step();
    tell();
  });
  const link: IoLink = { status$, publish: (command) => void (mute || obey(command)) };
  return {
    link,
    seen,
    put: (width: number | undefined) => void (fingers.thing = width),
    mute: (is: boolean) => void (mute = is),
    fail: () => void ((error = true), (fingers.target = undefined)),
    powerCycle: () => {
      [calibrated, calibrating, error, wanted, fingers.target] = [false, 0, false, undefined, undefined];
    },
    cut: () => status$.complete(),
    /** Tells the state though nothing changed. */
    tellAgain: () => {
      told = "";
      tell();
    },
    say: (status: IoStatus) => status$.next(status),
    close: () => beating.unsubscribe(),
  };
}
