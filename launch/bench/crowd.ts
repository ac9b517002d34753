import process from "node:process";
import { connect } from "node:net";
import { WebSocket } from "ws";
import { rng } from "../../src/domain/rng.ts";

/** What the crowd is asked to do at the page; every word is answered once, by `done` with what came of it. */
export type ToCrowd =
  | { readonly do: "watch"; readonly clients: number }
  | { readonly do: "leave" }
  | { readonly do: "stop" }
  | { readonly do: "flood"; readonly frames: number; readonly seed: number }
  | { readonly do: "idle"; readonly readers: number };
/** `at`: ns of the machine's monotonic clock when a stop was sent; `snapshots`: what all watchers were shown since they came. */
export interface FromCrowd {
  readonly done: ToCrowd["do"];
  readonly at?: bigint;
  readonly snapshots?: number;
  readonly closed?: number;
  readonly let?: number;
  readonly roundTripMs?: number;
}

const [, , address, token] = process.argv as [string, string, string, string];
const port = Number(new URL(address).port);
const open = () =>
  new WebSocket(`ws://127.0.0.1:${port}/ws`, "onarm.v1", {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
  });
const opened = (socket: WebSocket) =>
  new Promise<boolean>((resolve) => {
    socket.once("open", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.on("error", () => {});
  });
const closed = (socket: WebSocket) => new Promise<void>((resolve) => socket.once("close", () => resolve()));

const watchers: WebSocket[] = [];
let snapshots = 0;
async function watch(clients: number): Promise<void> {
  for (let i = 0; i < clients; i++) {
    const socket = open();
    socket.on("message", (data: Buffer) => void (data.subarray(0, 15).toString().startsWith('{"type":"state"') && snapshots++));
    watchers.push(socket);
    await opened(socket);
  }
}

/** Frames that no client should send, and some that it may: every kind the parser has to meet. */
function hostile(r: ReturnType<typeof rng>): string | Buffer {
  const kind = r.integer(8);
  const junk = () => Buffer.from(Array.from({ length: 1 + r.integer(200) }, () => r.integer(256)));
  if (kind === 0) return junk();
  if (kind === 1) return junk().toString("latin1");
  if (kind === 2) return "[".repeat(1 + r.integer(4000));
  if (kind === 3) return "x".repeat(5000);
  if (kind === 4) return JSON.stringify({ type: "jog", linear: [1e308, -1e308, r.normal()] });
  if (kind === 5) return JSON.stringify({ type: "mark", episode: r.integer(1000), note: "n".repeat(r.integer(400)) });
  if (kind === 6) return JSON.stringify({ type: "replay", episode: r.integer(100) });
  return JSON.stringify({ type: "ping", n: r.integer(1e6), extra: r.uniform() < 0.5 ? {} : undefined });
}

/** Sends so many hostile frames, a new connection whenever one is closed; resolves with how many were. */
async function flood(frames: number, seed: number): Promise<number> {
  const r = rng("crowd", seed);
  let [sent, shut] = [0, 0];
  while (sent < frames) {
    const socket = open();
    if (!(await opened(socket))) continue;
    const over = closed(socket);
    while (sent < frames && socket.readyState === WebSocket.OPEN) {
      for (let i = 0; i < 10 && sent < frames; i++, sent++) socket.send(hostile(r));
      await new Promise(setImmediate);
    }
    socket.terminate();
    await over;
    shut++;
  }
  return shut;
}

/** Opens so many links that never read, one by one; resolves with how many were let in. */
async function idle(readers: number): Promise<number> {
  let letIn = 0;
  for (let i = 0; i < readers; i++) {
    // A plain socket: a WebSocket library reads by itself.
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    const answer = await new Promise<string>((resolve) => {
      socket.once("data", (data) => (socket.pause(), resolve(data.subarray(9, 12).toString())));
      socket.once("close", () => resolve("none"));
      socket.write(
        `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: onarm.v1\r\nAuthorization: Bearer ${token}\r\n\r\n`,
      );
    });
    if (answer === "101") letIn++;
    else socket.destroy();
  }
  return letIn;
}

/** ms of the slowest of a good client's pings while something else goes on. */
async function meanwhile<T>(work: Promise<T>): Promise<{ readonly result: T; readonly roundTripMs: number }> {
  const socket = open();
  let slowest = 0;
  if (!(await opened(socket))) return { result: await work, roundTripMs: NaN };
  let sentAt = performance.now();
  let n = 0;
  const ping = () =>
    socket.readyState === WebSocket.OPEN && ((sentAt = performance.now()), socket.send(JSON.stringify({ type: "ping", n: ++n })));
  socket.on("message", (data: Buffer) => {
    if (!data.subarray(0, 14).toString().startsWith('{"type":"pong"')) return;
    slowest = Math.max(slowest, performance.now() - sentAt);
    setTimeout(ping, 100);
  });
  ping();
  const result = await work;
  socket.terminate();
  return { result, roundTripMs: slowest };
}

const tell = (message: FromCrowd) => void process.send!(message);
process.on("message", async (message: ToCrowd) => {
  switch (message.do) {
    case "watch":
      await watch(message.clients);
      snapshots = 0;
      return tell({ done: "watch" });
    case "leave": {
      const seen = snapshots;
      for (const socket of watchers.splice(0)) socket.terminate();
      return tell({ done: "leave", snapshots: seen });
    }
    case "stop": {
      const at = process.hrtime.bigint();
      watchers[0]!.send('{"type":"stop"}');
      return tell({ done: "stop", at });
    }
    case "flood": {
      const { result, roundTripMs } = await meanwhile(flood(message.frames, message.seed));
      return tell({ done: "flood", closed: result, roundTripMs });
    }
    case "idle": {
      const { result, roundTripMs } = await meanwhile(idle(message.readers));
      return tell({ done: "idle", let: result, roundTripMs });
    }
  }
});
process.on("disconnect", () => process.exit(0));
