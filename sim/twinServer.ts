import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { isOnarmError, OnarmError } from "../src/domain/errors.ts";
import type { FaultCode } from "../src/domain/errors.ts";
import type { ArmStatus } from "../src/domain/arm.ts";
import type { Twin } from "./twin.ts";
import { line, lines } from "./wire.ts";
import type { FromTwin, ToTwin } from "./wire.ts";

const fault = (error: unknown): { code: FaultCode; message: string } =>
  isOnarmError(error)
    ? { code: error.code, message: error.message }
    : { code: "physics.invalid", message: error instanceof Error ? error.message : String(error) };

/** Says something to one client, unless that client does not listen: what it missed is old when it listens again. */
const tell = (client: Socket, message: FromTwin) => {
  if (client.writable && !client.writableNeedDrain) client.write(line(message));
};

/**
 * Opens a twin to clients on a free loopback port. `quiet` is called when the last client has left, `busy` when the first comes. Nothing a
 * client says or fails to say ends the twin; a client that speaks something else is put out.
 */
export async function serveTwin(twin: Twin, { quiet, busy }: { readonly quiet: () => void; readonly busy: () => void }) {
  const clients = new Set<Socket>();
  let status: ArmStatus;
  const all = (message: FromTwin) => clients.forEach((client) => tell(client, message));

  const act = async (client: Socket, message: ToTwin) => {
    try {
      // A set-point that the arm cannot follow is refused in silence, as on the real one.
      if (message.op === "send") return void twin.arm.send(message.command).subscribe({ error: () => {} });
      if (message.op === "arrange") await twin.scene.arrange(message.spec);
      else if (message.op === "halt" || message.op === "reset" || message.op === "enable") await twin.arm[message.op]();
      else throw new OnarmError("usage.invalid", `the twin does not know "${(message as { op: string }).op}"`);
      tell(client, { op: "done", id: message.id });
    } catch (error) {
      tell(client, { op: "refused", id: (message as { id?: number } | null)?.id ?? -1, ...fault(error) });
    }
  };

  const server = createServer((client) => {
    client.setNoDelay(true).setEncoding("utf8");
    clients.add(client);
    if (clients.size === 1) busy();
    tell(client, { op: "hello", joints: twin.arm.joints, period: twin.clock.period, status });
    const read = lines<ToTwin>((message) => void act(client, message));
    client.on("data", (chunk: string) => {
      try {
        read(chunk);
      } catch {
        client.destroy();
      }
    });
    client.on("error", () => client.destroy());
    client.on("close", () => {
      clients.delete(client);
      if (clients.size === 0) quiet();
    });
  });

  const failed = (error: unknown) => all({ op: "failed", ...fault(error) });
  twin.arm.status$.subscribe({ next: (it) => all({ op: "status", status: (status = it) }), error: failed });
  twin.message$.subscribe({ next: (joints) => all({ op: "joints", joints }), error: () => {} });
  twin.scene.scene$.subscribe({ next: (scene) => all({ op: "scene", scene }), error: () => {} });

  await new Promise<void>((ready, no) => server.once("error", no).listen(0, "127.0.0.1", ready));
  const { address, port } = server.address() as AddressInfo;
  return {
    address: `${address}:${port}`,
    close() {
      server.close();
      clients.forEach((client) => client.end());
    },
  };
}
