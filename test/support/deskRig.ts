import { EventEmitter } from "node:events";
import type { WebSocket } from "ws";
import { seconds } from "../../src/domain/units.ts";
import type { Channel } from "../../src/operator/foxglove/channel.ts";
import { foxgloveDesk } from "../../src/operator/foxglove/desk.ts";
import { empty } from "./pageStates.ts";

export const text = (message: unknown) => Buffer.from(typeof message === "string" ? message : JSON.stringify(message));

/** A connection whose reader, clock and fate the test holds. */
export class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  reads = true;
  terminated = false;
  pings = 0;
  closedWith: number | undefined;
  readonly words: { op: string; level?: number; message?: string }[] = [];
  readonly frames: { readonly id: number; readonly body: string }[] = [];
  send(data: string | Buffer) {
    if (typeof data === "string") this.words.push(JSON.parse(data) as { op: string });
    else this.frames.push({ id: data.readUInt32LE(1), body: data.subarray(13).toString() });
    if (!this.reads) this.bufferedAmount += data.length;
  }
  ping() {
    this.pings++;
    if (this.reads) this.emit("pong");
  }
  close(code: number) {
    this.closedWith = code;
    this.readyState = 2;
    this.emit("close", code);
  }
  terminate() {
    this.terminated = true;
    this.close(1006);
  }
}

export const saying = (topic: string, over: Partial<Channel> = {}): Channel => ({
  topic,
  encoding: "json",
  schemaName: "x",
  schemaEncoding: "jsonschema",
  schema: '{"type":"object","properties":{}}',
  every: 0.1,
  lossy: true,
  tell: ({ state, time }) => [{ time, body: text(`${topic} ${state.at}`) }],
  ...over,
});
/** What it said last is in the snapshot told: a newcomer is told all, later only what is new. */
const log = saying("log", {
  lossy: false,
  every: 0,
  tell: ({ state, time }, told) =>
    Array.from({ length: state.at - (told?.state.at ?? 0) }, (_, i) => ({
      time,
      body: text(`line ${i + (told?.state.at ?? 0)}`),
    })),
});

export function deskRig(channels: readonly Channel[] = [saying("a"), saying("b"), log]) {
  const socket = new FakeSocket();
  const time = { s: 100 };
  const gone: string[] = [];
  const said: string[] = [];
  const desk = foxgloveDesk(
    channels,
    (line) => said.push(line),
    () => time.s,
    () => 1_000_000 + time.s,
  );
  desk.welcome(socket as unknown as WebSocket, () => gone.push("gone"));
  const asks = (message: unknown) => socket.emit("message", text(message), false);
  const subscribe = (id: number, channelId: number) => asks({ op: "subscribe", subscriptions: [{ id, channelId }] });
  const show = (at: number) => desk.show({ ...empty, at: seconds(at) });
  /** Lets `s` seconds pass in beats of 10 ms, `each` called before every one. */
  const pass = (s: number, each: (beat: number) => void = () => {}) => {
    for (let beat = 0; beat < Math.round(s * 100); beat++) {
      time.s += 0.01;
      each(beat);
      desk.beat();
    }
  };
  const bodies = (id: number) => socket.frames.filter((frame) => frame.id === id).map(({ body }) => body);
  const status = () => socket.words.filter(({ op }) => op === "status").map(({ message }) => message!);
  return { socket, time, said, desk, gone, asks, subscribe, show, pass, bodies, status };
}
