import { parse } from "@foxglove/rosmsg";
import { definitionOf } from "./messages.ts";
import type { Messages2, MessageType2 } from "./messages.ts";

type MessageDefinition = ReturnType<typeof parse>[number];
type MessageDefinitionField = MessageDefinition["definitions"][number];

/**
 * Between ROS 2's shape of a message and ours, which is ROS 1's: time is `sec` and `nanosec` there, a header has no `seq`, and field names have no
 * capitals (lowVoltage is low_voltage). Every field is looked at both ways, for the client library checks none: what is missing, or of another
 * kind, is an error that names it, and never a 0 that nobody said.
 */
export interface Codec<T> {
  /** @throws what is wrong, in a sentence */
  read(raw: unknown): T;
  /** @throws what is wrong, in a sentence */
  write(message: T): unknown;
}

type Turn = (value: unknown, where: string) => unknown;
type Way = "read" | "write";

/** As ROS 2 wants field names written. */
export const ros2Name = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();

const wrong = (where: string, meant: string, value: unknown): never => {
  const told = typeof value === "object" && value !== null ? "something else" : String(value);
  throw new Error(`${where} is ${value === undefined ? "missing" : told}, where ${meant} is meant`);
};
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const isRow = (value: unknown): value is ArrayLike<unknown> => Array.isArray(value) || ArrayBuffer.isView(value);

const number: Turn = (value, where) => (typeof value === "number" ? value : wrong(where, "a number", value));
const whole: Turn = (value, where) => (Number.isSafeInteger(value) ? value : wrong(where, "a whole number", value));
const kinds: Readonly<Record<string, Turn>> = {
  bool: (value, where) => (typeof value === "boolean" ? value : wrong(where, "true or false", value)),
  string: (value, where) => (typeof value === "string" ? value : wrong(where, "text", value)),
  ...{ float32: number, float64: number },
  ...{ int8: whole, uint8: whole, int16: whole, uint16: whole, int32: whole, uint32: whole },
};
const moment = (way: Way): Turn => {
  const [from, to] = way === "read" ? ["nanosec", "nsec"] : ["nsec", "nanosec"];
  return (value, where) =>
    isRecord(value)
      ? { sec: whole(value["sec"], `${where}.sec`), [to]: whole(value[from], `${where}.${from}`) }
      : wrong(where, "a time", value);
};

/** Of numbers a row stays what it is, typed or not; it is the receiver's own copy. */
const rowOf =
  (one: Turn, numbers: boolean): Turn =>
  (value, where) => {
    if (!isRow(value)) return wrong(where, "a row", value);
    if (numbers && ArrayBuffer.isView(value)) return value;
    return Array.from(value, (it, i) => one(it, `${where}[${i}]`));
  };

function turnOf(definitions: readonly MessageDefinition[], fields: readonly MessageDefinitionField[], way: Way): Turn {
  const kindOf = ({ type, isComplex }: MessageDefinitionField): Turn => {
    if (!isComplex)
      return type === "time" || type === "duration" ? moment(way) : (kinds[type] ?? wrong(type, "a known kind", type));
    return turnOf(definitions, definitions.find(({ name }) => name === type)!.definitions, way);
  };
  const isHeader = fields.length === 3 && fields[0]!.name === "seq" && fields[1]!.type === "time";
  const turns = fields
    .filter(({ name, isConstant }) => isConstant !== true && !(isHeader && name === "seq"))
    .map((field) => {
      const one = kindOf(field);
      const numeric = field.type.startsWith("float") || field.type.includes("int");
      const names = way === "read" ? [ros2Name(field.name), field.name] : [field.name, ros2Name(field.name)];
      return { from: names[0]!, to: names[1]!, turn: field.isArray ? rowOf(one, numeric) : one };
    });
  return (value, where) => {
    if (!isRecord(value)) return wrong(where, "a message", value);
    const turned: Record<string, unknown> = way === "read" && isHeader ? { seq: 0 } : {};
    for (const { from, to, turn } of turns) turned[to] = turn(value[from], where === "" ? from : `${where}.${from}`);
    return turned;
  };
}

export const codecOf = <T extends MessageType2>(type: T): Codec<Messages2[T]> => codecFrom(definitionOf(type));

/** The same for a definition that is no message of its own: the goal of an action. */
export function codecFrom<T>(definition: string): Codec<T> {
  const definitions = parse(definition);
  const fields = definitions.find(({ name }) => name === undefined)?.definitions ?? [];
  const [read, write] = [turnOf(definitions, fields, "read"), turnOf(definitions, fields, "write")];
  return { read: (raw) => read(raw, "") as T, write: (message) => write(message, "") };
}

/** "std_msgs/Bool" as ROS 2 writes it: "std_msgs/msg/Bool". */
export const ros2Type = (type: MessageType2): string => type.replace("/", "/msg/");
