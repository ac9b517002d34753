import { Fingers } from "./grip.ts";
import type { Pty } from "./pty.ts";

const [UNIT, READ, WRITE, INPUT, OUTPUT] = [9, 0x04, 0x10, 0x07d0, 0x03e8];

/** CRC-16 of Modbus, low byte first. */
export function sealed(body: readonly number[]): Uint8Array {
  let crc = 0xffff;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return Uint8Array.from([...body, crc & 0xff, crc >> 8]);
}
const sound = (frame: readonly number[]) => Buffer.compare(sealed(frame.slice(0, -2)), Uint8Array.from(frame)) === 0;

/** A Robotiq 2F at the far end of a pty, as its manual describes it. Counts run from 3 (open) to 230 (closed); we keep 255 - count, larger is wider. */
export function robotiqResponder(pty: Pty) {
  const fingers = new Fingers(255 - 3, 12);
  let [active, go, activating, fault] = [false, false, 0, 0];
  let [position, mute, held] = [0, false, false];
  const seen = { writes: 0, activations: 0 };
  let pending: number[] = [];

  const status = () => {
    const object = fingers.moving ? 0 : held ? 2 : 3;
    return (
      (Number(active) | (Number(go) << 3) | ((active ? (activating > 0 ? 1 : 3) : 0) << 4) | ((active && go ? object : 0) << 6)) &
      0xff
    );
  };
  const registers = () => [status(), 0, fault, position, 255 - Math.round(fingers.position), fingers.moving ? 20 : 0];
  const take = (bytes: readonly number[]) => {
    const [action, , , wanted] = bytes as [number, number, number, number];
    seen.writes++;
    if ((action & 1) === 0) [active, go, fault, fingers.target] = [false, false, 0, undefined];
    else if (!active) {
      [active, activating] = [true, 4];
      seen.activations++;
    }
    position = wanted;
    go = active && (action & 8) !== 0;
    if (go && fault === 0 && activating === 0) {
      fingers.target = Math.max(25, Math.min(252, 255 - wanted));
      held = false;
    } else if (!go) fingers.target = undefined;
  };
  const answer = (frame: readonly number[]) => {
    const [, code, high, low] = frame as [number, number, number, number];
    const address = (high << 8) | low;
    if (code === READ && address === INPUT) {
      // Time passes with every look.
      if (activating > 0) activating--;
      fingers.step();
      held = !fingers.moving && fingers.holding && go;
      pty.say(sealed([UNIT, READ, 6, ...registers()]));
    } else if (code === WRITE && address === OUTPUT) {
      take(frame.slice(7, -2));
      pty.say(sealed([UNIT, WRITE, high, low, 0, 3]));
    } else pty.say(sealed([UNIT, code | 0x80, 2]));
  };
  const listening = pty.written$.subscribe((chunk) => {
    pending.push(...chunk);
    for (;;) {
      const length = pending[1] === WRITE ? 9 + (pending[6] ?? 0) : 8;
      if (pending.length < length) return;
      const frame = pending.slice(0, length);
      pending = pending.slice(length);
      if (!sound(frame) || frame[0] !== UNIT) pending = [];
      else if (!mute) answer(frame);
    }
  });
  return {
    seen,
    put: (width: number | undefined) => void (fingers.thing = width === undefined ? undefined : 25 + (width / 0.085) * 227),
    mute: (is: boolean) => void (mute = is),
    fail: () => void (fault = 0x0e),
    powerCycle: () => {
      [active, go, activating, fault, position, fingers.target] = [false, false, 0, 0, 0, undefined];
    },
    close: () => listening.unsubscribe(),
  };
}
