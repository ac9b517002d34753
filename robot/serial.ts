import { stat } from "node:fs/promises";
import process from "node:process";
import { Observable, share } from "rxjs";
import { OnarmError } from "../src/domain/errors.ts";
import { endOnHangup } from "./serialHangup.ts";

/** A serial port, open and ours alone. */
export interface SerialLine {
  readonly path: string;
  /** Hot; what comes, as it comes. Completes when the port is gone or closed, never errors. */
  readonly bytes$: Observable<Uint8Array>;
  close(): Promise<void>;
}

const refused = (path: string, what: string, why: string, remedy: string, cause?: unknown) =>
  new OnarmError("serial.refused", `${path}: ${why}, so ${what} cannot be reached; ${remedy}`, { path }, cause);

/** Why a port could not be opened, in a person's words. `what` is expected on it. */
export function serialRefusal(path: string, what: string, error: unknown): OnarmError {
  const said = error instanceof Error ? error.message : String(error);
  if (/no such file|file not found/i.test(said))
    return refused(path, what, "no such port", "plug it in, or ask where it is with: onarm find-port", error);
  if (/cannot lock|busy|access denied/i.test(said))
    return refused(path, what, "the port is busy", "end the other program that has it open", error);
  if (/permission denied|not permitted/i.test(said))
    return refused(
      path,
      what,
      "this user may not open the port",
      "join the port's group (often: dialout) and log in again",
      error,
    );
  return refused(path, what, "this is not a serial port", "ask where it is with: onarm find-port", error);
}

/**
 * The package, and a path that is a port. `what` is expected on it, for messages. Throws "serial.refused".
 * The package is loaded only now: it brings a native part that not every machine needs, nor has.
 */
export async function serialport(path: string, what: string): Promise<typeof import("serialport")> {
  // The driver would name a setting that a plain file lacks; a person wants to hear that it is a file.
  if (process.platform !== "win32") {
    const found = await stat(path).catch((error: Error) => {
      throw serialRefusal(path, what, error);
    });
    if (!found.isCharacterDevice()) throw serialRefusal(path, what, "not a device");
  }
  return import("serialport").catch((error: unknown) => {
    throw new OnarmError(
      "serial.refused",
      `${path}: the package serialport has no native part for this machine (${process.platform} ${process.arch}); build it with: npm rebuild serialport`,
      { path },
      error,
    );
  });
}

/** Opens a port, 8N1, for us alone; what had come before is thrown away. `what` is expected on it, for messages. Throws "serial.refused". */
export async function openSerial(path: string, what: string, baudRate = 115_200): Promise<SerialLine> {
  const { SerialPort } = await serialport(path, what);
  const port = new SerialPort({ path, baudRate, autoOpen: false });
  endOnHangup(port);
  await new Promise<void>((resolve, reject) =>
    port.open((error) => (error ? reject(serialRefusal(path, what, error)) : resolve())),
  );
  await new Promise<void>((resolve) => port.flush(() => resolve()));
  const ended = new Promise<void>((resolve) => port.once("close", () => resolve()));
  const close = () => {
    if (port.isOpen) port.close(() => {});
    return ended;
  };
  // A line that errs is a line that is gone: whoever listens opens it anew.
  port.on("error", () => void close());
  const bytes$ = new Observable<Uint8Array>((subscriber) => {
    port.on("data", (chunk: Uint8Array) => subscriber.next(chunk));
    void ended.then(() => subscriber.complete());
  }).pipe(share({ resetOnRefCountZero: false }));
  return { path, bytes$, close };
}
