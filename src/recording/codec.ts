import { z } from "zod";
import type { Thing } from "../domain/scene.ts";
import { seconds } from "../domain/units.ts";
import { decodeJointState, encodeJointState, jointStateDefinition } from "./jointState.ts";
import type { ChannelName, Recorded } from "./records.ts";

// JSON has no NaN; a recording must hold one, since a fault often is one. The strings are those of the rest of the program.
const number = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])]).transform(Number);
const float32 = z.array(number).transform((values) => Float32Array.from(values));
const command = z.object({ kind: z.enum(["position", "velocity"]), value: z.array(number), period: number });
const sentCommand = command.extend({ acceleration: z.array(number).optional() });
const verdict = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("pass"), command }),
  z.object({ kind: z.literal("clamp"), command, joints: z.array(z.number()), reason: z.string() }),
  z.object({ kind: z.literal("stop"), reason: z.string() }),
]);
const mode = z.object({ is: z.string(), cause: z.string().optional(), from: z.string().optional() });
const provenance = { config: z.string(), bundle: z.string(), calibration: z.string(), seed: number, commit: z.string() };
const place = z.array(number).length(3);
const stands = z.object({ position: place }).optional();
const slides = z.object({ position: place, opens: place, travel: number }).optional();
const scene = z.object({
  drawer: slides,
  button: stands,
  locker: slides,
  tray: stands,
  object: stands,
  brick: stands,
} satisfies Record<Thing, z.ZodType>);
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const json = {
  "/onarm/sensed": z.object({
    at: number,
    wrench: z.array(number).optional(),
    collision: z.boolean().optional(),
    tip: z.array(number).optional(),
    heard: number.optional(),
  }),
  "/onarm/verdict": z.object({
    at: number,
    asked: command,
    verdict,
    state: number.optional(),
    previous: sentCommand.optional(),
    by: z.enum(["driving", "easing", "recovering"]).optional(),
  }),
  "/onarm/mode": z.object({ at: number, mode }),
  "/onarm/episode": z.discriminatedUnion("phase", [
    z.object({
      phase: z.literal("begin"),
      at: number,
      episode: z.number(),
      task: z.number(),
      policyVersion: z.number(),
      scene: scene.optional(),
      aim: z.string().optional(),
      fields: z.string().optional(),
      ...provenance,
    }),
    z.object({
      phase: z.literal("end"),
      at: number,
      episode: z.number(),
      steps: z.number(),
      last: float32,
      terminated: z.boolean(),
      human: z.boolean(),
      success: z.boolean().optional(),
      stops: z.number(),
      clamps: z.number(),
    }),
  ]),
  "/onarm/transition": z.object({
    at: number,
    episode: z.number(),
    step: z.number(),
    observation: float32,
    action: float32,
    sent: command.optional(),
    human: z.boolean().optional(),
  }),
  "/onarm/label": z.object({
    at: number,
    episode: z.number(),
    reward: float32,
    source: z.enum(["environment", "decoded", "person"]),
  }),
  "/onarm/event": z.object({
    at: number,
    level: z.enum(["info", "warn", "fault"]),
    code: z.string(),
    text: z.string(),
    detail: z.record(z.string(), scalar).optional(),
  }),
} satisfies Record<Exclude<ChannelName, "/joint_states">, z.ZodType>;

export interface ChannelSchema {
  readonly name: string;
  readonly encoding: "ros2msg" | "jsonschema";
  readonly messageEncoding: "cdr" | "json";
  readonly text: string;
}

type Json = { type?: string; properties?: Record<string, unknown>; required?: string[]; anyOf?: Json[]; oneOf?: Json[] };

/**
 * Viewers read plain objects and plain numbers, not unions: a tagged union is published as one object with the fields of all its
 * members, of which the common ones are required, and a number as a number although a non-finite one travels as a string.
 */
function flatten(schema: Json): void {
  const members = schema.oneOf ?? schema.anyOf;
  if (members === undefined) return;
  delete schema.oneOf;
  delete schema.anyOf;
  if (members.every((member) => member.type === "object")) {
    schema.type = "object";
    schema.properties = {};
    for (const member of members) {
      for (const [key, value] of Object.entries(member.properties ?? {}))
        schema.properties[key] = "const" in (value as object) ? { type: "string" } : value;
    }
    schema.required = (members[0]!.required ?? []).filter((key) => members.every((member) => member.required?.includes(key)));
  } else if (members.some((member) => member.type === "number") && members.length === 2) {
    schema.type = "number";
  }
}

const published = (type: z.ZodType) =>
  JSON.stringify(z.toJSONSchema(type, { io: "input", override: ({ jsonSchema }) => flatten(jsonSchema as Json) }));

/** The closed set of channels and how each is described inside the file. */
export const channels: Readonly<Record<ChannelName, ChannelSchema>> = {
  "/joint_states": {
    name: "sensor_msgs/msg/JointState",
    encoding: "ros2msg",
    messageEncoding: "cdr",
    text: jointStateDefinition,
  },
  ...(Object.fromEntries(
    Object.entries(json).map(([topic, type]) => [
      topic,
      { name: topic.slice(1).replace("/", "."), encoding: "jsonschema", messageEncoding: "json", text: published(type) },
    ]),
  ) as Record<Exclude<ChannelName, "/joint_states">, ChannelSchema>),
};

export const isChannel = (topic: string): topic is ChannelName => topic in channels;

/** For JSON.stringify: what JSON has no word for, in the words of the program. */
export const plain = (_key: string, value: unknown): unknown => {
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  return value instanceof Float32Array ? Array.from(value) : value;
};

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** ns on the recording's log clock of a record made at `at`. Milliseconds of the wall offset count, finer parts do not. */
export const logTime = (at: number, wallOffset: number): bigint =>
  BigInt(Math.round(wallOffset * 1000)) * 1_000_000n +
  BigInt(Math.floor(at)) * 1_000_000_000n +
  BigInt(Math.round((at % 1) * 1e9));

/** The message body of a recordable record. */
export function encode(record: Recorded, time: bigint): Uint8Array {
  if (record.channel === "/joint_states") return encodeJointState(time, record);
  const { channel: _, ...body } = record;
  return encoder.encode(JSON.stringify(body, plain));
}

/** The inverse of `encode`. Throws whatever the parsers throw when the body is not what the channel says. */
export function decode(channel: ChannelName, data: Uint8Array, time: bigint, wallOffset: number): Recorded {
  if (channel === "/joint_states")
    return { channel, at: seconds(Number(time - logTime(0, wallOffset)) / 1e9), ...decodeJointState(data) };
  return { channel, ...json[channel].parse(JSON.parse(decoder.decode(data))) } as Recorded;
}
