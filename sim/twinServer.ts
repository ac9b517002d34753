import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { isOnarmError, OnarmError } from "../src/domain/errors.ts";
import type { FaultCode } from "../src/domain/errors.ts";
import type { ArmStatus } from "../src/domain/arm.ts";
import type { GripperState } from "../src/ports/gripper.ts";
import { monotonic } from "./pacedClock.ts";
import type { Twin } from "./twin.ts";
import { line, lines } from "./wire.ts";
import type { FromTwin, Sending, ToTwin } from "./wire.ts";

/** s: two reads of one clock in two processes may differ by so much. A stamp further ahead is from no clock of this machine. */
const AHEAD = 1e-3;

const fault = (error: unknown): { code: FaultCode; message: string } =>
  isOnarmError(error)
    ? { code: error.code, message: error.message }
    : { code: "physics.invalid", message: error instanceof Error ? error.message : String(error) };

/** Says something to one client, unless that client does not listen: what it missed is old when it listens again. */
const tell = (client: Socket, message: FromTwin) => {
  if (client.writable && !client.writableNeedDrain) client.write(line(message));
};

/** Does to the twin what a client asks for by name. Throws or rejects with what the twin says to it. */
async function done(twin: Twin, asked: Exclude<ToTwin, Sending>): Promise<void> {
  switch (asked.op) {
    case "halt":
    case "reset":
    case "enable":
      return twin.arm[asked.op]();
    case "calibrateGripper":
      return twin.gripper.calibrate();
    case "moveGripper":
      return void (await twin.gripper.move(asked.width));
    case "haltGripper":
      return twin.gripper.halt();
    case "arrange":
      return twin.scene.arrange(asked.spec);
    case "push":
      return twin.push(asked.torque);
    case "pull":
      return twin.pull(asked.force);
    case "pressStop":
      return twin.pressStop();
    case "releaseStop":
      return twin.releaseStop();
    case "squeezeCuff":
      return twin.squeezeCuff(asked.squeezed);
    case "setJoints":
      return twin.setJoints(asked.q);
    case "befallGripper":
      return twin.befallGripper(asked.what);
    case "poison":
      return twin.poison();
    default:
      throw new OnarmError("usage.invalid", `the twin does not know "${(asked as { op: string }).op}"`);
  }
}

/**
 * Opens a twin to clients on a free loopback port. `quiet` is called when the last client has left, `busy` when the first comes. Nothing a
 * client says or fails to say ends the twin; a client that speaks something else is put out.
 */
export async function serveTwin(twin: Twin, { quiet, busy }: { readonly quiet: () => void; readonly busy: () => void }) {
  /** Who is there, and the number of the newest set-point read from each. */
  const clients = new Map<Socket, number>();
  let status: ArmStatus;
  let gripper: GripperState;
  const all = (message: FromTwin) => clients.forEach((_, client) => tell(client, message));

  /** Follows a set-point that is newer than the last and still young: one that waited on the way says nothing of what is wanted now. */
  const follow = (client: Socket, { no, at, command }: Sending) => {
    if (!(no > clients.get(client)!)) return;
    clients.set(client, no);
    const age = monotonic() - at;
    if (!(age >= -AHEAD && age < twin.timeout())) return;
    // One that the arm cannot follow is refused in silence, as on the real one.
    twin.arm.send(command).subscribe({ error: () => {} });
  };
  const act = async (client: Socket, message: ToTwin) => {
    try {
      if (message.op === "send") return follow(client, message);
      await done(twin, message);
      tell(client, { op: "done", id: message.id });
    } catch (error) {
      tell(client, { op: "refused", id: (message as { id?: number } | null)?.id ?? -1, ...fault(error) });
    }
  };

  const server = createServer((client) => {
    client.setNoDelay(true).setEncoding("utf8");
    clients.set(client, 0);
    if (clients.size === 1) busy();
    const { range } = twin.gripper;
    tell(client, { op: "hello", joints: twin.arm.joints, period: twin.clock.period, status, gripper: { range, state: gripper } });
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
  twin.message$.subscribe({
    next: (joints) => clients.forEach((taken, client) => tell(client, { op: "joints", joints, taken })),
    error: () => {},
  });
  twin.gripper.state$.subscribe({ next: (it) => all({ op: "gripper", gripper: (gripper = it) }), error: () => {} });
  twin.scene.scene$.subscribe({ next: (scene) => all({ op: "scene", scene }), error: () => {} });

  await new Promise<void>((ready, no) => server.once("error", no).listen(0, "127.0.0.1", ready));
  const { address, port } = server.address() as AddressInfo;
  return {
    address: `${address}:${port}`,
    close() {
      server.close();
      clients.forEach((_, client) => client.end());
    },
  };
}
