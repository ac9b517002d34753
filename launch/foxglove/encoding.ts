import { parse } from "@foxglove/rosmsg";
import { MessageWriter } from "@foxglove/rosmsg2-serialization";
import { z } from "zod";
import type { Channel, Said, Shown } from "../../src/operator/foxglove/channel.ts";

/** Where and how often a channel is told. */
type Place = Pick<Channel, "topic" | "every" | "lossy">;

/** A message before it is encoded. `time`: ns since the Unix epoch. */
export interface Message<T> {
  readonly time: bigint;
  readonly message: T;
}

const nanoseconds = 1_000_000_000n;
const split = (time: bigint) => ({ sec: Number(time / nanoseconds), rest: Number(time % nanoseconds) });

/** A time as ROS 2 messages hold it, and as those of Foxglove do. */
export const rosTime = (time: bigint) => ({ sec: split(time).sec, nanosec: split(time).rest });
export const foxgloveTime = (time: bigint) => ({ sec: split(time).sec, nsec: split(time).rest });

const encoder = new TextEncoder();
/** JSON has no NaN: a number that is none is left out, as one that is not known. */
const finite = (_key: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? undefined : value;

/** A channel of JSON messages; their schema is plain objects, lists and numbers, because viewers read nothing else. */
export const jsonChannel = <T>(
  place: Place,
  schemaName: string,
  type: z.ZodType<T>,
  tell: (now: Shown, told: Shown | undefined) => readonly Message<T>[],
): Channel => ({
  ...place,
  encoding: "json",
  schemaName,
  schemaEncoding: "jsonschema",
  schema: JSON.stringify(z.toJSONSchema(type, { io: "input" })),
  tell: (now, told) =>
    tell(now, told).map(({ time, message }): Said => ({ time, body: encoder.encode(JSON.stringify(message, finite)) })),
});

/** A channel of ROS 2 messages in CDR. `definition`: ros2msg, with the messages it needs. */
export function rosChannel<T>(
  place: Place,
  schemaName: string,
  definition: string,
  tell: (now: Shown, told: Shown | undefined) => readonly Message<T>[],
): Channel {
  const writer = new MessageWriter(parse(definition, { ros2: true }));
  return {
    ...place,
    encoding: "cdr",
    schemaName,
    schemaEncoding: "ros2msg",
    schema: definition,
    tell: (now, told) => tell(now, told).map(({ time, message }): Said => ({ time, body: writer.writeMessage(message) })),
  };
}
