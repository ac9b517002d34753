import { read } from "node:fs";
import { promisify } from "node:util";
import type { SerialPort } from "serialport";

const readOnce = promisify(read);
const waiting: ReadonlySet<string | undefined> = new Set(["EAGAIN", "EWOULDBLOCK", "EINTR"]);

/**
 * Makes a port that is about to be opened end when its device is unplugged. Unix reads zero bytes from a line that was hung up; the driver takes that for "nothing yet" and
 * asks again for ever, at full load and without a "close" (serialport/bindings-cpp, issue 162).
 */
export function endOnHangup(port: SerialPort): void {
  // First of all who wait for it: the first read begins there.
  port.prependOnceListener("open", () => mend(port.port));
}

function mend(binding: SerialPort["port"]): void {
  // Windows reports an unplugged device by itself.
  if (binding === undefined || !("poller" in binding)) return;
  const readable = () =>
    new Promise<void>((resolve, reject) =>
      binding.poller.once("readable", (error: Error | null) => (error ? reject(error) : resolve())),
    );
  // A port that was closed has no poller any more, not even one that may be asked.
  const open = () => {
    if (binding.fd === null) throw Object.assign(new Error("the port is closed"), { canceled: true });
    return binding.fd;
  };
  binding.read = async (buffer, offset, length) => {
    for (;;) {
      const got = await readOnce(open(), buffer, offset, length, null).catch((error: NodeJS.ErrnoException) => {
        if (!waiting.has(error.code)) throw error;
      });
      open();
      if (got === undefined) await readable();
      else if (got.bytesRead > 0) return got;
      else throw new Error("the line was hung up");
    }
  };
}
