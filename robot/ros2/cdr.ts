import { parse } from "@foxglove/rosmsg";
import { MessageReader, MessageWriter } from "@foxglove/rosmsg2-serialization";
import { definitionOf } from "./messages.ts";
import type { MessageType2 } from "./messages.ts";
import { ros2Name } from "./codec.ts";

/**
 * Between the bytes of a message (CDR) and ROS 2's shape of it. The client library could do that too, field by field through a foreign-function layer:
 * at the rates of an arm that is a quarter of a core for each process that listens.
 */
export interface Bytes {
  /** @throws for bytes that are no such message */
  decode(bytes: Uint8Array): unknown;
  encode(message: unknown): Buffer;
}

export function bytesOf(type: MessageType2): Bytes {
  const definitions = parse(definitionOf(type)).map(({ name, definitions: fields }) => {
    const isHeader = name === "std_msgs/Header";
    const told = fields
      .filter((field) => !(isHeader && field.name === "seq"))
      .map((field) => (field.isConstant === true ? field : { ...field, name: ros2Name(field.name) }));
    // What has no fields has one byte on the wire.
    const whole = told.length > 0 ? told : [{ name: "structure_needs_at_least_one_member", type: "uint8" }];
    return { ...(name === undefined ? {} : { name }), definitions: whole };
  });
  const reader = new MessageReader<unknown>(definitions, { timeType: "sec,nanosec" });
  const writer = new MessageWriter(definitions);
  return {
    decode: (bytes) => reader.readMessage(bytes),
    encode: (message) => {
      const { buffer, byteOffset, byteLength } = writer.writeMessage(message);
      return Buffer.from(buffer, byteOffset, byteLength);
    },
  };
}
