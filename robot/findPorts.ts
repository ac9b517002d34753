import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { seconds } from "../src/domain/units.ts";
import type { Seconds } from "../src/domain/units.ts";
import { ADDRESS, INPUT, report, REGISTERS } from "./grippers/robotiqRegisters.ts";
import { openModbus } from "./modbus.ts";
import { openSerial } from "./serial.ts";
import { hear, RUN, unheard } from "./stopbox/belief.ts";

/** A serial port of this machine, and what the system knows of what is plugged in there. */
export interface PortFound {
  readonly path: string;
  readonly manufacturer?: string;
  readonly serialNumber?: string;
  /** USB ids, hexadecimal. */
  readonly vendorId?: string;
  readonly productId?: string;
}

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return undefined;
  }
};

/** The ports as the kernel's own files tell of them: for systems without udev, containers above all. */
export function portsOf(tty = "/sys/class/tty", dev = "/dev"): PortFound[] {
  if (!existsSync(tty)) return [];
  return readdirSync(tty).flatMap((name) => {
    const device = path.join(tty, name, "device");
    // Type 0: a place for a port that this machine does not have.
    if (!existsSync(device) || !existsSync(path.join(dev, name)) || read(path.join(tty, name, "type")) === "0") return [];
    let usb = realpathSync(device);
    for (let up = 0; up < 3 && !existsSync(path.join(usb, "idVendor")); up++) usb = path.dirname(usb);
    const facts = {
      manufacturer: read(path.join(usb, "manufacturer")),
      serialNumber: read(path.join(usb, "serial")),
      vendorId: read(path.join(usb, "idVendor")),
      productId: read(path.join(usb, "idProduct")),
    };
    return [{ path: path.join(dev, name), ...known(facts) }];
  });
}

const known = <T extends object>(facts: T) =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> };

/** The serial ports of this machine; pseudo-terminals are not among them. */
export async function listPorts(): Promise<PortFound[]> {
  try {
    const { SerialPort } = await import("serialport");
    return (await SerialPort.list()).map(({ path, manufacturer, serialNumber, vendorId, productId }) => ({
      path,
      ...known({ manufacturer, serialNumber, vendorId, productId }),
    }));
  } catch {
    return portsOf();
  }
}

export type Speaks = "stopbox" | "robotiq" | null;
export interface Listened {
  readonly speaks: Speaks;
  /** What was heard, in a person's words. */
  readonly heard: string;
}

/**
 * Opens a port and listens for up to `patience` whether a stop box speaks there; nothing is written. Opening resets many boards, so give them two
 * seconds at least. Throws "serial.refused".
 */
export async function listenAt(port: string, patience: Seconds, signal?: AbortSignal): Promise<Listened> {
  const line = await openSerial(port, "what is there");
  const now = () => seconds(performance.now() / 1000);
  let belief = unheard(now(), "silent");
  let bytes = 0;
  const isBox = await new Promise<boolean>((resolve) => {
    const end = (it: boolean) => {
      clearTimeout(over);
      resolve(it);
    };
    const over = setTimeout(() => end(false), 1000 * patience);
    signal?.addEventListener("abort", () => end(false), { once: true });
    line.bytes$.subscribe({
      next: (chunk) => {
        bytes += chunk.length;
        belief = hear(belief, now(), chunk);
        if (belief.good >= RUN) end(true);
      },
      complete: () => end(false),
    });
  });
  await line.close();
  if (isBox) return { speaks: "stopbox", heard: `a stop box, ${belief.is === "pressed" ? "pressed" : "not pressed"}` };
  const heard =
    belief.version !== undefined ? `a stop box of version ${belief.version}` : bytes > 0 ? "something else" : "nothing";
  return { speaks: null, heard };
}

/** Asks for a Robotiq gripper's state; that writes to the port. Throws "serial.refused". */
export async function askForRobotiq(port: string): Promise<boolean> {
  const device = await openModbus(port, ADDRESS, "a Robotiq gripper");
  try {
    return report(await device.read(INPUT, REGISTERS)) !== undefined;
  } catch {
    return false;
  } finally {
    await device.close();
  }
}
