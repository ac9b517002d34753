import { z } from "zod";
import type { Channel, Said } from "./channel.ts";

/**
 * The Foxglove protocol, by both names under which viewers ask for it: what is used of it here is the same in both.
 * https://github.com/foxglove/ws-protocol/blob/main/docs/spec.md
 */
export const foxgloveProtocols = ["foxglove.websocket.v1", "foxglove.sdk.v1"] as const;
export type FoxgloveProtocol = (typeof foxgloveProtocols)[number];

export const isFoxglove = (protocol: string): protocol is FoxgloveProtocol =>
  (foxgloveProtocols as readonly string[]).includes(protocol);

const id = z.int().min(0).max(0xffffffff);
const refusedOps = {
  advertise: "publishing",
  unadvertise: "publishing",
  getParameters: "parameters",
  setParameters: "parameters",
  subscribeParameterUpdates: "parameters",
  unsubscribeParameterUpdates: "parameters",
  subscribeConnectionGraph: "a connection graph",
  unsubscribeConnectionGraph: "a connection graph",
  fetchAsset: "assets",
} as const;
/** By the first byte of a binary frame. */
const refusedOpcodes: Readonly<Record<number, string>> = { 1: "publishing", 2: "calling services", 3: "playback control" };

// Not strict: later versions of the protocol add fields, and viewers send them.
const clientMessage = z.union([
  z.object({ op: z.literal("subscribe"), subscriptions: z.array(z.object({ id, channelId: id })) }),
  z.object({ op: z.literal("unsubscribe"), subscriptionIds: z.array(id) }),
  z.object({ op: z.enum(Object.keys(refusedOps) as [keyof typeof refusedOps]) }),
]);

/** What a viewer asks for. `refused`: something the protocol knows and this server does not do, in words. */
export type Wish =
  | { readonly op: "subscribe"; readonly subscriptions: readonly { readonly id: number; readonly channelId: number }[] }
  | { readonly op: "unsubscribe"; readonly subscriptionIds: readonly number[] }
  | { readonly op: "refused"; readonly what: string };

/** The one parser of a viewer's frames. undefined for anything that is no message of the protocol. */
export function parseWish(data: Buffer, binary: boolean): Wish | undefined {
  if (binary) {
    const what = refusedOpcodes[data[0] ?? 0];
    return what === undefined ? undefined : { op: "refused", what };
  }
  try {
    const message = clientMessage.safeParse(JSON.parse(data.toString())).data;
    if (message === undefined || message.op === "subscribe" || message.op === "unsubscribe") return message;
    return { op: "refused", what: refusedOps[message.op] };
  } catch {
    return undefined;
  }
}

/** The first word to a viewer. `session`: another one tells it that the server is not the one it knew. No capability: who watches, watches. */
export const serverInfo = (session: string): string =>
  JSON.stringify({ op: "serverInfo", name: "onarm", capabilities: [], metadata: {}, sessionId: session });

/** All channels there are; a channel's id is its place among them. */
export const advertise = (channels: readonly Channel[]): string =>
  JSON.stringify({
    op: "advertise",
    channels: channels.map(({ topic, encoding, schemaName, schemaEncoding, schema }, id) => ({
      id,
      topic,
      encoding,
      schemaName,
      schemaEncoding,
      schema,
    })),
  });

const level = { info: 0, warning: 1, error: 2 } as const;
export const status = (severity: keyof typeof level, message: string): string =>
  JSON.stringify({ op: "status", level: level[severity], message });

/** Message Data: opcode 1, subscription uint32, time uint64 in ns, body; little-endian. */
export function messageData(subscription: number, { time, body }: Said): Buffer {
  const frame = Buffer.allocUnsafe(13 + body.length);
  frame.writeUInt8(1, 0);
  frame.writeUInt32LE(subscription, 1);
  frame.writeBigUInt64LE(time, 5);
  frame.set(body, 13);
  return frame;
}
