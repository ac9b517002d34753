/**
 * The registers of a Robotiq 2F-85 or 2F-140 on Modbus RTU, as its instruction manual (2F-85 & 2F-140, section 4) numbers them. Two bytes a
 * register, the earlier byte high. What one byte of a position is in metres depends on the fingers, so that is not said here.
 */
export const OUTPUT = 0x03e8;
export const INPUT = 0x07d0;
export const REGISTERS = 3;
export const ADDRESS = 9;

/** What the gripper is told, each 0 to 255: position 0 is open, 255 closed. */
export interface Request {
  readonly activate: boolean;
  readonly go: boolean;
  readonly position: number;
  readonly speed: number;
  readonly force: number;
}

export interface Report {
  /** The echo of "activate". */
  readonly activate: boolean;
  readonly go: boolean;
  readonly status: "reset" | "activating" | "ready" | "unknown";
  readonly object: "moving" | "held by opening" | "held by closing" | "none";
  /** 0: none. */
  readonly fault: number;
  /** Position last asked for, as the gripper heard it. */
  readonly echo: number;
  readonly position: number;
  /** Of the motor, mA. */
  readonly current: number;
}

export const REST: Request = { activate: false, go: false, position: 0, speed: 0, force: 0 };

export const request = ({ activate, go, position, speed, force }: Request): readonly [number, number, number] => [
  (Number(activate) | (Number(go) << 3)) << 8,
  position,
  (speed << 8) | force,
];

const statuses = ["reset", "activating", "unknown", "ready"] as const;
const objects = ["moving", "held by opening", "held by closing", "none"] as const;

/** `undefined` when it is not three registers. */
export function report(registers: readonly number[]): Report | undefined {
  const [first, second, third] = registers;
  if (registers.length !== REGISTERS || !registers.every((it) => Number.isInteger(it) && it >= 0 && it <= 0xffff))
    return undefined;
  const status = first! >> 8;
  return {
    activate: (status & 1) !== 0,
    go: (status & 8) !== 0,
    status: statuses[(status >> 4) & 3]!,
    object: objects[(status >> 6) & 3]!,
    fault: (second! >> 8) & 0x0f,
    echo: second! & 0xff,
    position: third! >> 8,
    current: 10 * (third! & 0xff),
  };
}

/** Nothing was said to it for a second: true whenever somebody begins to speak, and over with the next request. */
const QUIET = 0x09;

const words: Readonly<Record<number, string>> = {
  0x05: "it must be activated before it may move",
  0x07: "it must be activated first",
  0x08: "it is too hot; let it cool down",
  0x0a: "its supply voltage is too low",
  0x0b: "it is releasing by itself",
  0x0c: "an internal fault",
  0x0d: "it could not be activated; free its fingers and calibrate again",
  0x0e: "too much current",
  0x0f: "it has released by itself; calibrate again",
};

/** A fault in a person's words. */
export const faultOf = (code: number): string | undefined =>
  code === 0 || code === QUIET ? undefined : (words[code] ?? `fault 0x${code.toString(16).padStart(2, "0")}`);
